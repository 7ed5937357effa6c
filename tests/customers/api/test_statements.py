"""What a batch costs does not depend on its length."""

import pytest
from django.db import connection

from customers.models import Event

# Outside of a test's transaction: savepoints that only a test makes would be counted.
pytestmark = pytest.mark.django_db(transaction=True)

MOST = 1_000


@pytest.fixture
def caller(frozen):
    from tests.rewards.makers import make_key

    from .conftest import Shop

    shop = Shop(make_key())
    shop.get("customers")  # notes the key's use, which happens once in five minutes
    return shop


def statements(shop, kind, items, key="first"):
    ran = []

    def note(execute, sql, params, many, context):
        ran.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        response = shop.post(f"{kind}/batch", {"items": items}, **{"Idempotency-Key": key})
    assert response.status_code == 200
    return response.json()["results"], ran


def events(count, *, name="review", people=500, products=300):
    return [
        {
            "event": name,
            "source_id": f"e{n}",
            "customer": {"source_id": f"c{n % people}"},
            "metadata": {"product_id": f"P{n % products}"},
        }
        for n in range(count)
    ]


def test_a_thousand_events_of_people_and_products_nobody_knows(caller):
    mixed = events(500) + [
        event | {"source_id": f"v{n}"} for n, event in enumerate(events(500, name="searched"))
    ]
    caller.allow("c1", "SEARCH_HISTORY")

    results, ran = statements(caller, "events", mixed)

    assert [r["status"] for r in results].count("created") == Event.objects.count() == 501
    assert len(ran) == 12


def test_a_thousand_events_of_known_people(caller):
    caller.batch("events", events(MOST))
    fresh = [event | {"source_id": f"new{n}"} for n, event in enumerate(events(MOST))]

    _results, ran = statements(caller, "events", fresh)

    assert Event.objects.count() == 2 * MOST
    assert len(ran) == 8


def test_the_same_thousand_events_again(caller):
    caller.batch("events", events(MOST))

    results, ran = statements(caller, "events", events(MOST))

    assert {result["status"] for result in results} == {"duplicate"}
    assert Event.objects.count() == MOST
    assert len(ran) <= 8


def customers(count):
    return [{"source_id": f"c{n}", "name": f"Ann {n}"} for n in range(count)]


def orders(count, quantity=1):
    return [
        {
            "source_id": f"o{n}",
            "status": "PAID",
            "customer": {"source_id": f"c{n}"},
            "items": [{"source_id": f"P{n % 7}", "quantity": quantity, "price": 100}],
        }
        for n in range(count)
    ]


def products(count, price=1):
    return [{"source_id": f"P{n}", "name": f"Product {n}", "price": price} for n in range(count)]


def consents(count):
    return [
        {
            "customer": {"source_id": f"c{n}"},
            "channel": "email",
            "action": "granted",
            "source": "till",
            "source_id": f"{n}",
            "text": "Write to me.",
        }
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("kind", "first", "then", "new", "changed"),
    [
        ("customers", customers, lambda n: [c | {"email": "a@b.de"} for c in customers(n)], 9, 9),
        ("orders", orders, lambda n: orders(n, quantity=2), 18, 15),
        ("products", products, lambda n: products(n, price=2), 5, 5),
        ("consents", consents, lambda n: [c | {"source_id": ""} for c in consents(n)], 17, 11),
    ],
)
@pytest.mark.parametrize("count", [10, 300])
def test_other_batches_cost_the_same_however_long(caller, kind, first, then, new, changed, count):
    _results, ran_new = statements(caller, kind, first(count))
    again, ran_changed = statements(caller, kind, then(count), key="again")

    assert {result["status"] for result in again} <= {"created", "updated"}
    assert (len(ran_new), len(ran_changed)) == (new, changed)
