"""Two orders of one customer at one moment are both in the sums, because the customer is locked."""

from threading import Lock

import pytest

from customers.models import PurchaseProfile
from customers.services import finding, purchases
from tests.rewards.makers import make_key

from .harness import at_once, wait_until_somebody_waits_for_us
from .test_telling_at_once import ORDER, WHO, tell

pytestmark = pytest.mark.django_db(transaction=True)

THE_LOCK = "FOR NO KEY UPDATE OF c"


def two_orders(monkeypatch):
    """How many orders the sums hold when the second is told before the first is committed.

    Whoever adds up first commits once the other waits: with the lock for the customer, without it
    for the row of the sums, which it has added up from what it could see by then.
    """
    headers = make_key()
    tell(headers, "customers", WHO)
    tell(headers, "products", {"source_id": "85123A"})  # else one waits to make it
    first, refresh = Lock(), purchases.refresh

    def add_up(customers):
        refresh(customers)
        if customers and first.acquire(blocking=False):
            wait_until_somebody_waits_for_us()

    monkeypatch.setattr(purchases, "refresh", add_up)
    answers = at_once(
        lambda number: tell(headers, "orders", ORDER | {"source_id": f"o{number}"}), clients=2
    )
    assert {status for status, _body in answers} == {200}
    return PurchaseProfile.objects.get().orders_count


def test_both_are_added_up(monkeypatch):
    assert two_orders(monkeypatch) == 2


def test_without_the_lock_one_is_lost(monkeypatch):
    assert THE_LOCK in finding._FIND
    monkeypatch.setattr(finding, "_FIND", finding._FIND.replace(THE_LOCK, ""))

    assert two_orders(monkeypatch) == 1
