"""Orders as shops tell of them: in any order of arrival, once each."""

import itertools
from datetime import timedelta

import pytest

from config.shared.models import Fact
from customers.models import Customer, Order, OrderLine, Product
from segments.selectors import count
from tests.factories import OrderFactory, OrderLineFactory, ReturnLineFactory

from .conftest import AT, statuses

HEART = {"source_id": "85123A", "quantity": 6, "price": 255, "product": {"name": "Heart"}}
SHIPPING = {"product_id": "prod_5h1pp1ng", "amount": 495}


def an_order(source_id="536365", **fields):
    return {
        "source_id": source_id,
        "status": "PAID",
        "currency": "GBP",
        "customer": {"source_id": "17850"},
        "items": [HEART, SHIPPING],
        **fields,
    }


def test_an_order_makes_its_customer_and_products(shop):
    answer = shop.post("orders", an_order(created_at="2026-04-30T12:00:00+03:00")).json()

    assert answer["id"].startswith("ord_")
    assert answer["status"] == "PAID"
    assert (answer["amount"], answer["discount_amount"], answer["total_amount"]) == (2025, 0, 2025)
    assert answer["created_at"] == "2026-04-30T09:00:00Z"
    heart, shipping = answer["items"]
    assert (heart["source_id"], heart["quantity"], heart["amount"]) == ("85123A", 6, 1530)
    assert heart["product"]["name"] == "Heart"
    assert (shipping["product_id"], shipping["amount"]) == ("prod_5h1pp1ng", 495)
    order = Order.objects.get()
    assert (order.amount, order.charges_amount) == (1530, 495)
    assert order.identity.external_id == "17850"
    assert Product.objects.get().source_id == "85123A"
    assert shop.get("orders/536365").json() == answer
    assert shop.get("orders").json()["orders"] == [answer]
    facts = Fact.objects.filter(subject_id=order.pk, kind="order.placed")
    assert [fact.data["customer"] for fact in facts] == [order.identity.customer_id]


def test_discounts_are_one_line_that_takes_off(shop):
    item = HEART | {"discount_amount": 30}

    answer = shop.post("orders", an_order(items=[item], discount_amount=100)).json()

    assert (answer["amount"], answer["discount_amount"], answer["total_amount"]) == (
        1530,
        130,
        1400,
    )
    order = Order.objects.get()
    assert (order.amount, order.charges_amount) == (1530, -130)


def test_an_order_of_nothing_but_an_amount(shop):
    answer = shop.post("orders", an_order(items=None, amount=900, discount_amount=100)).json()

    assert (answer["amount"], answer["total_amount"], answer["items"]) == (900, 800, [])


def test_the_same_again_changes_nothing(shop):
    first = shop.post("orders", an_order()).json()
    line_ids = set(OrderLine.objects.values_list("pk", flat=True))

    assert shop.post("orders", an_order()).json() == first
    assert statuses(shop.batch("orders", [an_order(), an_order()])) == ["duplicate"] * 2
    assert set(OrderLine.objects.values_list("pk", flat=True)) == line_ids
    assert Order.objects.count() == 1


def test_items_that_change_keep_their_lines(shop):
    shop.post("orders", an_order())
    heart = OrderLine.objects.get(kind="product")
    second = {"source_id": "71053", "amount": 1000}

    answer = shop.put("orders/536365", {"items": [HEART | {"quantity": 2}, second]}).json()

    assert [(i["source_id"], i["quantity"], i["amount"]) for i in answer["items"]] == [
        ("85123A", 2, 510),
        ("71053", 1, 1000),
    ]
    assert answer["total_amount"] == 1510
    heart.refresh_from_db()
    assert heart.quantity == 2


def test_what_was_returned_cannot_be_told_away(shop):
    shop.post("orders", an_order())
    OrderLine.objects.filter(kind="product").update(returned_quantity=3)

    for items in ([HEART | {"quantity": 2}], [SHIPPING]):
        refused = shop.put("orders/536365", {"items": items})
        assert refused.status_code == 400
        assert refused.json()["key"] == "invalid_order"
    assert shop.put("orders/536365", {"items": [HEART | {"quantity": 3}]}).status_code == 200


MESSAGES = [
    an_order(status="CREATED"),
    an_order(status="PAID", items=[HEART | {"quantity": 5}]),
    an_order(status="CANCELED", cancel_reason="too late", items=[HEART | {"quantity": 5}]),
]


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_the_order_of_arrival_does_not_matter(shop, arrival):
    for number in arrival:
        shop.post("orders", MESSAGES[number])

    order = shop.get("orders/536365").json()
    assert (order["status"], order["cancel_reason"]) == ("CANCELED", "too late")
    assert [item["quantity"] for item in order["items"]] == [5]


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_the_shops_own_time_of_change_decides_where_it_is_told(shop, arrival):
    """Also a status taken back, which without it would look like an old message."""
    messages = [
        an_order(status=status, updated_at=(AT + timedelta(minutes=n)).isoformat())
        for n, status in enumerate(["PAID", "CANCELED", "FULFILLED"])
    ]
    for number in arrival:
        shop.post("orders", messages[number])

    assert shop.get("orders/536365").json()["status"] == "FULFILLED"


