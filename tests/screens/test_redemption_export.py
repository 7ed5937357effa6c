"""From the list of redemptions to a file of what it shows."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from config.shared.models import AuditEntry, StaffUser
from rewards.models import Redemption
from rewards.refusals import refusal_in_words
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = reverse("admin:rewards_redemption_changelist")
EXPORT = reverse("admin:rewards_redemption_export")
DONE = "redemptions.exported"


def words_of(response):
    return " ".join(response.content.decode().split())


def lines_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def many(world):
    """Attempts of every kind that the list can be narrowed to."""
    other = make.PromotionFactory(name="Other")
    make.RedemptionFactory(voucher=world.voucher, rolled_back_at=make.NOON)
    make.RedemptionFactory(voucher=world.voucher, test=True)
    make.RedemptionFactory(voucher=None, promotion=None, order_source_id="77")
    make.RedemptionFactory(voucher=make.VoucherFactory(promotion=other))
    Redemption.objects.filter(pk=world.refused.pk).update(only_asked=True)
    return world


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?result=SUCCESS",
        "?result=FAILURE",
        "?result=rolled_back",
        "?result=stack",
        "?result=asked",
        "?result=test",
        "?reason=order_minimum",
        "?reason=holder",
        "?promotion={promotion}",
        "?when=day",
        "?when=2026-03",
        "?when=2026-02",
        "?voucher={voucher}",
        "?alarm={alarm}",
        "?q=536001",
        "?q=bday-7k3m-p9qx-2wvt",
        "?q=536001&result=FAILURE",
    ],
)
def test_the_file_holds_what_the_list_shows(many, as_role, query):
    client = as_role("administrator")
    query = query.format(promotion=many.promotion.pk, voucher=many.voucher.pk, alarm=many.alarm.pk)
    listed = [one.public_id for one in client.get(LIST + query).context["cl"].result_list]

    answer = client.post(EXPORT + query)

    written = [one["Redemption id"] for one in lines_of(answer)] if listed else []
    assert written == listed
    assert answer.status_code == (200 if listed else 302)


def test_a_month_is_one_of_the_calendar_of_the_project(world, as_role):
    """In Dublin April begins at 23:00 UTC of the last of March, when summer time has begun."""
    client = as_role("administrator")
    april = datetime(2026, 3, 31, 23, tzinfo=UTC)
    last = make.RedemptionFactory(created_at=april - timedelta(seconds=1)).public_id
    first = make.RedemptionFactory(created_at=april).public_id

    assert "March 2026" in words_of(client.get(LIST))
    in_march = [one["Redemption id"] for one in lines_of(client.post(f"{EXPORT}?when=2026-03"))]
    in_april = [one["Redemption id"] for one in lines_of(client.post(f"{EXPORT}?when=2026-04"))]

    assert last in in_march
    assert first not in in_march
    assert in_april == [first]


@pytest.mark.parametrize("when", ["2026-13", "9999-12", "2026", "x", "٢٠٢٦-٠٣-٠١"])
def test_a_month_that_there_is_not_narrows_nothing(world, as_role, when):
    shown = as_role("administrator").get(LIST, {"when": when}).context["cl"].result_list

    assert len(shown) == 2


def test_the_button_takes_the_filters_along(world, as_role):
    client = as_role("administrator")

    assert f"{EXPORT}?result=FAILURE" in words_of(client.get(LIST, {"result": "FAILURE", "p": "1"}))
    asked = client.get(EXPORT, {"result": "FAILURE"})

    assert "1 line" in words_of(asked)
    assert "As the list was searched" in words_of(asked)
    assert f"{LIST}?result=FAILURE" in words_of(asked)


def test_an_empty_list_is_said_to_be_empty_and_makes_no_file(world, as_role):
    client = as_role("administrator")

    asked = client.get(EXPORT, {"q": "1043"})
    answer = client.post(EXPORT + "?q=1043", follow=True)

    assert "Nothing to export" in words_of(asked)
    assert 'type="submit" class="v-button' not in words_of(asked)
    assert answer.redirect_chain == [(f"{LIST}?q=1043", 302)]
    assert "the list is empty" in words_of(answer)
    assert not AuditEntry.objects.filter(action=DONE).exists()


def test_who_had_how_much_of_it_is_known_and_nothing_of_anybody(world, as_role):
    as_role("administrator").post(f"{EXPORT}?result=SUCCESS&q=536001&when=")

    entry = AuditEntry.objects.get(action=DONE)
    assert entry.actor_id == str(world.staff["administrator"].pk)
    assert entry.fields == ["result", "rows=1", "search"]


@pytest.mark.parametrize("role", ["marketer", "support"])
def test_only_who_may_export_sees_the_way_and_can_go_it(world, as_role, role):
    client = as_role(role)

    assert EXPORT not in words_of(client.get(LIST))
    assert client.get(EXPORT).status_code == 403
    assert client.post(EXPORT).status_code == 403
    assert not AuditEntry.objects.filter(action=DONE).exists()


def test_codes_are_for_those_who_may_export_codes(world, as_role):
    client = as_role("administrator")
    assert world.voucher.code in {one["Code"] for one in lines_of(client.post(EXPORT))}

    group = world.staff["administrator"].groups.get()
    group.permissions.remove(group.permissions.get(codename="export_voucher"))
    answer = client.post(EXPORT)

    file = b"".join(answer.streaming_content).decode()
    assert world.voucher.code not in file
    assert "Code" not in next(csv.reader(io.StringIO(file)))
    assert "codes are left out" in words_of(client.get(EXPORT))


def test_the_file_speaks_the_language_of_who_asked(world, as_role):
    """Also though it is written after the page has answered."""
    StaffUser.objects.filter(pk=world.staff["administrator"].pk).update(language="tr")
    client = as_role("administrator")

    body = b"".join(client.post(EXPORT).streaming_content).decode("utf-8-sig")
    codes = b"".join(client.post(reverse("admin:rewards_voucher_export")).streaming_content)

    assert "Kullanım kimliği" in body.splitlines()[0]
    assert refusal_in_words("order_minimum") not in body
    assert "Code" not in codes.decode("utf-8-sig").splitlines()[0]


def test_an_address_made_by_hand_leads_back_to_the_list(world, as_role):
    answer = as_role("administrator").post(f"{EXPORT}?aoife=1")

    assert (answer.status_code, answer.url) == (302, f"{LIST}?aoife=1")
    assert not AuditEntry.objects.filter(action=DONE).exists()
