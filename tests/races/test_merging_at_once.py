"""Merges while others merge, tell and withdraw: nothing is lost and nobody is made twice."""

import pytest
from django.db import connection

from config.shared.actors import SYSTEM
from config.shared.errors import VesileError
from customers.models import ConsentEvent, ConsentState, Customer, Identity, Merge, Order
from customers.services import consent, locking
from customers.services.customers import identify
from customers.services.merging import merge
from tests.factories import ConsentEventFactory
from tests.rewards.makers import make_key

from .harness import ROUNDS, at_once
from .test_telling_at_once import tell

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 12


def two():
    first = identify(source_id="a", actor=SYSTEM, first_name="Ann").customer
    second = identify(source_id="b", actor=SYSTEM, city="Cork").customer
    return first, second


def tried(kept, absorbed):
    try:
        merge(kept=kept, absorbed=absorbed, actor=SYSTEM)
    except VesileError as error:
        return error
    return None


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_merges_in_opposite_directions_make_one_customer(round_):
    first, second = two()

    outcomes = at_once(
        lambda n: tried(first, second) if n % 2 else tried(second, first), clients=CLIENTS
    )

    assert outcomes.count(None) == 1
    [left] = Customer.objects.all()
    assert set(left.identities.values_list("external_id", flat=True)) == {"a", "b"}
    assert Merge.objects.get().kept == left


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_orders_told_during_a_merge_all_arrive_at_the_one_who_is_left(round_):
    first, second = two()
    headers = make_key()

    def work(number):
        if number == 0:
            return tried(first, second)
        return tell(
            headers,
            "orders",
            {
                "source_id": f"o{number}",
                "status": "PAID",
                "amount": 100,
                "customer": {"source_id": "b", "city": f"Town {number}"},
            },
        )

    merged, *answers = at_once(work, clients=CLIENTS)

    assert merged is None
    assert {status for status, _body in answers} == {200}
    assert Order.objects.filter(identity__customer=first).count() == CLIENTS - 1
    assert Customer.objects.get().purchases.orders_count == CLIENTS - 1
    assert Identity.objects.count() == 2


def withdraw(identity):
    event = ConsentEventFactory.build(identity=identity, action="withdrawn", source="till")
    consent.record_consents([event])


def withdrawals_that_counted():
    """How often a withdrawal told during a merge became the state of who is left."""
    first, second = two()
    identity = second.identities.get()

    def work(number):
        return tried(first, second) if number == 0 else withdraw(identity)

    at_once(work, clients=2)
    return ConsentState.objects.filter(customer=first, allowed=False).count()


@pytest.mark.parametrize("round_", range(2 * ROUNDS))
def test_a_withdrawal_during_a_merge_counts_for_who_is_left(round_):
    assert withdrawals_that_counted() == 1


def test_without_asking_again_after_the_lock_the_withdrawal_would_be_lost(monkeypatch):
    """The broken variant: the customer is read before the merge and locked after it."""
    first, second = two()
    identity = second.identities.get()

    def stale(identity_ids):
        merge(kept=first, absorbed=second, actor=SYSTEM)
        locking.lock_customers([second.pk])
        return {second.pk}

    monkeypatch.setattr(consent, "lock_customers_of", stale)
    withdraw(identity)

    assert ConsentEvent.objects.count() == 1
    assert not ConsentState.objects.filter(customer=first).exists()


def test_the_lock_is_taken_in_ascending_order():
    first, second = two()
    with connection.execute_wrapper(noted := Noted()):
        merge(kept=second, absorbed=first, actor=SYSTEM)
    lock = next(params for sql, params in noted.ran if "FOR UPDATE" in sql)
    assert lock == [sorted([first.pk, second.pk])]


class Noted:
    def __init__(self):
        self.ran = []

    def __call__(self, execute, sql, params, many, context):
        self.ran.append((sql, params))
        return execute(sql, params, many, context)