def test_orders_count_in_segments_at_once(shop):
    rules = {"field": "orders.sum", "cmp": "gte", "value": 3000, "currency": "GBP"}
    shop.post("orders", an_order("1"))
    assert count(rules, at=AT) == 0

    shop.post("orders", an_order("2"))
    assert count(rules, at=AT) == 1

    shop.put("orders/2", {"status": "CANCELED"})
    assert count(rules, at=AT) == 0


def test_an_order_of_somebody_else(shop):
    shop.post("orders", an_order())

    refused = shop.post("orders", an_order(customer={"source_id": "other"}))

    assert refused.status_code == 409
    assert refused.json()["key"] == "order_of_another_customer"
    assert Customer.objects.count() == 1


def test_an_imported_order_can_be_told_of_as_well(shop):
    line = OrderLineFactory(order__source_id="536365", product__source_id="85123A")
    ReturnLineFactory(document__identity=line.order.identity)

    answer = shop.post(
        "orders",
        {
            "source_id": "536365",
            "status": "FULFILLED",
            "items": [{"source_id": "85123A", "quantity": 6, "price": 425}],
        },
    )

    assert answer.status_code == 200
    assert answer.json()["status"] == "FULFILLED"
    assert OrderLine.objects.get().pk == line.pk


@pytest.mark.parametrize(
    ("told", "key", "words"),
    [
        ({"currency": "XYZ"}, "invalid_order", "ISO 4217"),
        ({"currency": None, "metadata": {"currency": 7}}, "invalid_order", "ISO 4217"),
        ({"customer": None}, "missing_customer", "source_id"),
        ({"items": None}, "invalid_order", "items"),
        ({"items": []}, "invalid_order", "items"),
        ({"items": [{"price": 1}]}, "invalid_order", "items[0]"),
        ({"items": [HEART, {"source_id": "x"}]}, "invalid_order", "items[1]"),
        ({"items": [HEART | {"amount": 1}]}, "invalid_order", "items[0]"),
        ({"items": [HEART | {"price": 10**15}]}, "invalid_order", "more than"),
        ({"amount": 1}, "invalid_order", "2025"),
        ({"items": [HEART | {"quantity": "6"}]}, "invalid_payload", "items[0].quantity:"),
        ({"items": [HEART] * 501}, "invalid_payload", "500"),
        ({"status": "LOST"}, "invalid_payload", "status:"),
        (
            {"created_at": "2027-05-01T00:00:00Z"},
            "invalid_payload",
            "created_at: It lies in the future",
        ),
        ({"created_at": "2026-05-01T00:00:00"}, "invalid_payload", "created_at: Write"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "invalid_payload", "created_at:"),
        ({"created_at": "1812-01-01T00:00:00Z"}, "invalid_payload", "1995"),
        ({"created_at": "1970-01-01T00:00:00Z"}, "invalid_payload", "created_at"),
        ({"referrer": {"source_id": "x"}}, "invalid_payload", "without it"),
        ({"customer": {"source_id": "x", "email": "x"}}, "invalid_payload", "customer.email:"),
    ],
)
def test_what_cannot_be_is_named_with_its_place_and_remedy(shop, told, key, words):
    refused = shop.post("orders", an_order(**told))

    assert refused.status_code == 400
    assert refused.json()["key"] == key
    assert words in refused.json()["message"] + refused.json()["details"]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_late_orders_are_kept_with_their_own_day(shop):
    answer = shop.post("orders", an_order(created_at="2011-12-09T12:50:00Z")).json()

    assert answer["created_at"] == "2011-12-09T12:50:00Z"


def test_a_batch_of_orders_known_new_and_bad(shop):
    shop.post("orders", an_order("1"))

    results = shop.batch(
        "orders",
        [
            an_order("1", status="FULFILLED"),
            an_order("2", customer={"source_id": "new", "name": "Ann"}),
            an_order("3", currency="???"),
            an_order("2", status="FULFILLED", customer=None),
            an_order("4", customer={"id": "cust_nobody"}),
            {"id": "ord_nobody", "status": "PAID"},
            {k: v for k, v in an_order().items() if k != "source_id"},
        ],
    )

    assert statuses(results) == [
        "updated",
        "created",
        "rejected",
        "updated",
        "rejected",
        "rejected",
        "created",
    ]
    assert shop.get("orders/2").json()["status"] == "FULFILLED"
    nameless = shop.get(f"orders/{results[6]['id']}").json()
    assert nameless["source_id"] == results[6]["id"]
    assert Order.objects.count() == 3


def test_orders_are_shown_with_those_of_files(shop):
    OrderFactory.create_batch(3)

    listed = shop.get("orders", limit=2).json()

    assert listed["total"] == 3
    assert len(listed["orders"]) == 2
