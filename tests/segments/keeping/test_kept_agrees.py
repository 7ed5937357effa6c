"""Whatever happens and however time passes, what is kept is what a query would answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared import clock
from customers.models import Customer
from segments.models import MembershipChange
from segments.services.passing_time import pass_time
from segments.services.reevaluating import reevaluate
from tests.factories import ConsentStateFactory, IdentityFactory, OrderFactory
from tests.segments.test_rules_agree import rules

from .world import inside, kept, truth

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
ZONES = ["Europe/Istanbul", "Europe/London", "Pacific/Auckland"]
people = st.integers(0, 2)
hours = st.sampled_from([0, 1, 5, 24, 31, 24 * 7, 24 * 40])
steps = st.one_of(
    st.tuples(st.just("order"), people, st.integers(-30, 30)),
    st.tuples(st.just("country"), people, st.sampled_from(["TR", "IE", "GB", ""])),
    st.tuples(st.just("zone"), people, st.sampled_from(ZONES)),
    st.tuples(st.just("consent"), people, st.sampled_from([None, 3, 50])),
    st.tuples(st.just("wait"), hours, st.just(0)),
)


def happen(step, identities, at):
    """Do what the step says; returns the customer it concerns."""
    what, number, told = step
    identity = identities[number]
    match what:
        case "order":
            OrderFactory(identity=identity, placed_at=at + timedelta(hours=told), amount=3000)
        case "country" | "zone":
            Customer.objects.filter(pk=identity.customer_id).update(**{what: told})
        case "consent":
            identity.customer.consents.all().delete()
            ConsentStateFactory(
                customer=identity.customer,
                channel="email",
                valid_until=at + timedelta(hours=told) if told else None,
            )
    return identity.customer_id


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=rules, steps=st.lists(steps, min_size=1, max_size=8))
def test_after_every_step(rule, steps):
    with transaction.atomic(), clock.use(clock.FrozenClock(START)) as now:
        identities = [
            IdentityFactory(customer__country="TR", customer__zone=zone) for zone in ZONES
        ]
        of = kept(rule)
        assert inside(of) == truth(of, START)
        for step in steps:
            if step[0] == "wait":
                now.advance(timedelta(hours=step[1]))
                pass_time(at=now.now())
            else:
                customer = happen(step, identities, now.now())
                reevaluate([customer], at=now.now())
            assert inside(of) == truth(of, now.now()), step
        transaction.set_rollback(True)


RELATIVE = {
    "op": "or",
    "rules": [
        {
            "op": "and",
            "rules": [
                {"field": "orders.count", "cmp": "gte", "value": 2,
                 "within": {"last": 3, "unit": "day"}},
                {"field": "orders.last", "cmp": "more_than_ago",
                 "value": {"last": 7, "unit": "hour"}},
            ],
        },
        {"field": "profile.birthday", "cmp": "today"},
        {"field": "orders.last", "cmp": "more_than_ago", "value": {"last": 1, "unit": "week"}},
    ],
}  # fmt: skip
MONTH = timedelta(days=30)


def told_in_history(of, at):
    """Who was in at a moment, as the history has it: it begins with nobody."""
    seen = set()
    for change in MembershipChange.objects.filter(segment=of, at__lte=at).order_by("at", "pk"):
        (seen.add if change.entered else seen.discard)(change.customer_id)
    return sorted(seen)


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bought=st.lists(st.tuples(people, st.integers(0, 30 * 24 * 60)), max_size=12),
    awake=st.lists(st.integers(1, 30 * 24), min_size=1, max_size=5),
)
def test_a_month_is_what_asking_every_hour_would_have_found(bought, awake):
    """Looked at only now and then, as after outages: the history is the one that would have been,
    to the microsecond.
    """
    with transaction.atomic(), clock.use(clock.FrozenClock(START)) as now:
        identities = [
            IdentityFactory(
                customer__country="TR", customer__zone=zone, customer__birth_month=4,
                customer__birth_day=2, customer__birth_year=1990,
            )
            for zone in ZONES
        ]  # fmt: skip
        of = kept(RELATIVE)
        assert inside(of) == []
        moments = sorted(
            [(START + timedelta(minutes=minute), who) for who, minute in bought]
            + [(START + timedelta(hours=hour), None) for hour in awake]
            + [(START + MONTH, None)],
            key=lambda one: one[0],
        )
        for at, who in moments:
            now.set(at)
            if who is None:
                pass_time(at=at)
            else:
                OrderFactory(identity=identities[who], placed_at=at)
                reevaluate([identities[who].customer_id], at=at)

        for hour in range(30 * 24 + 1):
            at = START + timedelta(hours=hour)
            assert told_in_history(of, at) == truth(of, at), at
        for change in MembershipChange.objects.filter(segment=of):
            just_before = change.at - timedelta(microseconds=1)
            assert (change.customer_id in truth(of, change.at)) is change.entered
            assert (change.customer_id in truth(of, just_before)) is not change.entered
        transaction.set_rollback(True)
