"""Limits and budgets of an offer, what sessions hold of them, and what comes back."""

from datetime import timedelta

import pytest

from config.shared.models import ApiKey
from rewards.models import Budget, BudgetEntry, Promotion, Redemption, Reservation, Voucher
from rewards.services.promotion_changes import change_promotion
from rewards.services.promotions import save_promotion

from .makers import (
    AT,
    SYSTEM,
    amount,
    make_generic,
    make_identity,
    make_key,
    make_promotion,
    percent,
)
from .shop import asked, frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db


def an_offer(**fields):
    offer = make_promotion(amount(1000), holder_only=False, **fields)
    make_generic(offer, code="CODE")
    return offer


def redeem(shop, order, customer=None):
    return shop.redeem("CODE", items=goods(5000), source_id=str(order), customer=customer)


def why(response):
    return response.json()["vesile"]["rule"]


def test_a_budget_in_money_is_spent_to_the_last_cent_and_not_further(shop):
    an_offer(budget_amount=2500)

    answers = [redeem(shop, order) for order in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert why(answers[2]) == "budget"
    assert answers[2].json()["vesile"]["needed"] == "<= 5.00 GBP"
    assert Budget.objects.get().spent_amount == 2000


def test_a_budget_of_a_period_begins_anew_with_the_period(shop, frozen):
    an_offer(budget_period_amount=1000, budget_period="month", zone="Europe/Istanbul")

    first, second = redeem(shop, 1), redeem(shop, 2)
    frozen.set(AT + timedelta(days=31))
    third = redeem(shop, 3)

    assert [first.status_code, second.status_code, third.status_code] == [200, 400, 200]
    assert why(second) == "budget_period"
    assert list(Budget.objects.order_by("period_key").values_list("period_key", flat=True)) == [
        "2026-05-01/month",
        "2026-06-01/month",
    ]


def test_limits_for_each_customer_also_by_period(shop, frozen):
    an_offer(limit_per_customer=3, limit_per_customer_period=1, customer_period="day")

    answers = [redeem(shop, 1, "ann"), redeem(shop, 2, "ann"), redeem(shop, 3, "bob")]
    frozen.set(AT + timedelta(days=1))
    answers.append(redeem(shop, 4, "ann"))

    assert [answer.status_code for answer in answers] == [200, 400, 200, 200]
    assert why(answers[1]) == "customer_period_limit"
    assert why(redeem(shop, 5)) == "customer_given"


def test_a_limit_that_is_set_later_counts_what_was_redeemed_before(shop):
    offer = an_offer()
    redeem(shop, 1)
    redeem(shop, 2)

    stored = Promotion.objects.get(pk=offer.pk)
    stored.redemption_limit = 3
    effects = [amount(1000)]
    save_promotion(promotion=stored, effects=effects, actor=SYSTEM, at=AT)

    assert [redeem(shop, order).status_code for order in (3, 4)] == [200, 400]
    assert Budget.objects.get().spent_count == 3


def test_a_rollback_gives_back_everything_once(shop):
    an_offer(budget_amount=1000, limit_per_customer=1)
    made = redeem(shop, 1, "ann").json()["redemptions"][0]["id"]
    assert redeem(shop, 2, "ann").status_code == 400

    back = shop.post(f"redemptions/{made}/rollback", {"reason": "wrong size"})
    again = shop.post(f"redemptions/{made}/rollback", {})

    assert (back.status_code, back.json()["amount"]) == (200, -1000)
    assert again.json()["key"] == "already_rolled_back"
    assert Budget.objects.get().spent_amount == 0
    assert sum(BudgetEntry.objects.values_list("amount", flat=True)) == 0
    assert redeem(shop, 1, "ann").status_code == 200


def test_returned_units_give_back_what_their_line_received(shop):
    an_offer(budget_amount=100_000)
    items = [{"source_id": "A", "quantity": 3, "price": 1000}, {"source_id": "B", "amount": 7000}]
    made = shop.redeem("CODE", items=items, source_id="1").json()["redemptions"][0]["id"]
    line = Redemption.objects.get().lines[0]["discount_amount"]

    given = []
    for number in range(3):
        body = {"source_id": f"ret-{number}", "items": [{"source_id": "A", "quantity": 1}]}
        given.append(shop.post(f"redemptions/{made}/returns", body).json()["amount"])
    repeat = shop.post(f"redemptions/{made}/returns", body).json()["amount"]
    more = shop.post(f"redemptions/{made}/returns", {"items": [{"source_id": "A", "quantity": 1}]})

    assert line == 300
    assert given == [100, 100, 100]
    assert repeat == 100
    assert more.json()["key"] == "invalid_return"
    assert Budget.objects.get().spent_amount == 700


# --- sessions -------------------------------------------------------------------------------------
def hold(shop, key="cart-1", **session):
    body = asked("CODE", items=goods(5000), customer="ann")
    return shop.post("validations", body | {"session": {"type": "LOCK", "key": key, **session}})


@pytest.mark.parametrize("limits", [{"redemption_limit": 1}, {"budget_amount": 1500}])
def test_what_a_session_holds_others_cannot_take(shop, frozen, limits):
    an_offer(**limits)
    make_identity("ann")

    held = hold(shop, ttl=10, ttl_unit="MINUTES").json()
    refused = redeem(shop, 1)
    frozen.set(AT + timedelta(minutes=10))
    after_it_ended = redeem(shop, 2)

    assert held["session"]["key"] == "cart-1"
    assert refused.status_code == 400
    assert after_it_ended.status_code == 200


def test_the_session_itself_redeems_what_it_holds(shop):
    an_offer(redemption_limit=1)
    make_identity("ann")
    hold(shop)
    body = asked("CODE", items=goods(5000), customer="ann", source_id="1")

    mine = shop.post("redemptions", body | {"session": {"type": "LOCK", "key": "cart-1"}})

    assert mine.status_code == 200
    assert Reservation.objects.count() == 0
    assert redeem(shop, 2).status_code == 400


def test_a_code_holds_no_more_sessions_than_uses(shop):
    make_generic(make_promotion(amount(1000), holder_only=False), code="CODE", limit=2)
    make_identity("ann")

    answers = [hold(shop, f"cart-{n}").json()["valid"] for n in range(3)]
    again = hold(shop, "cart-0").json()["valid"]
    released = shop.client.delete("/v1/vouchers/code/sessions/cart-1")

    assert answers == [True, True, False]
    assert again is True
    assert released.status_code == 204
    assert hold(shop, "cart-2").json()["valid"] is True
    assert shop.client.delete("/v1/vouchers/CODE/sessions/cart-1").status_code == 404


def test_a_key_in_test_mode_takes_nothing(shop):
    an_offer(redemption_limit=1, budget_amount=1000)
    key = make_key()
    ApiKey.objects.update(test=True)
    shop.client.credentials(**{f"HTTP_{n.replace('-', '_').upper()}": v for n, v in key.items()})

    assert [redeem(shop, order).status_code for order in (1, 2)] == [200, 200]
    assert Budget.objects.get().spent_count == 0
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {0}


# --- found by reading it as a sceptic ------------------------------------------------------------
def test_a_budget_is_found_whatever_the_periods_were_before(shop, frozen):
    """Four months are later than the year that counts now."""
    offer = an_offer(budget_period_amount=1000, budget_period="month")
    for month in range(5):
        frozen.set(AT + timedelta(days=31 * month))
        assert redeem(shop, f"month-{month}").status_code == 200
    change(offer, budget_period="year", budget_period_amount=6000, at=frozen.now())

    assert [redeem(shop, f"year-{n}").status_code for n in (1, 2)] == [200, 400]


def test_an_order_in_another_currency_costs_a_use_and_no_money(shop):
    offer = make_promotion(percent(20), holder_only=False, redemption_limit=5)
    make_generic(offer, code="CODE")
    body = asked("CODE", items=goods(5000), source_id="1")
    body["order"]["currency"] = "EUR"
    made = shop.post("redemptions", body).json()["redemptions"][0]["id"]

    assert Budget.objects.values_list("spent_count", "spent_amount").get() == (1, 0)
    back = shop.post(f"redemptions/{made}/returns", {"items": [{"source_id": "P0", "quantity": 1}]})
    assert back.status_code == 200
    assert Budget.objects.values_list("spent_count", "spent_amount").get() == (1, 0)


def test_what_a_key_in_test_mode_paid_is_not_paid(shop):
    an_offer(redemption_limit=1)
    ApiKey.objects.update(test=True)
    tried = redeem(shop, 1).json()["redemptions"][0]["id"]
    ApiKey.objects.update(test=False)
    paid = redeem(shop, 1).json()["redemptions"][0]["id"]

    assert tried != paid
    assert Budget.objects.get().spent_count == 1


def test_a_limit_set_later_leaves_to_a_session_what_it_holds(shop):
    offer = an_offer()
    make_identity("ann")
    assert hold(shop).json()["valid"] is True

    change(offer, redemption_limit=1, at=AT)

    assert redeem(shop, 1).status_code == 400
    body = asked("CODE", items=goods(5000), customer="ann", source_id="2")
    mine = shop.post("redemptions", body | {"session": {"type": "LOCK", "key": "cart-1"}})
    assert mine.status_code == 200


def change(offer, *, at, **fields):
    change_promotion(promotion=offer, fields=fields, actor=SYSTEM, at=at)
