"""Alarms: an offer that refuses many customers by one rule says so, once, until it is seen to."""

from datetime import timedelta

import pytest

from config.shared.actors import Actor
from rewards.errors import AlarmOver
from rewards.models import Redemption, RefusalAlarm
from rewards.services.alarms import MANY, see_to, watch_refusals
from tests.factories import StaffUserFactory

from .makers import AT, make_generic, make_identity, make_promotion

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def offer():
    return make_promotion(holder_only=False, alarm_refusals=10)


@pytest.fixture
def code(offer):
    return make_generic(offer)


@pytest.fixture
def people():
    return [make_identity(f"c{n}") for n in range(20)]


def refuse(code, people, *, at=AT, rule="order_minimum", **fields):
    """One refused attempt of each."""
    Redemption.objects.bulk_create(
        Redemption(
            voucher=code,
            promotion=code.promotion,
            identity=identity,
            result="FAILURE",
            currency="GBP",
            failure_key="order_rules_violated",
            failure_rule=rule,
            created_at=at,
            **fields,
        )
        for identity in people
    )


def alarms():
    return [
        (one.rule, one.attempts, one.customers, one.closed_at is not None)
        for one in RefusalAlarm.objects.order_by("pk")
    ]


def test_the_threshold_is_reached_exactly(code, people):
    refuse(code, people[:9])
    assert watch_refusals(at=AT) == 0

    refuse(code, people[9:10], at=AT + MINUTE)
    assert watch_refusals(at=AT + MINUTE) == 1

    alarm = RefusalAlarm.objects.get()
    assert alarms() == [("order_minimum", 10, 10, False)]
    assert (alarm.first_at, alarm.last_at) == (AT, AT + MINUTE)
    assert alarm.raised_at == AT + MINUTE


def test_an_hour_later_they_are_forgotten(code, people):
    refuse(code, people[:9])
    refuse(code, people[9:10], at=AT + 60 * MINUTE)

    assert watch_refusals(at=AT + 60 * MINUTE) == 0


def test_other_rules_and_other_offers_are_counted_apart(code, people):
    other = make_generic(
        make_promotion(name="Other", holder_only=False, alarm_refusals=10), code="OTHER-1"
    )
    refuse(code, people[:6])
    refuse(code, people[6:12], rule="voucher_expiry")
    refuse(other, people[12:])

    assert watch_refusals(at=AT) == 0


def test_one_customer_who_tries_again_and_again_is_no_alarm(code, people):
    for number in range(30):
        refuse(code, people[: MANY - 1], at=AT + number * MINUTE)
    assert watch_refusals(at=AT + 30 * MINUTE) == 0

    refuse(code, people[MANY - 1 : MANY], at=AT + 30 * MINUTE)
    assert watch_refusals(at=AT + 30 * MINUTE) == 1
    assert alarms() == [("order_minimum", 30 * (MANY - 1) + 1, MANY, False)]


def test_attempts_without_a_customer_are_somebody_each(code):
    refuse(code, [None] * 10)

    assert watch_refusals(at=AT) == 1
    assert alarms() == [("order_minimum", 10, 0, False)]


def test_keys_in_test_mode_and_accepted_attempts_never_count(code, people):
    refuse(code, people, test=True)
    refuse(code, people[:9], at=AT + MINUTE)
    assert watch_refusals(at=AT + MINUTE) == 0


def test_without_a_threshold_there_are_no_alarms(code, people):
    type(code.promotion).objects.update(alarm_refusals=None)
    refuse(code, people)

    assert watch_refusals(at=AT) == 0


def test_while_it_is_open_its_numbers_rise(code, people):
    refuse(code, people[:10])
    watch_refusals(at=AT)
    later = AT + 180 * MINUTE
    refuse(code, people[5:15], at=later)

    assert watch_refusals(at=later) == 0
    assert alarms() == [("order_minimum", 20, 15, False)]
    assert RefusalAlarm.objects.get().last_at == later


def test_who_was_merged_is_one_customer(code, people):
    first = people[0].customer
    for identity in people[1:10]:
        identity.customer = first
        identity.save()
    refuse(code, people[:10])

    assert watch_refusals(at=AT) == 0


def test_it_is_seen_to_once_and_what_it_counted_raises_no_other(code, people):
    colleague = StaffUserFactory()
    actor = Actor("staff", str(colleague.pk))
    refuse(code, people[:10])
    watch_refusals(at=AT)

    alarm = RefusalAlarm.objects.get()
    see_to(alarm=alarm, note="The minimum was too high.", actor=actor, at=AT + MINUTE)
    with pytest.raises(AlarmOver):
        see_to(alarm=alarm, note="again", actor=actor, at=AT + MINUTE)

    alarm.refresh_from_db()
    assert (alarm.note, alarm.closed_by) == ("The minimum was too high.", colleague)
    assert watch_refusals(at=AT + 2 * MINUTE) == 0
    refuse(code, people[:9], at=AT + 3 * MINUTE)
    assert watch_refusals(at=AT + 3 * MINUTE) == 0
    refuse(code, people[9:10], at=AT + 4 * MINUTE)
    assert watch_refusals(at=AT + 4 * MINUTE) == 1
    assert alarms() == [
        ("order_minimum", 10, 10, True),
        ("order_minimum", 10, 10, False),
    ]


def test_watching_costs_three_statements_however_many_offers_there_are(
    code, people, django_assert_num_queries
):
    refuse(code, people)
    for number in range(5):
        make_promotion(name=f"Other {number}")

    with django_assert_num_queries(5):  # and the savepoint of the test's own transaction
        watch_refusals(at=AT)
