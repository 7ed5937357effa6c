"""2. Inactive longer than three months: 20 % on orders of 100 and above."""

import pytest

from customers.models import Customer, Identity
from segments.models import Segment
from segments.selectors import member_ids
from tests.rewards.makers import make_personal

from .people import moment

AWAY = {"field": "orders.last", "cmp": "more_than_ago", "value": {"last": 3, "unit": "month"}}


@pytest.fixture
def offer(marketer):
    return marketer.offer("Come back", {"kind": "percent", "percent": "20"}, minimum="100.00")


@pytest.fixture
def code(marketer, shop, offer):
    """What a customer who was away is sent."""
    shop.customer("ann")
    return make_personal(offer, Identity.objects.get(external_id="ann")).code


def test_a_cart_just_below_is_refused_and_says_what_is_needed(shop, code):
    refused = shop.redeem(code, "ann", ("TEAPOT", 9_999))

    assert refused.status_code == 400
    assert refused.json()["key"] == "order_rules_violated"
    seen = refused.json()["vesile"]
    assert (seen["rule"], seen["seen"], seen["needed"]) == (
        "order_minimum",
        "99.99 GBP",
        "100.00 GBP",
    )


def test_a_cart_of_exactly_a_hundred_pays_eighty(shop, code):
    order = shop.redeem(code, "ann", ("TEAPOT", 10_000)).json()["order"]

    assert (order["total_discount_amount"], order["total_amount"]) == (2_000, 8_000)


def test_who_was_refused_may_put_more_into_the_cart(shop, code):
    shop.redeem(code, "ann", ("TEAPOT", 9_999))

    assert shop.redeem(code, "ann", ("TEAPOT", 9_999), ("SPOON", 1)).status_code == 200


def test_inactive_exactly_three_months_is_not_longer(shop, marketer):
    """The day counts, on the customer's own calendar: bought on 5 October, seen on 5 January."""
    for name, bought in (
        ("longer", "2025-10-04T22:59:59+00:00"),
        ("exactly", "2025-10-05T00:30:00+01:00"),
        ("shorter", "2025-10-06T12:00:00+01:00"),
    ):
        shop.customer(name, zone="Europe/London")
        shop.order(name, f"o-{name}", ("TEAPOT", 5_000), at=bought)
    shop.customer("never")
    marketer.segment("Away", AWAY)

    found = member_ids(Segment.objects.get().rules, at=moment("2026-01-05 08:00"))

    assert names(found) == {"longer@x.test"}


def names(ids):
    return set(Customer.objects.filter(pk__in=ids).values_list("email", flat=True))
