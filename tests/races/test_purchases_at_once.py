"""Two orders of one customer at one moment are both in the sums, because the customer is locked."""

from threading import Barrier, BrokenBarrierError

import pytest

from customers.models import PurchaseProfile
from customers.services import purchases
from tests.rewards.makers import make_key

from .harness import at_once
from .test_telling_at_once import ORDER, WHO, tell

pytestmark = pytest.mark.django_db(transaction=True)


def two_orders(monkeypatch):
    """How many orders the sums hold when two are told at once, each adding up before the other
    has committed, if that can be.
    """
    headers = make_key()
    tell(headers, "customers", WHO)
    tell(headers, "products", {"source_id": "85123A"})  # else one waits to make it
    together, refresh = Barrier(2), purchases.refresh

    def add_up(customers):
        if customers:
            try:
                together.wait(timeout=2)
            except BrokenBarrierError:
                together.abort()  # the other one waits for the lock
        refresh(customers)

    monkeypatch.setattr(purchases, "refresh", add_up)
    answers = at_once(
        lambda number: tell(headers, "orders", ORDER | {"source_id": f"o{number}"}), clients=2
    )
    assert {status for status, _body in answers} == {200}
    return PurchaseProfile.objects.get().orders_count


def test_both_are_added_up(monkeypatch):
    assert two_orders(monkeypatch) == 2
