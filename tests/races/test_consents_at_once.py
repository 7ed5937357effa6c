"""A link used twice at one moment confirms once; an address suppressed twice is listed once."""

from datetime import timedelta
from threading import Lock

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from config.shared.actors import Actor
from config.shared.models import AuditEntry
from customers import links
from customers.models import ConsentEvent, OptIn, Suppression
from customers.services import opt_ins, suppression
from customers.services.opt_ins import Confirmation, confirm
from customers.services.suppression import suppress
from tests.customers.public_shop import person
from tests.factories import NOON

from .harness import ROUNDS, at_once, wait_until_somebody_waits_for_us

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = Actor("staff", "1")
CLIENTS = 12


def outcome_of(work):
    try:
        return work()
    except IntegrityError as error:
        return error


def first_waits(monkeypatch, module, name):
    """Whoever calls this function of the module first goes on once somebody else waits for them."""
    first, function = Lock(), getattr(module, name)

    def waiting(*args, **kwargs):
        done = function(*args, **kwargs)
        if first.acquire(blocking=False):
            wait_until_somebody_waits_for_us()
        return done

    monkeypatch.setattr(module, name, waiting)


# --- double opt-in --------------------------------------------------------------------------------


def the_link():
    row = OptIn.objects.create(
        identity=person(),
        channel="email",
        source="form",
        requested_at=NOON,
        expires_at=NOON + timedelta(hours=48),
    )
    return links.confirm_url(row.public_id).rstrip("/").rpartition("/")[2]


def confirmed(token, *, clients):
    return at_once(
        lambda _number: outcome_of(lambda: confirm(token=token, proof={}, at=NOON)),
        clients=clients,
    )


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_many_confirmations_at_once_make_one_event(round_):
    outcomes = confirmed(the_link(), clients=CLIENTS)

    assert outcomes.count(Confirmation.CONFIRMED) == 1
    assert outcomes.count(Confirmation.ALREADY) == CLIENTS - 1
    assert ConsentEvent.objects.filter(action="confirmed").count() == 1


def test_the_second_waits_for_the_first_and_is_told_that_it_is_done(monkeypatch):
    first_waits(monkeypatch, opt_ins, "append")

    outcomes = confirmed(the_link(), clients=2)

    assert set(outcomes) == {Confirmation.CONFIRMED, Confirmation.ALREADY}


def test_without_the_locks_the_second_confirms_too_and_only_the_database_says_no(monkeypatch):
    """The broken variant: nobody is locked, so both read a row that still waits."""
    monkeypatch.setattr(opt_ins, "lock_customers", lambda ids: None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **of: rows)
    first_waits(monkeypatch, opt_ins, "append")

    outcomes = confirmed(the_link(), clients=2)

    assert [type(one) for one in outcomes if one != Confirmation.CONFIRMED] == [IntegrityError]
    assert ConsentEvent.objects.filter(action="confirmed").count() == 1


# --- suppression ----------------------------------------------------------------------------------


def put(*addresses):
    return suppress(channel="email", addresses=addresses, reason="manual", actor=STAFF, at=NOON)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_many_who_suppress_the_same_at_once_write_one_row_and_one_audit_row(round_):
    addresses = [f"{n}@example.com" for n in range(20)]

    counts = at_once(lambda number: put(*addresses[:: -1 if number % 2 else 1]), clients=CLIENTS)

    assert sum(counts) == Suppression.objects.count() == 20
    assert AuditEntry.objects.filter(action="suppression.added").count() == 20


def two_put(monkeypatch):
    """What two are told who suppress one address, the second before the first has committed."""
    first_waits(monkeypatch, suppression.audit, "entry")
    return at_once(lambda _number: outcome_of(lambda: put("ann@example.com")), clients=2)


def test_the_second_finds_it_on_the_list(monkeypatch):
    assert sorted(two_put(monkeypatch)) == [0, 1]


def test_looking_first_and_writing_then_fails_for_the_second(monkeypatch):
    """The broken variant: both look, neither finds it, and one of them is refused."""
    conflict = "ON CONFLICT (fingerprint, channel) DO NOTHING"
    assert conflict in suppression._ADD
    look_first = "AND NOT EXISTS (SELECT FROM customers_suppression s WHERE s.fingerprint = f)"
    broken = suppression._ADD.replace(conflict, "").replace(
        "ORDER BY f", f"WHERE true {look_first} ORDER BY f"
    )
    monkeypatch.setattr(suppression, "_ADD", broken)

    outcomes = two_put(monkeypatch)

    assert outcomes.count(1) == 1
    assert [type(one) for one in outcomes if one != 1] == [IntegrityError]
