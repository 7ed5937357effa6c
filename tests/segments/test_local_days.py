"""A day is the customer's own: what is in the last n days ends at their midnight, to the second."""

from datetime import UTC, datetime, time, timedelta

import pytest

from config.shared import localtime
from segments import selectors
from tests.factories import CustomerFactory, IdentityFactory, OrderFactory, add_up

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 29, 11, 30, tzinfo=UTC)
TEN_DAYS = {"last": 10, "unit": "day"}
RULES = {
    "last order in the last ten days": {"field": "orders.last", "cmp": "in_last"},
    "an order within ten days": {"field": "orders.count", "cmp": "gte"},
    "last order longer ago": {"field": "orders.last", "cmp": "more_than_ago"},
    "no order within ten days": {"field": "orders.count", "cmp": "eq"},
}


def reached(name: str) -> bool:
    rule = dict(RULES[name])
    if rule["field"] == "orders.last":
        rule["value"] = TEN_DAYS
    else:
        rule |= {"value": 1 if rule["cmp"] == "gte" else 0, "within": TEN_DAYS}
    return bool(selectors.member_ids(rule, at=AT))


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize(("seconds", "inside"), [(-1, False), (0, True), (1, True)])
def test_the_tenth_day_back_begins_at_local_midnight(zone: str, seconds: int, inside: bool) -> None:
    first_day = localtime.to_local(AT, zone).date() - timedelta(days=10)
    placed = localtime.to_instant(first_day, time(0), zone) + timedelta(seconds=seconds)
    OrderFactory(identity=IdentityFactory(customer=CustomerFactory(zone=zone)), placed_at=placed)
    assert reached("last order in the last ten days") is inside
    assert reached("an order within ten days") is inside
    assert reached("last order longer ago") is not inside
    assert reached("no order within ten days") is not inside


def test_three_months_exactly_is_not_longer_than_three_months() -> None:
    rule = {
        "field": "orders.last",
        "cmp": "more_than_ago",
        "value": {"last": 3, "unit": "month"},
    }
    placed = datetime(2025, 12, 29, 0, 0, tzinfo=UTC)
    identity = IdentityFactory(customer=CustomerFactory(zone="Europe/London"))
    order = OrderFactory(identity=identity, placed_at=placed)
    assert selectors.member_ids(rule, at=AT) == []
    order.placed_at = placed - timedelta(seconds=1)
    order.save()
    add_up(identity.customer_id)
    assert selectors.member_ids(rule, at=AT) == [identity.customer_id]


def test_a_zone_that_the_zone_data_no_longer_knows_removes_nobody() -> None:
    identity = IdentityFactory(customer=CustomerFactory(zone="Atlantis/Poseidonis"))
    OrderFactory(identity=identity, placed_at=AT - timedelta(days=3))
    assert reached("last order in the last ten days")
    assert not reached("no order within ten days")
