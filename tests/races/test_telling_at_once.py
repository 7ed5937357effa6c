"""The same customer, order, event and consent told of from everywhere at once is one."""

import pytest
from rest_framework.test import APIClient

from customers.models import ConsentEvent, Customer, Event, Identity, Order, OrderLine, Product
from tests.rewards.makers import make_key

from .harness import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 20
WHO = {"source_id": "17850", "name": "Ann Lee"}
ORDER = {
    "source_id": "536365",
    "status": "PAID",
    "customer": WHO,
    "items": [{"source_id": "85123A", "quantity": 6, "price": 255}],
}
EVENT = {
    "event": "review",
    "source_id": "review-81",
    "customer": WHO,
    "metadata": {"product_id": "85123A"},
}
CONSENT = {
    "customer": WHO,
    "channel": "email",
    "action": "granted",
    "source": "till",
    "source_id": "c-1",
}
COUNTED = {
    "customers": (Customer, WHO),
    "orders": (Order, ORDER),
    "events": (Event, EVENT),
    "products": (Product, {"source_id": "85123A", "name": "Heart"}),
    "consents": (ConsentEvent, CONSENT),
}


def tell(headers, path, body):
    response = APIClient(headers=headers).post(f"/v1/{path}", body, format="json")
    return response.status_code, response.json()


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("kind", COUNTED)
def test_one_thing_told_from_twenty_threads(kind, round_):
    model, body = COUNTED[kind]
    headers = make_key()

    answers = at_once(lambda _number: tell(headers, kind, body), clients=TIMES)

    assert {status for status, _body in answers} == {200}
    assert len({answer["id"] for _status, answer in answers}) == 1
    assert model.objects.count() == 1
    assert Customer.objects.count() == Identity.objects.count() <= 1
    assert OrderLine.objects.count() == Order.objects.count()


def test_overlapping_batches_in_different_orders():
    headers = make_key()
    items = [
        EVENT
        | {
            "source_id": f"e{n}",
            "customer": {"source_id": f"c{n % 11}"},
            "metadata": {"product_id": f"P{n % 5}"},
        }
        for n in range(60)
    ]

    def shuffled(number):
        return [*items[number * 7 % 60 :], *items[: number * 7 % 60]][:: -1 if number % 2 else 1]

    answers = at_once(
        lambda number: tell(headers, "events/batch", {"items": shuffled(number)}), clients=8
    )

    assert {status for status, _body in answers} == {200}
    told = [r["status"] for _status, body in answers for r in body["results"]]
    assert told.count("created") == Event.objects.count() == 60
    assert told.count("duplicate") == 7 * 60
    assert Customer.objects.count() == 11
    assert Product.objects.count() == 5
