"""What a customer likes over the wire, read and corrected."""

from datetime import timedelta

import pytest
from django.db import connection
from drf_spectacular.generators import SchemaGenerator

from customers.models import Customer, Interest
from customers.services.interests import refresh
from tests.customers.interest_world import category
from tests.rewards.makers import make_key
from tests.shared.test_api_description import check

from .conftest import AT, Shop

PATH = "customers/ann/interests"


@pytest.fixture
def ann(shop):
    """Bought tea twice, looked at cups, did not allow to look at searches."""
    shop.allow("ann", "BROWSE_HISTORY")
    for code, name, brand in (("T1", "Tea", "Twinings"), ("C1", "Cups", "")):
        shop.post("products", {"source_id": code, "category": name, "brand": brand})
    for number in (1, 2):
        shop.post(
            "orders",
            {
                "source_id": f"o{number}",
                "status": "PAID",
                "customer": {"source_id": "ann"},
                "created_at": (AT - timedelta(days=90 * (number - 1))).isoformat(),
                "items": [{"source_id": "T1", "quantity": 3, "price": 100}],
            },
        )
    shop.post(
        "events",
        {
            "event": "product_viewed",
            "customer": {"source_id": "ann"},
            "metadata": {"product_source_id": "C1"},
        },
    )
    refresh(customer_ids=Customer.objects.values_list("pk", flat=True), at=AT)
    return Customer.objects.get()


def told(shop, *interests, **headers):
    content = {"interests": [dict(zip(("kind", "topic", "likes"), one, strict=True))
                             for one in interests]}  # fmt: skip
    return shop.client.put(f"/v1/{PATH}", content, format="json", headers=headers)


def likes(response):
    assert response.status_code == 200, response.content
    return {one["topic"]: one["likes"] for one in response.json()["interests"]}


def test_what_is_known_with_its_evidence(shop, ann):
    body = shop.get(PATH).json()
    assert [(one["topic"], one["origin"], one["strength"]) for one in body["interests"]] == [
        ("Twinings", "observed", 0.6),
        ("Tea", "observed", 0.6),
        ("Cups", "inferred", 0.1667),
    ]
    assert body["interests"][1] == {
        "object": "interest",
        "kind": "category",
        "topic": "Tea",
        "origin": "observed",
        "likes": True,
        "strength": 0.6,
        "evidence": [{"sign": "bought", "times": 2, "last_at": "2026-05-01T09:00:00Z"}],
        "data_categories": ["PURCHASE_HISTORY"],
    }
    assert (body["total"], body["not_allowed"]) == (3, ["SEARCH_HISTORY"])


def test_what_the_customer_says_counts(shop, ann):
    answer = told(
        shop, ("category", "TEA", False), ("brand", "Acme", True), ("category", "Garden", None)
    )
    assert likes(answer) == {"Acme": True, "Tea": False, "Twinings": True, "Cups": True}
    assert likes(told(shop, ("category", "tea", None))) == likes(shop.get(PATH))
    assert likes(shop.get(PATH))["Tea"] is True


def test_said_again_it_changes_nothing(shop, ann):
    first = told(shop, ("category", "Tea", True), **{"Idempotency-Key": "k"})
    rows = list(Interest.objects.order_by("id").values())
    replayed = told(shop, ("category", "Tea", True), **{"Idempotency-Key": "k"})
    again = told(shop, ("category", "Tea", True))
    assert first.content == replayed.content == again.content
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert list(Interest.objects.order_by("id").values()) == rows


def test_without_permission_nothing_learned_from_views_is_shown(shop, ann):
    body = {
        "customer": {"source_id": "ann"},
        "data_category": "BROWSE_HISTORY",
        "action": "withdrawn",
        "source": "account",
    }
    assert shop.post("consents", body).status_code == 200
    # At once, before anything was derived again.
    answer = shop.get(PATH).json()
    assert {one["topic"] for one in answer["interests"]} == {"Tea", "Twinings"}
    assert answer["not_allowed"] == ["BROWSE_HISTORY", "SEARCH_HISTORY"]


def test_a_sensitive_category_is_refused_and_nothing_is_kept(shop, ann):
    category("Health", sensitive=True)
    before = likes(shop.get(PATH))
    answer = told(shop, ("category", "Acme", True), ("category", "health", True))
    assert (answer.status_code, answer.json()["key"]) == (400, "sensitive_topic")
    assert "health" in answer.json()["details"]
    assert likes(shop.get(PATH)) == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"interests": None},
        {"interests": ["Tea"]},
        {"interests": [{"kind": "category", "topic": "Tea"}]},
        {"interests": [{"kind": "colour", "topic": "Tea", "likes": True}]},
        {"interests": [{"kind": "brand", "topic": "", "likes": True}]},
        {"interests": [{"kind": "brand", "topic": "x" * 121, "likes": True}]},
        {"interests": [{"kind": "brand", "topic": "Te\x00a", "likes": True}]},
        {"interests": [{"kind": "brand", "topic": "Tea", "likes": "perhaps"}]},
        {"interests": [{"kind": "brand", "topic": "Tea", "likes": True}] * 101},
    ],
)
def test_what_cannot_be_said(shop, ann, body):
    before = likes(shop.get(PATH))
    answer = shop.put(PATH, body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["message"]
    assert likes(shop.get(PATH)) == before


def test_nobody_is_not_found(shop, ann):
    assert shop.get("customers/nobody/interests").status_code == 404
    assert shop.put("customers/nobody/interests", {"interests": []}).status_code == 404


def test_reading_and_writing_need_their_own_scopes(shop, ann):
    reader = Shop(make_key("restricted", scopes=["customers:read"]))
    writer = Shop(make_key("restricted", scopes=["customers:write"]))
    assert reader.get(PATH).status_code == 200
    assert reader.put(PATH, {"interests": []}).status_code == 403
    assert writer.get(PATH).status_code == 403
    assert writer.put(PATH, {"interests": []}).status_code == 200


def test_it_is_described_and_the_example_is_accepted(shop, ann):
    description = SchemaGenerator().get_schema(public=True)
    path = "/v1/customers/{customer_id}/interests"
    check(description, ("get", path), 200, shop.get(PATH).json())
    put = description["paths"][path]["put"]
    [example] = put["requestBody"]["content"]["application/json"]["examples"].values()
    answer = shop.put(PATH, example["value"])
    check(description, ("put", path), 200, answer.json())
    check(description, ("put", path), 400, shop.put(PATH, {}).json())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 60])
def test_it_costs_the_same_however_much_is_known(frozen, count):
    shop = Shop(make_key())
    shop.allow("ann", "SEARCH_HISTORY")  # and notes the key's use
    topics = [("brand", f"Brand {n}", True) for n in range(count)]
    told(shop, *topics)
    ran = []

    def note(execute, sql, params, many, context):
        ran.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert shop.get(PATH).json()["total"] == count
    assert len(ran) == 7
    ran.clear()
    with connection.execute_wrapper(note):
        assert likes(told(shop, *topics)) == {f"Brand {n}": True for n in range(count)}
    assert len(ran) == 13
