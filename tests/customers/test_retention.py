"""Inactive customers go after the time the project keeps them, and nobody who did anything."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Project
from customers.models import Customer, Event, RetentionRun
from customers.services import retention
from customers.services.retention import erase_inactive, inactive, limit_of, set_retention
from tests.factories import (
    NOON,
    ConsentEventFactory,
    CustomerFactory,
    DeliveryFactory,
    IdentityFactory,
    ImportRunFactory,
    OrderFactory,
    OutboxMessageFactory,
    RedemptionFactory,
    StaffUserFactory,
)

pytestmark = pytest.mark.django_db

LONG_AGO = NOON - relativedelta(months=37)
LIMIT = limit_of(36, at=NOON)
JUST_IN_TIME = LIMIT
TOO_OLD = LIMIT - timedelta(seconds=1)


def somebody(**fields):
    return IdentityFactory(customer=CustomerFactory(created_at=LONG_AGO, **fields))


def ordered(identity, at):
    OrderFactory(identity=identity, placed_at=at)


def cancelled(identity, at):
    OrderFactory(identity=identity, placed_at=at, status="CANCELED")


def visited(identity, at):
    Event.objects.create(
        identity=identity,
        name="logged_in",
        data_category="PROFILE",
        occurred_at=at,
        received_at=at,
    )


def agreed(identity, at):
    ConsentEventFactory(identity=identity, received_at=at, captured_at=at)


def withdrew(identity, at):
    ConsentEventFactory(identity=identity, received_at=at, captured_at=at, action="withdrawn")


def redeemed(identity, at):
    RedemptionFactory(identity=identity, created_at=at)


def was_sent(identity, at):
    delivery = DeliveryFactory(identity=identity, created_at=at, finished_at=at)
    OutboxMessageFactory(delivery=delivery, created_at=at)


@pytest.mark.parametrize("deed", [ordered, visited, agreed, redeemed])
def test_what_a_person_did_keeps_them(deed):
    identity = somebody()
    deed(identity, TOO_OLD)
    assert list(inactive(LIMIT)) == [identity.customer]

    deed(identity, JUST_IN_TIME)

    assert list(inactive(LIMIT)) == []


@pytest.mark.parametrize("deed", [cancelled, withdrew, was_sent])
def test_what_is_no_activity_of_theirs_does_not(deed):
    identity = somebody()

    deed(identity, NOON)

    assert list(inactive(LIMIT)) == [identity.customer]


def test_who_is_new_or_restricted_stays():
    CustomerFactory(created_at=NOON)
    somebody(restriction="restricted")

    assert list(inactive(LIMIT)) == []


def test_off_by_default():
    somebody()

    assert erase_inactive(at=NOON) == 0
    assert RetentionRun.objects.count() == 0


def test_a_run_erases_in_batches_and_says_what_it_did(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    set_retention(months=36, actor=SYSTEM)
    gone = [somebody().customer for _ in range(5)]
    kept = somebody()
    ordered(kept, NOON)

    assert erase_inactive(at=NOON) == 5

    assert list(Customer.objects.all()) == [kept.customer]
    run = RetentionRun.objects.get()
    assert (run.erased_count, run.inactive_since, run.finished_at) == (5, LIMIT, NOON)
    rows = AuditEntry.objects.filter(action="customer.erased")
    assert {row.object_id for row in rows} == {str(one.pk) for one in gone}
    assert {tuple(row.fields) for row in rows} == {("inactive_too_long",)}


def test_once_a_day_and_a_stopped_run_goes_on(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    set_retention(months=36, actor=SYSTEM)
    somebody(), somebody()

    assert erase_inactive(at=NOON, longest=0) == 1  # time was up, or the worker was killed
    assert erase_inactive(at=NOON + timedelta(minutes=15)) == 1
    somebody()
    assert erase_inactive(at=NOON + timedelta(hours=20)) == 0
    assert erase_inactive(at=NOON + timedelta(hours=24)) == 1
    assert list(RetentionRun.objects.order_by("id").values_list("erased_count", flat=True)) == [
        2,
        1,
    ]


def test_three_years_later_those_are_gone_who_are_due():
    set_retention(months=36, actor=SYSTEM)
    early, late = somebody(), somebody()
    ordered(early, NOON)
    ordered(late, NOON + timedelta(days=400))

    erase_inactive(at=NOON + relativedelta(months=36, days=1))

    assert list(Customer.objects.all()) == [late.customer]


def test_an_unfinished_import_lets_it_wait():
    set_retention(months=36, actor=SYSTEM)
    somebody()
    run = ImportRunFactory(state="running")

    assert erase_inactive(at=NOON) == 0
    assert RetentionRun.objects.get().finished_at is None
    run.state = "finished"
    run.save()
    assert erase_inactive(at=NOON) == 1


def test_switching_it_off_ends_the_run(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    set_retention(months=36, actor=SYSTEM)
    somebody(), somebody()
    erase_inactive(at=NOON, longest=0)

    set_retention(months=None, actor=SYSTEM)

    assert erase_inactive(at=NOON) == 0
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("months", [0, 5, 241])
def test_times_that_nobody_means(months):
    with pytest.raises(BadInput):
        set_retention(months=months, actor=SYSTEM)


# --- The page -------------------------------------------------------------------------------------
def signed_in(client, group):
    user = StaffUserFactory(groups=[group])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_says_how_many_before_it_is_set(client):
    address = reverse("admin:retention")
    somebody()
    with clock.use(clock.FrozenClock(NOON)):
        page = signed_in(client, "Administrator").get(address, {"months": "36"})
        assert "This would erase 1 customer" in " ".join(page.content.decode().split())
        assert Project.objects.get().retention_months is None

        client.post(address, {"months": "36"})
        assert Project.objects.get().retention_months == 36
        assert AuditEntry.objects.get(action="project.changed").fields == ["retention_months"]
        client.post(address, {"months": ""})
        assert Project.objects.get().retention_months is None


def test_only_administrators_set_it(client):
    address = reverse("admin:retention")
    signed_in(client, "Marketer")
    assert client.get(address).status_code == client.post(address).status_code == 403
