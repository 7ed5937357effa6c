"""Two who look at one customer at once leave what is true, because they take turns."""

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from config.shared import clock
from customers.models import Customer
from segments.models import MembershipChange
from segments.services import building, passing_time, reevaluating
from segments.services.keeping import build_anew
from tests.factories import NOON, IdentityFactory, OrderFactory
from tests.segments.keeping.world import IN_TURKEY, inside, kept, truth

from .harness import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds after which a race that does not come about is an error
LATELY = {
    "op": "and",
    "rules": [
        {"field": "orders.count", "cmp": "gte", "value": 1, "within": {"last": 24, "unit": "hour"}}
    ],
}


@pytest.fixture(autouse=True)
def at_noon():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


def wait_for_somebody_who_waits(done):
    """Until another connection needs what this one holds, or has finished."""
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < until and not done.is_set():
            cursor.execute(
                "SELECT count(*) FROM pg_locks "
                "WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    assert done.is_set()


def move_while_somebody_looks(monkeypatch):
    """One has read that the customer is in Turkey; she moves and is looked at; then the first one
    writes. Returns whether what is kept is true.
    """
    ann = IdentityFactory(customer__country="TR")
    of = kept(IN_TURKEY)
    Customer.objects.update(country="GB")
    reevaluating.reevaluate([ann.customer_id], at=NOON)
    Customer.objects.update(country="TR")
    has_read, moved = Event(), Event()
    write = reevaluating.write

    def writing(*args, **kwargs):
        if not has_read.is_set():
            has_read.set()
            wait_for_somebody_who_waits(moved)
        return write(*args, **kwargs)

    monkeypatch.setattr(reevaluating, "write", writing)

    def work(number):
        if number == 0:
            reevaluating.reevaluate([ann.customer_id], at=NOON)
            return
        assert has_read.wait(PATIENCE)
        Customer.objects.update(country="GB")
        reevaluating.reevaluate([ann.customer_id], at=NOON)
        moved.set()

    at_once(work, clients=2)
    return inside(of) == truth(of, NOON)


def test_who_read_first_writes_first(monkeypatch):
    assert move_while_somebody_looks(monkeypatch)


def test_without_turns_what_was_read_before_is_written_last(monkeypatch):
    monkeypatch.setattr(reevaluating, "take_turns", reevaluating.present)

    assert not move_while_somebody_looks(monkeypatch)


def test_time_passes_once_for_everybody_however_many_look(at_noon):
    people = [IdentityFactory() for _number in range(30)]
    of = kept(LATELY)
    for one in people:
        OrderFactory(identity=one, placed_at=NOON)
    reevaluating.reevaluate([one.customer_id for one in people], at=NOON)
    at_noon.set(NOON + timedelta(days=2))

    at_once(lambda _number: passing_time.pass_time(at=clock.now()), clients=4)
    passing_time.pass_time(at=clock.now())

    left = MembershipChange.objects.filter(segment=of, entered=False)
    assert sorted(left.values_list("customer", flat=True)) == [one.customer_id for one in people]
    assert inside(of) == []


def test_two_builders_and_a_writer_leave_what_is_true(at_noon):
    people = [IdentityFactory(customer__country="TR") for _number in range(20)]
    rules = {"op": "and", "rules": [{**IN_TURKEY["rules"][0], "value": "GB"}]}
    segments = [kept(IN_TURKEY, "first"), kept(rules, "second")]
    build_anew([one.pk for one in segments], because="scores")

    def work(number):
        if number < 2:
            building.build()
            return
        for one in people[number::4]:
            with transaction.atomic():
                Customer.objects.filter(pk=one.customer_id).update(country="GB")
            reevaluating.reevaluate([one.customer_id], at=clock.now())

    at_once(work, clients=4)
    building.build()

    for of in segments:
        assert inside(of) == truth(of, NOON)
