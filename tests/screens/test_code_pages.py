"""Codes in the admin: the list and what is done to it, making many, the pool of an offer."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.shared.models import AuditEntry
from rewards.models import CodeRun, CodeRunState, Promotion, Publication, Voucher
from rewards.services.code_run_work import work
from tests import factories as make
from tests.factories import NOON

LIST = "admin:rewards_voucher_changelist"
MANY = "admin:rewards_voucher_many"
EXPORT = "admin:rewards_voucher_export"
GENERATE = "admin:rewards_coderun_generate"
IMPORT = "admin:rewards_coderun_import"


def words_of(response):
    body = b"".join(response) if response.streaming else response.content
    return " ".join(body.decode().split())


@pytest.fixture
def offer(world):
    return make.PromotionFactory(name="Pool offer", holder_only=False)


def code(offer, text, **fields):
    return make.VoucherFactory(
        promotion=offer, code=text, code_key=text.lower(), **{"holder": None, **fields}
    )


def test_codes_are_generated_and_watched(offer, as_role):
    client = as_role("marketer")
    asked = {"promotion": offer.pk, "count": 12, "pooled": "yes"}

    answer = client.post(reverse(GENERATE), asked, follow=True)
    assert "0 of 12 codes made." in words_of(answer)
    work()

    run = CodeRun.objects.get()
    page = words_of(client.get(reverse("admin:rewards_coderun_change", args=[run.pk])))
    assert "12 of 12 codes made." in page
    assert "every 2s" in words_of(answer)
    assert "every 2s" not in page
    assert Voucher.objects.filter(promotion=offer, pooled=True).count() == 12
    assert "12" in words_of(client.get(reverse("admin:rewards_coderun_changelist")))


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "many", "99999999999"])
def test_a_number_of_codes_that_cannot_be_is_told_beside_its_field(offer, as_role, count):
    answer = as_role("marketer").post(
        reverse(GENERATE), {"promotion": offer.pk, "count": count, "pooled": "yes"}
    )

    assert answer.status_code == 200
    assert "v-field-error" in words_of(answer)
    assert not CodeRun.objects.exists()


def test_a_file_is_imported_and_what_was_left_out_comes_back(offer, as_role):
    client = as_role("marketer")
    file = SimpleUploadedFile("codes.csv", b"code\nGOOD-1\n=BAD()\n")

    client.post(reverse(IMPORT), {"promotion": offer.pk, "file": file, "pooled": "yes"})
    work()

    run = CodeRun.objects.get()
    page = words_of(client.get(reverse("admin:rewards_coderun_change", args=[run.pk])))
    assert "1 code imported. 1 line left out." in page
    assert "=BAD()" in page
    assert "a formula, or the error of one" in page
    left = words_of(client.get(reverse("admin:rewards_coderun_rejects", args=[run.pk])))
    assert "3,'=BAD(),&quot;" in left or "3,'=BAD()," in left
    assert AuditEntry.objects.filter(action="codes.rejects_downloaded").exists()


def test_before_anything_was_made_the_page_says_how_to_begin(offer, as_role):
    client = as_role("marketer")
    empty = words_of(client.get(reverse("admin:rewards_coderun_changelist")))
    assert f'href="{reverse(GENERATE)}"' in empty.partition("Nothing here yet")[2]

    Promotion.objects.update(deleted_at=NOON, active=False)
    page = words_of(client.get(reverse(GENERATE)))
    assert "There is no offer yet" in page
    assert reverse("admin:rewards_promotion_add") in page


def test_a_file_without_codes_is_refused_on_the_page(offer, as_role):
    file = SimpleUploadedFile("codes.csv", b"name,city\nAnn,Oslo\n")

    answer = as_role("marketer").post(
        reverse(IMPORT), {"promotion": offer.pk, "file": file, "pooled": "yes"}
    )

    assert "none of them is called “code”" in words_of(answer)


def test_a_run_is_paused_resumed_and_stopped(offer, as_role):
    client = as_role("marketer")
    client.post(reverse(GENERATE), {"promotion": offer.pk, "count": 12, "pooled": "yes"})
    run = CodeRun.objects.get()
    steer = reverse("admin:rewards_coderun_steer", args=[run.pk])

    for do, state in [
        ("pause", CodeRunState.PAUSED),
        ("resume", CodeRunState.WAITING),
        ("stop", CodeRunState.STOPPED),
        ("stop", CodeRunState.STOPPED),
    ]:
        client.post(steer, {"do": do})
        run.refresh_from_db()
        assert run.state == state


def test_a_list_is_changed_as_it_is_filtered(offer, as_role):
    client, other = as_role("marketer"), make.PromotionFactory(name="Other")
    for number in range(3):
        code(offer, f"MINE-{number}")
    theirs = code(other, "THEIRS")
    query = f"?promotion={offer.pk}"

    page = words_of(client.get(reverse(MANY) + query))
    assert "3 codes in the list" in page
    assert "Switch 3 codes off" in page
    answer = client.post(reverse(MANY) + query, {"change": "switch_off"}, follow=True)

    assert "3 codes were changed." in words_of(answer)
    assert not Voucher.objects.filter(promotion=offer, active=True).exists()
    theirs.refresh_from_db()
    assert theirs.active
    assert AuditEntry.objects.filter(action="voucher.disabled").count() == 3


def test_an_extension_is_counted_before_it_is_done(offer, as_role, noon):
    client = as_role("marketer")
    soon, late = noon.now() + timedelta(days=1), noon.now() + timedelta(days=400)
    first, second = code(offer, "SOON-1", expires_at=soon), code(offer, "LATE-1", expires_at=late)
    url = reverse(MANY) + f"?promotion={offer.pk}"
    until = (noon.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")

    page = words_of(client.post(url, {"change": "count", "expires_at": until}))
    assert "1 code would expire later." in page
    client.post(url, {"change": "extend", "expires_at": until})

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.expires_at > soon
    assert second.expires_at == late
    past = words_of(client.post(url, {"change": "extend", "expires_at": "2001-01-01T00:00"}))
    assert "lies in the past" in past


def test_an_export_is_safe_to_open_and_told(offer, as_role):
    code(offer, "@SUM(A1)")
    client = as_role("administrator")

    body = words_of(client.post(reverse(EXPORT) + f"?promotion={offer.pk}"))

    assert "'@SUM(A1),Pool offer" in body
    entry = AuditEntry.objects.get(action="codes.exported")
    assert entry.fields == ["promotion", "rows=1"]


@pytest.mark.parametrize(
    ("state", "found"),
    [("free", "FREE-1"), ("given", "GIVEN-1"), ("off", "OFF-1"), ("expired", "OVER-1")],
)
def test_codes_are_found_by_their_state(offer, as_role, noon, state, found):
    code(offer, "FREE-1", pooled=True)
    code(offer, "GIVEN-1", pooled=True, holder=make.IdentityFactory())
    code(offer, "OFF-1", active=False)
    code(offer, "OVER-1", expires_at=noon.now())

    url = reverse(LIST) + f"?promotion={offer.pk}&state={state}"
    shown = as_role("marketer").get(url).context["cl"].result_list

    assert [one.code for one in shown] == [found]


def test_a_code_is_found_in_any_letters(offer, as_role):
    code(offer, "INDIRIM20")

    shown = as_role("support").get(reverse(LIST), {"q": " İndirim2"}).context["cl"].result_list

    assert [one.code for one in shown] == ["INDIRIM20"]


def test_a_support_agent_looks_and_changes_nothing(offer, as_role):
    client = as_role("support")
    code(offer, "MINE-1")

    page = words_of(client.get(reverse(LIST)))

    assert "MINE-1" in page
    for words in ("Generate codes", "Change all of these", "Export these"):
        assert words not in page
    for name in (MANY, GENERATE, IMPORT):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse(EXPORT)).status_code == 403
    assert as_role("marketer").post(reverse(EXPORT)).status_code == 403


def test_the_page_of_an_offer_tells_of_its_pool(offer, as_role, noon):
    client, url = as_role("marketer"), reverse("admin:rewards_promotion_page", args=[offer.pk])
    assert "left to give" not in words_of(client.get(url))
    Promotion.objects.filter(pk=offer.pk).update(only_from_pool=True)
    assert "Nobody gets a code until you add some." in words_of(client.get(url))

    for number in range(6):
        code(offer, f"FREE-{number}", pooled=True)
    assert "none was given in the last 7 days" in words_of(client.get(url))
    holder = make.IdentityFactory()
    for number in range(14):
        given = code(offer, f"GIVEN-{number}", pooled=True, holder=holder)
        Publication.objects.create(
            brand=offer.brand,
            promotion=offer,
            voucher=given,
            identity=holder,
            created_at=noon.now() - timedelta(days=number % 9),
        )

    # Of 14 two were given seven days ago or earlier: 6 codes at 12 in 7 days last 3.
    page = words_of(client.get(url))
    assert "6 codes left to give: at the pace of the last 7 days for 3 days." in page
    assert "v-note-wait" in page
    assert "14 given to customers, 0 used." in page


@pytest.mark.parametrize("name", [LIST, "admin:rewards_coderun_changelist"])
def test_lists_cost_the_same_whatever_their_length(offer, as_role, name):
    client, costs = as_role("marketer"), []
    for number in range(12):
        code(offer, f"C-{number}")
        CodeRun.objects.create(
            promotion=offer, kind="generate", wanted=1, created_at=make.NOON, options={}
        )
        if number in (1, 11):
            with CaptureQueriesContext(connection) as seen:
                client.get(reverse(name))
            costs.append(len(seen))
    assert costs[0] == costs[1] <= 12


def test_a_list_expires_or_is_deleted_as_far_as_it_may(offer, as_role):
    client = as_role("marketer")
    code(offer, "FREE-1")
    tried = code(offer, "TRIED-1")
    make.RedemptionFactory(voucher=tried, result="FAILURE")
    query = f"?promotion={offer.pk}"
    page = words_of(client.get(reverse(MANY) + query))
    assert "Let 2 codes expire" in page
    assert "Delete 1 code for good" in page

    client.post(reverse(MANY) + query, {"change": "delete"})
    client.post(reverse(MANY) + query, {"change": "expire"})

    assert list(Voucher.objects.filter(promotion=offer)) == [tried]
    tried.refresh_from_db()
    assert tried.expires_at == NOON
    assert AuditEntry.objects.filter(action="voucher.deleted").count() == 1
