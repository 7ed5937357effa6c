"""What is told late is history as of its moment, and what concerns everybody is built anew."""

from datetime import timedelta

import pytest

from config.shared import clock, facts
from config.shared.actors import SYSTEM
from customers.services.advisers import save_adviser
from segments.services import building, following_facts
from tests.factories import NOON, IdentityFactory
from tests.tools.waiting import until_facts_are_readable

from .world import buy, history, inside, kept, state

pytestmark = pytest.mark.django_db(transaction=True)

LATELY = {
    "op": "and",
    "rules": [
        {"field": "orders.count", "cmp": "gte", "value": 1, "within": {"last": 24, "unit": "hour"}}
    ],
}
LUXURY = {"op": "and", "rules": [{"field": "product.price_band", "cmp": "is", "value": "5"}]}


@pytest.fixture(autouse=True)
def at_noon():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


def test_after_days_without_a_worker_the_history_is_the_one_that_would_have_been(at_noon):
    ann = IdentityFactory()
    of = kept(LATELY)
    bought_at = NOON + timedelta(hours=1)
    buy(ann, bought_at)
    at_noon.set(NOON + timedelta(days=3))
    until_facts_are_readable()

    following_facts.follow()

    left_at = bought_at + timedelta(hours=24, microseconds=1)
    assert history(of) == [
        (ann.customer_id, True, "write", bought_at),
        (ann.customer_id, False, "time", left_at),
    ]
    assert inside(of) == []


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(hours=2)])
def test_who_registers_and_orders_later_enters_by_that_and_not_by_time(at_noon, later):
    """Both are read together, and looked at from the first one on; the order was told a second
    after it was placed. That it leaves the window is the doing of time.
    """
    ann = IdentityFactory()
    of = kept(LATELY)
    bought = NOON + later
    facts.record(kind="customer.changed", subject_id=ann.customer_id, at=NOON)
    buy(ann, bought, told_at=bought + timedelta(seconds=1))
    facts.record(
        kind="customer.changed", subject_id=ann.customer_id, at=bought + timedelta(hours=30)
    )
    at_noon.set(bought + timedelta(hours=31))
    until_facts_are_readable()

    following_facts.follow()

    left_at = bought + timedelta(hours=24, microseconds=1)
    assert history(of) == [
        (ann.customer_id, True, "write", bought),
        (ann.customer_id, False, "time", left_at),
    ]


def test_what_time_was_to_change_between_two_things_told_is_changed_by_time(at_noon):
    ann = IdentityFactory()
    of = kept(LATELY)
    buy(ann, NOON)
    until_facts_are_readable()
    following_facts.follow()
    left_at = NOON + timedelta(hours=24, microseconds=1)
    for moment in (left_at - timedelta(seconds=1), left_at + timedelta(seconds=1)):
        facts.record(kind="customer.changed", subject_id=ann.customer_id, at=moment)
    at_noon.set(left_at + timedelta(seconds=2))
    until_facts_are_readable()

    following_facts.follow()

    assert history(of)[1:] == [(ann.customer_id, False, "time", left_at)]


def test_what_is_added_up_anew_for_everybody_is_built_anew():
    lately, luxury = kept(LATELY, "lately"), kept(LUXURY, "luxury")
    facts.record(kind="purchases.rebuilt", subject_id=0, at=NOON)
    until_facts_are_readable()

    following_facts.follow()

    assert (state(lately).state, state(luxury).state) == ("kept", "waiting")
    assert state(luxury).because == "scores"
    building.build()
    assert state(luxury).state == "kept"


def test_advisers_who_change_their_ids_are_followed():
    """The rule asks the same as before, of somebody else."""
    told = {"name": "Ada", "email": "", "phone": "", "is_active": True, "country": "TR"}
    ada = save_adviser(adviser=None, source_id="A1", actor=SYSTEM, **told)
    bob = save_adviser(adviser=None, source_id="A2", actor=SYSTEM, **told)
    ann, eve = (IdentityFactory(customer__adviser=one).customer_id for one in (ada, bob))
    of = kept({"op": "and", "rules": [{"field": "profile.adviser", "cmp": "is", "value": "A1"}]})
    assert inside(of) == [ann]

    save_adviser(adviser=ada, source_id="A3", actor=SYSTEM, **told)
    save_adviser(adviser=bob, source_id="A1", actor=SYSTEM, **told)
    until_facts_are_readable()
    following_facts.follow()
    building.build()

    assert inside(of) == [eve]
    assert history(of) == [(ann, False, "write", NOON), (eve, True, "write", NOON)]
