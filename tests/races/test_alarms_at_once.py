"""Whoever raises or closes alarms takes turns: one open alarm, and none by what was seen to."""

from threading import Event

import pytest

from config.shared import clock
from config.shared.actors import SYSTEM
from rewards.models import RefusalAlarm
from rewards.services import alarms
from tests.rewards.makers import AT, make_generic, make_identity, make_promotion
from tests.rewards.test_alarms import refuse

from .harness import at_once, wait_until_somebody_waits_for_us

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def frozen():
    with clock.use(clock.FrozenClock(AT)) as now:
        yield now


@pytest.fixture
def refused():
    offer = make_promotion(holder_only=False, alarm_refusals=10)
    refuse(make_generic(offer), [make_identity(f"c{n}") for n in range(10)])


def test_workers_at_once_raise_one_alarm(refused):
    raised = at_once(lambda _number: alarms.watch_refusals(at=AT), clients=8)

    assert sorted(raised) == [0] * 7 + [1]
    assert RefusalAlarm.objects.get().attempts == 10


def close_while_somebody_watches(monkeypatch):
    """One has the alarm closed but not committed; a worker watches; returns the open alarms."""
    alarms.watch_refusals(at=AT)
    alarm = RefusalAlarm.objects.get()
    closing, record = Event(), alarms.audit.record

    def wait(**told):
        closing.set()
        wait_until_somebody_waits_for_us()
        return record(**told)

    monkeypatch.setattr(alarms.audit, "record", wait)

    def work(number):
        if number == 0:
            alarms.see_to(alarm=alarm, note="done", actor=SYSTEM, at=AT)
        else:
            closing.wait(timeout=60)
            alarms.watch_refusals(at=AT)

    at_once(work, clients=2)
    return RefusalAlarm.objects.filter(closed_at=None).count()


def test_what_was_just_seen_to_raises_no_other(refused, monkeypatch):
    assert close_while_somebody_watches(monkeypatch) == 0
