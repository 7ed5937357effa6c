"""The page of one code: whether it works now and why not, and putting it right."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from config.shared.models import AuditEntry
from rewards.code_values import ValuesError, values_as_text, values_of_text
from rewards.models import Redemption, Voucher
from tests import factories as make
from tests.factories import NOON


def url(name, *args):
    return reverse(f"admin:rewards_voucher_{name}", args=args)


def words_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def shown(client, voucher):
    return words_of(client.get(url("change", voucher.pk)))


def send(client, action, voucher, **typed):
    return client.post(url(action, voucher.pk), {"_form_submitted": "on", **typed}, follow=True)


@pytest.fixture
def code(world):
    """A code for anybody that nobody used."""
    world.promotion.holder_only = False
    world.promotion.save()
    return make.VoucherFactory(promotion=world.promotion, holder=None, code="FRESH-1")


# --- would it work now? ---------------------------------------------------------------------------
def test_a_code_that_works_says_so_and_what_its_offer_asks(code, as_role):
    page = shown(as_role("support"), code)
    assert "If the order and the customer are what the offer asks for." in page
    assert "Orders of £25.00 or more" in page
    assert "15% off, at most £50.00" in page
    assert "Nobody tried to redeem it so far." in page


@pytest.mark.parametrize(
    ("fields", "words", "action"),
    [
        ({"active": False}, "The code is switched off.", "enable"),
        ({"expires_at": NOON - timedelta(days=1)}, "The code has expired.", "extend"),
        ({"starts_at": NOON + timedelta(days=1)}, "The code does not work yet.", None),
        ({"redeemed_count": 1}, "The code has been used as often as it may.", "set_limit"),
    ],
)
def test_a_code_that_does_not_work_says_why_and_offers_what_helps(
    code, as_role, fields, words, action
):
    Voucher.objects.filter(pk=code.pk).update(**fields)

    page = shown(as_role("marketer"), code)

    verdict = page.split("Would the shop accept it now?")[1].split("The code</h2>")[0]
    assert words in verdict
    for name in ("enable", "extend", "set_limit"):
        assert (url(name, code.pk) in verdict) is (name == action)


def test_what_the_offer_forbids_leads_to_the_offer(world, code, as_role):
    world.promotion.active = False
    world.promotion.save()
    switch_on = reverse("admin:rewards_promotion_switch_on", args=[world.promotion.pk])

    assert "The offer is switched off." in shown(as_role("marketer"), code)
    assert switch_on in shown(as_role("marketer"), code)
    assert switch_on not in shown(as_role("support"), code)


def test_the_holder_s_own_uses_count(world, as_role):
    world.promotion.limit_per_customer = 1
    world.promotion.save()
    second = make.VoucherFactory(promotion=world.promotion, holder=world.voucher.holder)

    page = shown(as_role("support"), second)

    assert "The customer has used the offer as often as one customer may." in page


# --- putting it right -----------------------------------------------------------------------------
def test_a_support_agent_puts_an_expired_code_right(world, as_role):
    voucher, client = world.voucher, as_role("support")
    Voucher.objects.filter(pk=voucher.pk).update(
        expires_at=NOON - timedelta(days=1), redeemed_count=0
    )
    Redemption.objects.filter(pk=world.refused.pk).update(
        failure_rule="voucher_expiry", failure_key="voucher_expired"
    )
    refusal = reverse("admin:rewards_redemption_change", args=[world.refused.pk])
    before = words_of(client.get(refusal))
    assert "The code would be refused now as well" in before
    assert url("extend", voucher.pk) in before

    dialog = words_of(client.get(url("extend", voucher.pk)))
    assert "2026-03-24T23:59" in dialog  # a week from now, to the end of the day
    send(client, "extend", voucher, how="then", expires_at="2026-03-24T23:59")

    voucher.refresh_from_db()
    assert voucher.expires_at == NOON.replace(day=24, hour=23, minute=59)
    assert "Meanwhile this is put right" in words_of(client.get(refusal))
    entry = AuditEntry.objects.get(action="voucher.expiry_changed")
    assert entry.actor_id == str(world.staff["support"].pk)


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ({"how": "then", "expires_at": "2026-04-01T10:00"}, NOON.replace(month=4, day=1, hour=9)),
        ({"how": "offer"}, None),
        ({"how": "now"}, NOON),
    ],
)
def test_a_code_ends_then_now_or_with_its_offer(code, as_role, typed, ends):
    Voucher.objects.filter(pk=code.pk).update(expires_at=NOON + timedelta(days=2))
    send(as_role("marketer"), "extend", code, **typed)
    code.refresh_from_db()
    assert code.expires_at == ends


@pytest.mark.parametrize(
    "typed",
    [
        {"how": "then"},
        {"how": "then", "expires_at": "soon"},
        {"how": "then", "expires_at": "2020-01-01T10:00"},
        {"how": "never"},
        {},
    ],
)
def test_an_end_that_cannot_be_changes_nothing(code, as_role, typed):
    send(as_role("marketer"), "extend", code, **typed)
    code.refresh_from_db()
    assert code.expires_at is None


def test_the_limit_counts_what_was_redeemed(world, as_role):
    client = as_role("marketer")
    assert "It was redeemed 1 of 1 times." in words_of(
        client.get(url("set_limit", world.voucher.pk))
    )
    send(client, "set_limit", world.voucher, limit="3")
    world.voucher.refresh_from_db()
    assert (world.voucher.redemption_limit, world.voucher.redeemed_count) == (3, 1)
    for typed in ("0", "-1", "many", "99999999999"):
        send(client, "set_limit", world.voucher, limit=typed)
    world.voucher.refresh_from_db()
    assert world.voucher.redemption_limit == 3


def test_values_are_written_as_people_write_them(code, as_role):
    client = as_role("marketer")
    send(client, "set_values", code, values="print run: May\nvip: true\nboxes: 12")
    code.refresh_from_db()
    assert code.metadata == {"print run": "May", "vip": True, "boxes": 12}
    page = shown(client, code)
    assert "print run" in page
    assert "Code changed" in page
    assert "boxes: 12" in words_of(client.get(url("set_values", code.pk)))


@pytest.mark.parametrize("typed", ["no colon", ": nothing", "a: 1\na: 2", '{"a": ', '{"a": NaN}'])
def test_values_that_nobody_can_read_are_refused(code, as_role, typed):
    answer = send(as_role("marketer"), "set_values", code, values=typed)
    code.refresh_from_db()
    assert code.metadata == {}
    assert answer.status_code == 200


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text('ab:"{ ,1.é\n', max_size=6),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.text("ab:{ =é\n", max_size=5), values, max_size=4))
def test_values_that_are_shown_are_read_back(stored):
    assert values_of_text(values_as_text(stored)) == stored


@pytest.mark.parametrize(
    "text", ['a: "\\u0000"', 'a: "\\ud800"', '{"a": "\\u0000"}', '{"a": 1e999}']
)
def test_no_value_breaks_the_database(text):
    with pytest.raises(ValuesError):
        values_of_text(text)


def test_what_is_no_number_of_json_is_a_text():
    assert values_of_text("a: 1e999\nb: Infinity") == {"a": "1e999", "b": "Infinity"}


def test_only_what_nobody_got_or_used_is_deleted(world, code, as_role):
    client = as_role("marketer")
    assert url("remove", code.pk) in shown(client, code)
    assert url("remove", world.voucher.pk) not in shown(client, world.voucher)

    send(client, "remove", code)
    send(client, "remove", world.voucher)  # as if somebody used it while the dialog was open

    assert not Voucher.objects.filter(pk=code.pk).exists()
    world.voucher.refresh_from_db()
    assert not world.voucher.active
    assert AuditEntry.objects.filter(action="voucher.deleted").count() == 1
    assert client.get(url("change", code.pk)).status_code == 302
    assert send(client, "enable", code).status_code == 200


def test_a_support_agent_sees_no_button_she_may_not_use(world, code, as_role):
    page = shown(as_role("support"), code)
    for name in ("disable", "extend"):
        assert url(name, code.pk) in page
    for name in ("enable", "set_limit", "set_values", "remove"):
        assert url(name, code.pk) not in page
    client = as_role("support")
    for name in ("set_limit", "set_values", "remove"):
        assert send(client, name, code, limit="9").status_code == 403
    assert Voucher.objects.get(pk=code.pk).redemption_limit == 1


def test_attempts_are_told_with_their_reason(world, as_role):
    page = shown(as_role("support"), world.voucher)
    assert "The order is below the minimum of the offer." in page
    assert "Seen: £12.50. Needed: £25.00." in page
    assert "536001" in page


def test_many_attempts_cost_the_statements_of_few(world, as_role):
    client = as_role("administrator")

    def statements():
        with CaptureQueriesContext(connection) as captured:
            page = shown(client, world.voucher)
        return len(captured), page

    few, page = statements()
    assert "All attempts with this code" not in page
    for _ in range(25):
        make.RedemptionFactory(voucher=world.voucher, identity=world.voucher.holder)
    many, page = statements()
    # Code, effects, budgets, what it was issued by, how it was given, attempts, history.
    assert many == few == 5 + 7
    assert f"?voucher={world.voucher.pk}" in page
    listed = client.get(
        reverse("admin:rewards_redemption_changelist"), {"voucher": world.voucher.pk}
    )
    assert listed.context["cl"].queryset.count() == 27
