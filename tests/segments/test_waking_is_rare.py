"""How often passing time has a customer looked at again in a year, as docs/segments.md says.

Nobody is woken at each midnight: only where an answer may really change.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from customers.models import Customer, DataCategory
from segments.rules.binding import Binder
from segments.rules.parser import parse
from segments.rules.waking import next_change
from tests.factories import (
    ConsentStateFactory,
    CustomerFactory,
    EventFactory,
    IdentityFactory,
    OrderFactory,
)

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)
YEAR = timedelta(days=365)
TWO_WEEKS = {"last": 14, "unit": "day"}


@pytest.fixture
def shopper() -> Customer:
    """In London, turning 18 in July, with five orders, five views and a consent that runs out."""
    customer = CustomerFactory(
        zone="Europe/London",
        country="TR",
        birth_month=7,
        birth_day=8,
        birth_year=2008,
        signed_up_at=START - timedelta(days=10),
    )
    identity = IdentityFactory(customer=customer)
    for days in range(1, 6):
        moment = START - timedelta(days=days)
        OrderFactory(identity=identity, placed_at=moment)
        EventFactory(identity=identity, name="product_viewed", occurred_at=moment)
    ConsentStateFactory(customer=customer, valid_until=START + timedelta(days=100))
    return customer


def wakes(rule: dict, *, few: bool) -> list[datetime]:
    """Every instant of the year at which the one customer is looked at again."""
    found: list[datetime] = []
    at = START
    while True:
        binder = Binder(at, few=few, zones={"Europe/London"})
        sql = next_change(parse(rule), binder, frozenset[DataCategory]())
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {sql} FROM customers_customer c {binder.joins()}", binder.params
            )
            [(at,)] = cursor.fetchall()
        if at is None or at > START + YEAR:
            return found
        found.append(at)


def all_of(*rules: dict) -> dict:
    return {"op": "and", "rules": list(rules)}


BIRTHDAY = {"field": "profile.birthday", "cmp": "this_week"}
VIEWED = {"field": "event.product_viewed", "cmp": "gte", "value": 1}
ORDERED = {"field": "orders.count", "cmp": "gte", "value": 3}
SPENT = {"field": "orders.sum", "cmp": "gte", "value": 1, "currency": "GBP"}
IRISH = {"field": "profile.country", "cmp": "is", "value": "IE"}
LAPSED = {"field": "orders.last", "cmp": "more_than_ago", "value": {"last": 3, "unit": "month"}}
SIGNED_UP = {"field": "profile.signed_up", "cmp": "in_last", "value": {"last": 30, "unit": "day"}}
DAYS_SINCE = {"field": "orders.days_since", "cmp": "gte", "value": 60}
ALLOWED = {"field": "consent.email", "cmp": "is", "value": True}
ADULT = {"field": "profile.age", "cmp": "gte", "value": 18}


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize(
    ("rule", "times"),
    [
        pytest.param(IRISH, 0, id="a fact that no clock moves"),
        pytest.param(ORDERED, 0, id="a count without a window"),
        pytest.param(BIRTHDAY, 2, id="a birthday comes and goes"),
        pytest.param(BIRTHDAY | {"cmp": "this_month"}, 2, id="so does its month"),
        pytest.param(BIRTHDAY | {"cmp": "anniversary", "value": 0}, 2, id="and its day"),
        pytest.param(
            {"field": "profile.signed_up", "cmp": "anniversary", "value": [-3, 3]},
            2,
            id="the anniversary of a moment",
        ),
        pytest.param(all_of(IRISH, BIRTHDAY), 0, id="who is not Irish is left alone"),
        pytest.param(SIGNED_UP, 1, id="a moment leaves the last thirty days"),
        pytest.param(LAPSED, 1, id="a customer lapses once"),
        pytest.param(all_of(LAPSED, ORDERED), 1, id="also one with many orders"),
        pytest.param(VIEWED | {"within": TWO_WEEKS}, 1, id="at least once: the latest leaves"),
        pytest.param(
            VIEWED | {"within": {"last": 48, "unit": "hour"}}, 1, id="the same by the hour"
        ),
        pytest.param(ORDERED | {"within": TWO_WEEKS}, 1, id="at least thrice: the third leaves"),
        pytest.param(
            ORDERED | {"cmp": "eq", "within": TWO_WEEKS}, 2, id="exactly thrice: the fourth too"
        ),
        pytest.param(SPENT | {"within": TWO_WEEKS}, 5, id="a sum: each order leaves"),
        pytest.param(ADULT, 1, id="an age is reached once"),
        pytest.param(ADULT | {"value": 30}, 0, id="or not for years"),
        pytest.param({"field": "orders.days_since", "cmp": "gte", "value": 60}, 1, id="days since"),
        pytest.param(
            {"field": "consent.email", "cmp": "is", "value": True}, 1, id="a consent ends"
        ),
    ],
)
def test_a_customer_is_woken_only_for_what_may_change(
    shopper: Customer, rule: dict, times: int, few: bool
) -> None:
    assert len(wakes(rule, few=few)) == times
