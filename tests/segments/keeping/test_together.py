"""Many conditions and many customers, each as of their own moment, are asked together."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.shared import clock
from segments.models import MembershipChange
from segments.services.passing_time import pass_time
from segments.services.reevaluating import look_again, reevaluate
from tests.factories import NOON, AttributeFactory, IdentityFactory

from .world import buy, history, inside, kept, truth

pytestmark = pytest.mark.django_db

ZONES = ["Pacific/Auckland", "Europe/Istanbul", "America/New_York", "No/Such_Zone"]


@pytest.fixture(autouse=True)
def at_noon():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


def rule(field, cmp, value, **more):
    return {"op": "and", "rules": [{"field": field, "cmp": cmp, "value": value, **more}]}


def orders(days):
    return rule("orders.count", "gte", 1, within={"last": days, "unit": "day"})


def statements(captured):
    return [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]


@pytest.mark.parametrize("value", [5, 5.5, 0, -3, 2**40])
def test_numbers_of_every_size_may_differ(value):
    """Values of one shape share a column, whatever their types."""
    AttributeFactory(key="points", type="number")
    of = [kept(rule("attribute.points", "gte", one), f"{n}") for n, one in enumerate([1, value, 7])]
    ann = IdentityFactory(customer__metadata={"points": 6})

    reevaluate([ann.customer_id], at=NOON)

    assert [inside(one) for one in of] == [truth(one, NOON) for one in of]


def test_texts_may_hold_what_arrays_are_written_with():
    words = ['a"b', "c\\d", "e,f", "{g}", "NULL", "%s", "h  i"]
    AttributeFactory(key="pets", type="set")
    of = [kept(rule("attribute.pets", "in", [word, "none"]), word) for word in words]
    people = [IdentityFactory(customer__metadata={"pets": [word]}) for word in words]

    reevaluate([one.customer_id for one in people], at=NOON)

    assert [inside(one) for one in of] == [[one.customer_id] for one in people]


def test_customers_of_several_zones_have_each_their_own_days(at_noon):
    of = [kept(orders(days), f"{days}") for days in (1, 2, 3, 30)]
    people = [IdentityFactory(customer__zone=zone) for zone in ZONES]
    for place, one in enumerate(people):
        buy(one, NOON - timedelta(hours=13 + place))
    for later in range(0, 96, 5):
        at_noon.set(NOON + timedelta(hours=later))
        reevaluate([one.customer_id for one in people], at=clock.now())
        assert [inside(one) for one in of] == [truth(one, clock.now()) for one in of]


@pytest.mark.parametrize("number", [2, 20])
def test_moments_of_their_own_take_no_statements_of_their_own(at_noon, number):
    """After an outage everybody was due at another moment, and leaves as of exactly that one."""
    of = kept(rule("orders.count", "gte", 1, within={"last": 6, "unit": "hour"}))
    people = [IdentityFactory(customer__zone=ZONES[place % 2]) for place in range(number)]
    bought = {one.customer_id: NOON - timedelta(minutes=n) for n, one in enumerate(people)}
    for one in people:
        buy(one, bought[one.customer_id])
    reevaluate(list(bought), at=NOON)
    assert inside(of) == list(bought)
    at_noon.set(NOON + timedelta(days=5))

    with CaptureQueriesContext(connection) as captured:
        pass_time(at=clock.now())

    # Who is due, whose turn it is, zones, segments with rows, answers, what is written; and that
    # nobody is due any more, nor has a turn.
    assert len(statements(captured)) == 8
    left = MembershipChange.objects.filter(segment=of, entered=False)
    assert {one.customer_id: one.at for one in left} == {
        pk: at + timedelta(hours=6, microseconds=1) for pk, at in bought.items()
    }


def test_nobody_to_look_at_is_no_work():
    assert look_again({}) == 0


def test_everybody_is_not_who_is_restricted():
    of = kept({"everyone": True})
    ann = IdentityFactory(customer__restriction="restricted")

    reevaluate([ann.customer_id], at=NOON)

    assert inside(of) == [] == truth(of, NOON)
    assert history(of) == []
