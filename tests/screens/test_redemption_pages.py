"""Redemptions in the admin: what became of them, taking them back, alarms."""

import pytest
from django.urls import reverse

from config.shared.models import AuditEntry
from customers.models import Product
from rewards.condition_words import WORDS
from rewards.conditions.kinds import KINDS
from rewards.models import BudgetEntry, Redemption, RefusalAlarm, Return, Rollback
from rewards.refusals import advice_for, refusal_in_words
from rewards.rules import SKIPPED
from rewards.services.budgets import follow_limits
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"admin:rewards_{name}", args=args)


def page(client, name, *args, **query):
    response = client.get(url(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def budgeted(world):
    """The accepted redemption, counted in a budget of money."""
    promotion = world.promotion
    promotion.budget_amount = 100_000
    promotion.save()
    follow_limits(promotion, at=NOON)
    Redemption.objects.filter(pk=world.accepted.pk).update(paid_key="x")
    return world.accepted


# --- words ----------------------------------------------------------------------------------------
def test_every_kind_of_condition_has_words_and_advice():
    assert WORDS.keys() == KINDS.keys()
    for kind in KINDS:
        assert refusal_in_words(f"condition:{kind}") != refusal_in_words(f"condition:not:{kind}")
        assert "condition" not in refusal_in_words(f"condition:{kind}")
        assert advice_for(f"condition:{kind}")


def test_every_reason_to_skip_a_code_has_words_and_advice():
    for reason in SKIPPED:
        assert refusal_in_words(reason.value) == SKIPPED[reason]
        assert advice_for(reason.value)


def test_a_rule_of_a_kind_we_do_not_know_is_shown_by_its_name():
    assert refusal_in_words("condition:moon_phase") == "condition:moon phase"
    assert advice_for("condition:moon_phase") == ""


def test_a_refusal_by_a_condition_says_what_the_offer_asks_today(world, as_role):
    world.promotion.rules = {
        "op": "and",
        "rules": [
            {"kind": "order_amount", "cmp": "gte", "value": 4000, "currency": "GBP", "id": "min"}
        ],
    }
    world.promotion.save()
    Redemption.objects.filter(pk=world.refused.pk).update(
        failure_rule="condition:order_amount",
        failure_seen="30.00 GBP",
        failure_needed=">= 50.00 GBP",
        failure_text="Spend 50 pounds.",
    )

    shown = page(as_role("support"), "redemption_change", world.refused.pk)

    for words in ("does not cost", "£30.00", "at least £50.00", "Spend 50 pounds", "£40.00"):
        assert words in shown


# --- the list -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "accepted", "refused"),
    [
        ({"result": "SUCCESS"}, True, False),
        ({"result": "FAILURE"}, False, True),
        ({"result": "rolled_back"}, False, False),
        ({"result": "test"}, False, False),
        ({"reason": "order_minimum"}, False, True),
        ({"reason": "condition:segment"}, False, False),
        ({"when": "hour"}, False, False),
        ({"when": "day"}, True, True),
        ({"alarm": "1"}, False, True),
        ({"alarm": "0"}, True, True),
    ],
)
def test_the_list_is_narrowed(world, as_role, query, accepted, refused):
    if query.get("alarm") == "1":
        query = {"alarm": world.alarm.pk}

    shown = page(as_role("support"), "redemption_changelist", **query)

    assert (url("redemption_change", world.accepted.pk) in shown) is accepted
    assert (url("redemption_change", world.refused.pk) in shown) is refused


def test_the_list_says_what_is_rolled_back_or_a_test(world, as_role):
    Redemption.objects.filter(pk=world.accepted.pk).update(rolled_back_at=NOON, test=True)

    shown = page(as_role("support"), "redemption_changelist", result="rolled_back")

    assert "rolled back" in shown
    assert ">test<" in shown


# --- taking back ----------------------------------------------------------------------------------
def test_the_dialog_says_exactly_what_comes_back(budgeted, as_role):
    shown = page(as_role("support"), "redemption_roll_back", budgeted.pk)

    for words in (
        "One use of code BDAY-7K3M-P9QX-2WVT; then it is used 0 of 1 times.",
        "£15.00 to the budget",
        "Order 536001 may be paid",
    ):
        assert words in shown


def test_a_support_agent_rolls_back_with_a_reason(budgeted, as_role, world):
    client = as_role("support")
    sent = {"_form_submitted": "on", "reason": "Cancelled by phone"}

    client.post(url("redemption_roll_back", budgeted.pk), sent)
    client.post(url("redemption_roll_back", budgeted.pk), sent)

    assert Rollback.objects.get().reason == "Cancelled by phone"
    budgeted.refresh_from_db()
    assert budgeted.rolled_back_at == NOON
    assert sum(BudgetEntry.objects.values_list("amount", flat=True)) == 0
    entry = AuditEntry.objects.get(action="redemption.rolled_back")
    assert (entry.actor_kind, entry.actor_id) == ("staff", str(world.staff["support"].pk))
    shown = page(client, "redemption_change", budgeted.pk)
    assert "Cancelled by phone" in shown
    assert url("redemption_roll_back", budgeted.pk) not in shown


def test_without_a_reason_nothing_is_rolled_back(budgeted, as_role):
    as_role("support").post(
        url("redemption_roll_back", budgeted.pk), {"_form_submitted": "on", "reason": ""}
    )

    assert not Rollback.objects.exists()


def test_a_return_is_recorded_by_line(budgeted, as_role):
    client = as_role("support")
    assert "2 of 2 still out" in page(client, "redemption_record_return", budgeted.pk)

    client.post(
        url("redemption_record_return", budgeted.pk), {"_form_submitted": "on", "line_0": "1"}
    )

    assert Return.objects.get().amount == 750
    assert "£7.50" in page(client, "redemption_change", budgeted.pk)
    assert "1 of 2 still out" in page(client, "redemption_record_return", budgeted.pk)
    assert AuditEntry.objects.filter(action="redemption.returned").exists()


@pytest.mark.parametrize("typed", ["3", "-1", "", "x"])
def test_more_than_is_out_cannot_come_back(budgeted, as_role, typed):
    as_role("support").post(
        url("redemption_record_return", budgeted.pk), {"_form_submitted": "on", "line_0": typed}
    )

    assert not Return.objects.exists()


def test_goods_are_called_what_the_catalog_calls_them(budgeted, world, as_role):
    Product.objects.filter(pk=world.product.pk).update(source_id="85123A", name="Paper lantern")
    client = as_role("support")
    assert "85123A · Paper lantern" in page(client, "redemption_record_return", budgeted.pk)
    assert "Paper lantern" in page(client, "redemption_change", budgeted.pk)
    client.post(
        url("redemption_record_return", budgeted.pk), {"_form_submitted": "on", "line_0": "2"}
    )
    assert Return.objects.get().amount == 1_500


# --- alarms ---------------------------------------------------------------------------------------
def test_an_alarm_is_on_the_dashboard_on_the_offer_and_leads_to_the_customers(world, as_role):
    client = as_role("marketer")
    its_page = url("refusalalarm_change", world.alarm.pk)

    assert its_page in client.get(reverse("admin:index")).content.decode()
    assert its_page in page(client, "promotion_page", world.promotion.pk)
    shown = page(client, "refusalalarm_change", world.alarm.pk)
    assert reverse("admin:customers_customer_change", args=[world.customer.pk]) in shown
    assert f"{url('redemption_changelist')}?alarm={world.alarm.pk}" in shown
    assert "£25.00" in shown


def test_an_alarm_is_seen_to_with_a_note_and_then_gone_from_the_dashboard(world, as_role):
    client = as_role("marketer")
    sent = {"_form_submitted": "on", "note": "Minimum lowered."}

    client.post(url("refusalalarm_see_to", world.alarm.pk), sent)

    alarm = RefusalAlarm.objects.get()
    assert (alarm.note, alarm.closed_by) == ("Minimum lowered.", world.staff["marketer"])
    its_page = url("refusalalarm_change", alarm.pk)
    assert its_page not in client.get(reverse("admin:index")).content.decode()
    assert "Minimum lowered." in page(client, "refusalalarm_change", alarm.pk)
    assert its_page in page(client, "refusalalarm_changelist", state="closed")


@pytest.mark.parametrize("about", ["0", "9" * 30, "x"])
def test_addresses_that_lead_nowhere(world, as_role, about):
    client = as_role("marketer")
    for name in ("redemption", "refusalalarm"):
        listed = url(f"{name}_changelist")
        assert client.get(f"{listed}{about}/change/").status_code in {302, 404}
