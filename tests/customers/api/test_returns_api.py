"""Returns as shops tell of them: once each, before or after their order."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Order, OrderLine, PurchaseTotal, Return, ReturnMatch

from .conftest import statuses
from .test_orders_api import HEART, an_order


def a_return(source_id="R1", *, quantity=2, order="536365", **fields):
    return {
        "source_id": source_id,
        "order": {"source_id": order},
        "items": [{"source_id": "85123A", "quantity": quantity, "price": 255}],
        "reason": "Arrived broken",
        **fields,
    }


def total():
    return PurchaseTotal.objects.values_list("amount", "returned_amount").get()


def test_a_return_belongs_to_its_order_and_its_customer(shop):
    order = shop.post("orders", an_order()).json()

    answer = shop.post("returns", a_return(returned_at="2026-05-01T08:00:00Z")).json()

    assert answer["id"].startswith("ret_")
    assert (answer["amount"], answer["currency"]) == (510, "GBP")
    assert answer["reason"] == "Arrived broken"
    assert answer["order"] == {"object": "order", "id": order["id"], "source_id": "536365"}
    assert answer["customer"]["source_id"] == "17850"
    [item] = answer["items"]
    assert (item["matched_quantity"], item["unmatched_quantity"]) == (2, 0)
    assert item["order_ids"] == [order["id"]]
    assert shop.get("orders/536365").json()["items"][0]["returned_quantity"] == 2
    assert total() == (2025, 510)
    for name in (answer["id"], "R1"):
        assert shop.get(f"returns/{name}").json() == answer


def test_by_our_id_of_the_order(shop):
    order = shop.post("orders", an_order()).json()

    answer = shop.post("returns", a_return() | {"order": {"id": order["id"]}}).json()

    assert answer["order"]["source_id"] == "536365"
    unknown = shop.post("returns", a_return() | {"order": {"id": "ord_nothing"}})
    assert unknown.status_code == 404


def test_told_twice_it_is_one(shop):
    shop.post("orders", an_order())
    first = shop.post("returns", a_return()).json()

    assert shop.post("returns", a_return()).json() == first
    assert statuses(shop.batch("returns", [a_return(), a_return("R2")])) == ["duplicate", "created"]
    assert Return.objects.count() == 2
    assert OrderLine.objects.get(kind="product").returned_quantity == 4


def test_a_correction_replaces_what_was_told(shop):
    shop.post("orders", an_order())
    shop.post("returns", a_return(quantity=5))

    [result] = shop.batch("returns", [a_return(quantity=1)])

    assert result["status"] == "updated"
    assert OrderLine.objects.get(kind="product").returned_quantity == 1
    assert total() == (2025, 255)


def test_more_than_was_bought_is_kept_and_shown(shop):
    shop.post("orders", an_order())

    [item] = shop.post("returns", a_return(quantity=9)).json()["items"]

    assert (item["matched_quantity"], item["unmatched_quantity"]) == (6, 3)


def test_a_named_order_is_taken_from_before_a_later_one(shop):
    shop.post("orders", an_order("first", created_at="2026-04-01T09:00:00Z"))
    shop.post("orders", an_order("second", created_at="2026-04-20T09:00:00Z"))

    shop.post("returns", a_return(order="first"))

    returned = OrderLine.objects.filter(kind="product").values_list(
        "order__source_id", "returned_quantity"
    )
    assert dict(returned) == {"first": 2, "second": 0}


STEPS = {
    "order": ("orders", an_order(created_at="2026-04-30T09:00:00Z")),
    "return": ("returns", a_return(returned_at="2026-05-01T07:00:00Z")),
    "again": ("returns", a_return("R2", quantity=1, returned_at="2026-05-01T08:00:00Z")),
}


@pytest.mark.parametrize("arrival", list(itertools.permutations(STEPS)))
def test_the_order_of_arrival_does_not_matter(shop, arrival):
    for step in arrival:
        assert shop.post(*STEPS[step]).status_code == 200

    assert [r["customer"]["source_id"] for r in shop.get("returns").json()["returns"]] == (
        ["17850"] * 2
    )
    assert OrderLine.objects.get(kind="product").returned_quantity == 3
    assert total() == (2025, 765)


def test_a_return_without_its_order_waits_for_nobody_else(shop):
    answer = shop.post("returns", a_return()).json()

    assert answer["customer"] is None
    assert answer["order"] == {"object": "order", "id": None, "source_id": "536365"}
    shop.post("orders", an_order("another"))
    assert shop.get("returns/R1").json()["customer"] is None
    assert not ReturnMatch.objects.exists()


def test_goods_of_no_named_order_are_found_among_what_the_customer_bought(shop):
    shop.post("orders", an_order(created_at="2026-04-01T09:00:00Z"))
    shop.post("orders", an_order("gone", status="CANCELED", created_at="2026-04-20T09:00:00Z"))

    answer = shop.post("returns", a_return(order=None, customer={"source_id": "17850"})).json()

    order = shop.get("orders/536365").json()
    assert answer["items"][0]["order_ids"] == [order["id"]]
    assert answer["order"] is None


def test_what_came_back_of_a_cancelled_order_is_not_counted(shop):
    shop.post("orders", an_order("kept"))
    shop.post("orders", an_order())
    shop.post("returns", a_return())

    shop.put("orders/536365", {"status": "CANCELED", "cancel_reason": "Lost in the post"})

    assert total() == (2025, 0)


def test_a_sum_given_back_without_goods(shop):
    shop.post("orders", an_order())

    answer = shop.post("returns", a_return(items=None, amount=300)).json()

    assert (answer["amount"], answer["items"]) == (300, [])
    assert total() == (2025, 300)


def test_the_list_of_a_customer(shop):
    shop.post("orders", an_order())
    shop.post("orders", an_order("other", customer={"source_id": "99"}))
    for number in range(3):
        shop.post("returns", a_return(f"R{number}", quantity=1))
    shop.post("returns", a_return("X", order="other"))

    first = shop.get("returns", customer="17850", limit=2).json()
    rest = shop.get(
        "returns", customer="17850", starting_after_id=first["more_starting_after_id"]
    ).json()

    assert [r["source_id"] for r in first["returns"] + rest["returns"]] == ["R2", "R1", "R0"]
    assert first["total"] == 3
    assert shop.get("returns", customer="nobody").status_code == 404


@pytest.mark.parametrize(
    ("fields", "key", "named"),
    [
        ({"source_id": None}, "invalid_payload", "source_id"),
        ({"order": None}, "missing_customer", "order"),
        ({"items": []}, "invalid_return", "amount"),
        ({"amount": 1}, "invalid_return", "510"),
        ({"currency": "EUR"}, "invalid_return", "GBP"),
        ({"items": [{"quantity": 1, "price": 1}]}, "invalid_order", "items[0]"),
        ({"customer": {"source_id": "99"}}, "return_of_another_customer", "customer"),
        ({"returned_at": "2027-05-01T00:00:00Z"}, "invalid_payload", "returned_at"),
    ],
)
def test_what_cannot_be_is_named_and_the_rest_comes_in(shop, fields, key, named):
    shop.post("orders", an_order())

    refused, taken = shop.batch("returns", [a_return() | fields, a_return("R2")])

    assert (refused["status"], taken["status"]) == ("rejected", "created")
    assert refused["error"]["key"] == key
    assert named in str(refused["error"])


def test_a_gift_order_says_so(shop):
    answer = shop.post("orders", an_order(is_gift=True, gift_reason="Wedding")).json()

    assert (answer["is_gift"], answer["gift_reason"]) == (True, "Wedding")
    kept = shop.put("orders/536365", {"status": "FULFILLED"}).json()
    assert (kept["is_gift"], kept["gift_reason"]) == (True, "Wedding")


def test_a_statement_more_for_no_return_more(shop):
    def cost(count, name):
        with CaptureQueriesContext(
            connection,
        ) as ran:
            shop.batch("returns", [a_return(f"{name}{n}", quantity=1) for n in range(count)])
        return len(ran)

    shop.post("orders", an_order())
    shop.get("orders")

    assert cost(2, "a") == cost(6, "b")


def test_the_erased_customers_order_changes_without_a_person(shop):
    shop.post("orders", an_order())
    Order.objects.update(identity=None)

    changed = shop.post("orders", an_order(status="FULFILLED", customer={"source_id": "new"}))
    returned = shop.post("returns", a_return())

    assert (changed.json()["status"], changed.json()["customer"]) == ("FULFILLED", None)
    assert changed.json()["customer_id"] is None
    assert returned.json()["customer"] is None
    assert not Customer.objects.filter(identities__external_id="new").exists()
    assert HEART["source_id"] == returned.json()["items"][0]["source_id"]


def test_a_correction_that_names_another_customers_order_leaves_nothing_with_the_first(shop):
    shop.post("orders", an_order())
    other = an_order() | {"source_id": "536366", "customer": {"source_id": "13047"}}
    shop.post("orders", other)
    shop.post("returns", a_return())

    answer = shop.post("returns", a_return(order="536366"))

    assert answer.json()["customer"]["source_id"] == "13047"
    returned = {
        name: shop.get(f"orders/{name}").json()["items"][0]["returned_quantity"]
        for name in ("536365", "536366")
    }
    assert returned == {"536365": 0, "536366": 2}
    whose = "customer__identities__external_id"
    totals = dict(PurchaseTotal.objects.values_list(whose, "returned_amount"))
    assert totals == {"17850": 0, "13047": 510}
