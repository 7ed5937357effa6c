"""A shop's server erases a person who asked for it."""

import pytest
from rest_framework.test import APIClient

from config.shared.models import AuditEntry
from customers.models import Customer, Order, Suppression
from tests.rewards.makers import make_key

ADA = {"source_id": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
def ada(shop):
    shop.post("customers", ADA)
    items = [{"source_id": "mug", "quantity": 1, "price": 900}]
    shop.post("orders", {"source_id": "1", "customer": {"source_id": "ada"}, "items": items})
    return shop.get("customers/ada").json()["id"]


def test_by_the_shop_s_id_and_once(shop, ada):
    assert shop.client.delete("/v1/customers/ada").status_code == 204
    again = shop.client.delete("/v1/customers/ada")

    assert (again.status_code, again.json()["key"]) == (404, "customer_not_found")
    assert not Customer.objects.exists()
    assert Order.objects.get().identity is None
    assert Suppression.objects.exists()
    [entry] = AuditEntry.objects.filter(action="customer.erased")
    assert entry.actor_kind == "api_key"


def test_by_the_published_name(shop, ada):
    told = shop.post(f"customers/{ada}/permanent-deletion", {}).json()

    assert (told["status"], told["related_object"]) == ("DONE", "customer")
    assert told["related_object_id"] == ada
    assert not Customer.objects.exists()


def test_only_a_key_that_may_erase(shop, ada):
    writer = APIClient(headers=make_key("restricted", scopes=["customers:write"]))

    for refused in (
        writer.delete("/v1/customers/ada"),
        writer.post("/v1/customers/ada/permanent-deletion"),
    ):
        assert refused.status_code == 403
        assert "customers:erase" in refused.json()["details"]
    assert Customer.objects.count() == 1
