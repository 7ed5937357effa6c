"""The list outside the database: what a restored backup brought back is erased again."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from config.shared import actors, clock, health
from customers.models import Customer, Erasure, ImportRun
from customers.services import erasure_list
from customers.services.erasure import ErasureReason, erase_customer
from customers.services.replaying import replay_erasures
from tests.factories import (
    NOON,
    CustomerFactory,
    IdentityFactory,
    ImportRunFactory,
    OrderFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def listed(settings, tmp_path, monkeypatch):
    settings.ERASURE_LIST = tmp_path / "kept" / "erasures"
    monkeypatch.setattr(erasure_list, "_verified", erasure_list._Verified())
    return settings.ERASURE_LIST


def erase(customer, at=NOON):
    erase_customer(customer=customer, actor=actors.SYSTEM, reason=ErasureReason.REQUESTED, at=at)


def restore(*customers):
    """As a backup from before the erasures: the people are back, the erasures are not."""
    Erasure.objects.all().delete()
    return [
        CustomerFactory(pk=pk, created_at=NOON - timedelta(days=9), last_name="Back")
        for pk in customers
    ]


def test_an_erasure_is_in_the_file_after_its_commit(listed, django_capture_on_commit_callbacks):
    customer = CustomerFactory()

    with django_capture_on_commit_callbacks(execute=True):
        erase(customer)

    assert listed.read_text() == f"{customer.pk} {NOON.isoformat()}\n"
    assert erasure_list.write_unlisted() == 0
    assert not erasure_list.is_replay_needed()


def test_a_full_disk_keeps_the_erasure_and_the_sweep_writes_it_later(
    listed, monkeypatch, django_capture_on_commit_callbacks
):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(erasure_list.os, "fsync", full)
    with django_capture_on_commit_callbacks(execute=True):
        erase(CustomerFactory())
    assert Customer.objects.count() == 0
    with clock.use(clock.FrozenClock(NOON + timedelta(minutes=6))):
        assert health.report()["erasures"] == "degraded"

    monkeypatch.undo()
    erasure_list.write_unlisted()
    assert [line.customer_pk for line in erasure_list.read()] != []
    assert Erasure.objects.get().listed_at is not None


def test_a_torn_line_is_passed_over_and_does_not_spoil_the_next(listed):
    first, second = CustomerFactory(), CustomerFactory()
    erase(first)
    erasure_list.write_unlisted()
    with listed.open("a") as file:
        file.write("12345 2026-0")
    erase(second)
    erasure_list.write_unlisted()

    assert [line.customer_pk for line in erasure_list.read()] == [first.pk, second.pk]


def test_a_lost_file_is_written_again_from_the_table(listed):
    erase(CustomerFactory())
    erasure_list.write_unlisted()
    listed.unlink()

    assert erasure_list.write_unlisted() == 1
    assert len(list(erasure_list.read())) == 1


def test_a_restored_backup_is_not_ready_until_the_erasures_are_replayed(client, capsys):
    customer, kept = CustomerFactory(), CustomerFactory()
    erase(customer)
    erasure_list.write_unlisted()
    assert client.get("/health/ready").status_code == 200
    [back] = restore(customer.pk)
    OrderFactory(identity=IdentityFactory(customer=back))

    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["erasures"]) == (503, "down")

    call_command("replay_erasures")
    assert "1 people were erased again" in capsys.readouterr().out
    assert list(Customer.objects.all()) == [kept]
    assert client.get("/health/ready").json()["erasures"] == "ok"
    assert replay_erasures(at=NOON) == (0, 0)


def test_who_got_the_number_of_an_erased_person_after_the_restore_stays():
    gone = CustomerFactory()
    erase(gone, at=NOON)
    erasure_list.write_unlisted()
    Erasure.objects.all().delete()
    somebody = CustomerFactory(pk=gone.pk, created_at=NOON + timedelta(hours=1))

    assert replay_erasures(at=NOON + timedelta(hours=2)) == (1, 0)

    assert list(Customer.objects.all()) == [somebody]
    assert not erasure_list.is_replay_needed()


def test_no_number_is_given_twice_after_a_replay():
    gone = CustomerFactory(pk=9_000_000)
    erase(gone)
    erasure_list.write_unlisted()
    Erasure.objects.all().delete()

    replay_erasures(at=NOON)

    assert CustomerFactory().pk > 9_000_000


def test_an_import_that_the_backup_holds_is_cancelled():
    customer = CustomerFactory()
    erase(customer)
    erasure_list.write_unlisted()
    restore(customer.pk)
    ImportRunFactory(state="paused")

    replay_erasures(at=NOON)

    assert ImportRun.objects.get().state == "cancelled"
    assert Customer.objects.count() == 0
