"""Variants of products as shops tell of them, and goods that are deleted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.shared.models import Project
from customers.models import Order, Product, Sku

HEART = {"source_id": "85123A", "name": "White hanging heart", "price": 255}
RED = {
    "source_id": "85123A-RED",
    "sku": "Red ribbon",
    "price": 295,
    "currency": "GBP",
    "attributes": {"ribbon": "red"},
    "image_url": "https://shop.example.com/red.jpg",
    "metadata": {"shelf": 3},
}


@pytest.fixture
def heart(shop):
    Project.objects.update(currency="GBP")
    return shop.post("products", HEART).json()


def test_a_variant_is_created_changed_shown_and_deleted(shop, heart):
    created = shop.post("products/85123A/skus", RED).json()
    again = shop.post(f"products/{heart['id']}/skus", RED).json()
    changed = shop.put(
        "products/85123A/skus/85123A-RED", {"price": None, "metadata": {"shelf": None, "row": 1}}
    ).json()

    assert created.items() >= RED.items()
    assert (created["object"], created["product_id"]) == ("sku", heart["id"])
    assert created["updated_at"] is None
    assert again == created
    assert changed == created | {
        "price": None,
        "metadata": {"row": 1},
        "updated_at": changed["updated_at"],
    }
    for wanted in (created["id"], "85123A-RED"):
        assert shop.get(f"skus/{wanted}").json() == changed
    assert shop.get("products/85123A/skus").json() == {
        "object": "list",
        "data_ref": "skus",
        "skus": [changed],
        "total": 1,
    }
    path = f"/v1/products/85123A/skus/{created['id']}"
    assert shop.client.delete(path).status_code == 204
    assert shop.client.delete(path).json()["key"] == "not_found"
    assert shop.get("products/85123A/skus").json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"sku": "nameless"}, 400, "source_id"),
        ({"source_id": "x", "price": -1}, 400, "price"),
        ({"source_id": "x", "price": 2.5}, 400, "price"),
        ({"source_id": "x", "currency": "EUR"}, 400, "currency"),
        ({"source_id": "x", "attributes": ["red"]}, 400, "attributes"),
        ({"source_id": "x", "image_url": "nowhere"}, 400, "image_url"),
        ({"id": "sku_nobody"}, 404, "source_id"),
    ],
)
def test_what_cannot_be_a_variant(shop, heart, body, status, said):
    refused = shop.post("products/85123A/skus", body)

    assert refused.status_code == status
    assert said in refused.json()["details"]
    assert not Sku.objects.exists()


def test_a_variant_belongs_to_one_product(shop, heart):
    shop.post("products", {"source_id": "mug"})
    shop.post("products/85123A/skus", RED)

    refused = shop.post("products/mug/skus", RED)
    assert (refused.status_code, refused.json()["key"]) == (409, "duplicate_found")
    assert refused.json()["resource_id"] == heart["id"]
    assert shop.put("products/mug/skus/85123A-RED", {"price": 1}).status_code == 409
    assert shop.client.delete("/v1/products/mug/skus/85123A-RED").status_code == 404
    assert shop.post("products/none/skus", RED).status_code == 404
    assert Sku.objects.get().price == 295


def test_a_position_that_names_a_variant_is_one_of_its_product(shop, heart):
    sku = shop.post("products/85123A/skus", RED).json()
    items = [
        {"source_id": "85123A-RED", "quantity": 1, "price": 295},
        {"sku_id": sku["id"], "quantity": 1, "price": 295},
    ]

    shop.post("orders", {"source_id": "1", "customer": {"source_id": "ann"}, "items": items})

    lines = Order.objects.get().lines.all()
    assert {line.product.source_id for line in lines} == {"85123A"}
    assert Product.objects.count() == 1


def test_a_code_of_a_product_and_of_a_variant_is_the_product(shop, heart):
    shop.post("products/85123A/skus", RED | {"source_id": "mug"})
    shop.post("products", {"source_id": "mug"})
    items = [{"source_id": "mug", "quantity": 1, "price": 295}]

    shop.post("orders", {"source_id": "1", "customer": {"source_id": "ann"}, "items": items})

    assert Order.objects.get().lines.get().product.source_id == "mug"


def test_a_product_is_deleted_with_its_variants_unless_something_names_it(shop, heart):
    shop.post("products/85123A/skus", RED)
    shop.post("products", {"source_id": "mug"})
    items = [{"source_id": "mug", "quantity": 1, "price": 5}]
    shop.post("orders", {"source_id": "1", "customer": {"source_id": "ann"}, "items": items})

    assert shop.client.delete("/v1/products/85123A").status_code == 204
    refused = shop.client.delete("/v1/products/mug?force=true")

    assert (refused.status_code, refused.json()["key"]) == (409, "conflict")
    assert list(Product.objects.values_list("source_id", flat=True)) == ["mug"]
    assert not Sku.objects.exists()
    assert shop.client.delete("/v1/products/85123A").status_code == 404


def test_a_list_of_variants_takes_the_same_statements_for_many(shop, heart):
    def statements():
        with CaptureQueriesContext(connection) as ran:
            shop.get("products/85123A/skus")
        return len(ran)

    shop.post("products/85123A/skus", RED)
    few = statements()
    for number in range(5):
        shop.post("products/85123A/skus", {"source_id": f"v{number}"})
    assert statements() == few
