"""Journeys of a person through the shop: recognised, remembered, and asked."""

import json
from datetime import timedelta

import pytest

from config.shared.actors import SYSTEM
from customers.models import Customer, Event, Identity, Interest, Order
from customers.record import as_json
from customers.services.erasure import erase_customer
from customers.services.interest_following import follow
from customers.services.merging import merge, undo
from tests.tools.waiting import until_facts_are_readable

from .conftest import AT, statuses

# Facts are read across transactions, as the worker does.
pytestmark = pytest.mark.django_db(transaction=True)

DEVICE, ANN = "device-7", "ann"


@pytest.fixture
def shop(shop):
    shop.batch(
        "products",
        [
            {"source_id": "T1", "category": "Tea", "brand": "Twinings"},
            {"source_id": "C1", "category": "Cups", "brand": "Denby"},
        ],
    )
    return shop


def view(shop, who, product, number, *, days=0):
    body = {
        "event": "product_viewed",
        "source_id": f"view-{who}-{number}",
        "customer": {"source_id": who},
        "occurred_at": (AT - timedelta(days=days)).isoformat(),
        "metadata": {"product_source_id": product},
    }
    return shop.post("events", body)


def order(shop, who, number, product="T1", **more):
    body = {
        "source_id": f"o-{number}",
        "status": "PAID",
        "customer": {"source_id": who},
        "created_at": AT.isoformat(),
        "items": [{"source_id": product, "quantity": 1, "price": 500}],
        **more,
    }
    answer = shop.post("orders", body)
    assert answer.status_code == 200, answer.content
    return answer


def consent(shop, who, category, action):
    body = {
        "customer": {"source_id": who},
        "data_category": category,
        "action": action,
        "source": "banner",
    }
    assert shop.post("consents", body).status_code == 200


def known(shop, who):
    """{topic: how it is known} once the worker has followed."""
    until_facts_are_readable()
    follow(at=AT)
    answer = shop.get(f"customers/{who}/interests").json()
    return {one["topic"]: one["origin"] for one in answer["interests"] if one["likes"]}


def customer(source_id):
    return Customer.objects.get(identities__external_id=source_id)


def test_from_a_device_to_a_customer_and_out_again(shop):
    # A device that was not asked leaves no trace.
    assert view(shop, DEVICE, "C1", 0).json()["key"] == "data_use_not_allowed"
    assert not Identity.objects.filter(external_id=DEVICE).exists()

    # It agrees and browses; what is told twice counts once.
    consent(shop, DEVICE, "BROWSE_HISTORY", "granted")
    for number in (1, 2, 2):
        assert view(shop, DEVICE, "C1", number, days=number).status_code == 200
    assert Event.objects.count() == 2
    assert known(shop, DEVICE) == {"Cups": "inferred", "Denby": "inferred"}

    # It signs up as a customer who orders; the device is merged into them.
    shop.post("customers", {"source_id": ANN, "name": "Ann Lee", "email": "ann@example.com"})
    order(shop, ANN, 1)
    merged = merge(kept=customer(ANN), absorbed=customer(DEVICE), actor=SYSTEM)
    everything = {"Tea": "observed", "Twinings": "observed"}
    everything |= {"Cups": "inferred", "Denby": "inferred"}
    assert known(shop, ANN) == everything
    assert shop.get(f"customers/{DEVICE}").json()["id"] == shop.get(f"customers/{ANN}").json()["id"]

    # It was a mistake: everything is as before.
    undo(merge=merged, actor=SYSTEM)
    assert known(shop, ANN) == {"Tea": "observed", "Twinings": "observed"}
    assert known(shop, DEVICE) == {"Cups": "inferred", "Denby": "inferred"}
    merge(kept=customer(ANN), absorbed=customer(DEVICE), actor=SYSTEM)
    assert known(shop, ANN) == everything

    # A withdrawal hides at once and deletes when followed.
    consent(shop, ANN, "BROWSE_HISTORY", "withdrawn")
    shown = shop.get(f"customers/{ANN}/interests").json()
    assert {one["topic"] for one in shown["interests"]} == {"Tea", "Twinings"}
    assert known(shop, ANN) == {"Tea": "observed", "Twinings": "observed"}
    assert set(Interest.objects.values_list("data_category", flat=True)) == {"PURCHASE_HISTORY"}

    # The record holds all of it.
    with as_json(customer(ANN), at=AT) as file:
        record = json.load(file)
    assert {row["topic"] for row in record["interests"]} == {"Tea", "Twinings"}
    assert len(record["events"]) == 2

    # Erased: nothing is left but the money.
    erase_customer(customer=customer(ANN), actor=SYSTEM, reason="asked", at=AT)
    assert not Customer.objects.exists()
    assert not Interest.objects.exists()
    assert not Event.objects.exclude(identity=None).exists()
    assert [one.amount for one in Order.objects.all()] == [500]
    assert known_to_nobody(shop)


def known_to_nobody(shop):
    until_facts_are_readable()
    follow(at=AT)
    return shop.get(f"customers/{ANN}/interests").status_code == 404


def test_what_the_customer_says_outlives_what_is_derived(shop):
    order(shop, ANN, 1)
    assert known(shop, ANN) == {"Tea": "observed", "Twinings": "observed"}
    told = {"interests": [{"kind": "category", "topic": "tea", "likes": False},
                          {"kind": "brand", "topic": "Acme", "likes": True}]}  # fmt: skip
    assert shop.put(f"customers/{ANN}/interests", told).status_code == 200
    order(shop, ANN, 2)
    assert known(shop, ANN) == {"Acme": "declared", "Twinings": "observed"}
    # A cancellation and a return take back what was bought, and nothing that was said.
    order(shop, ANN, 1, status="CANCELED")
    returned = {
        "source_id": "r-1",
        "customer": {"source_id": ANN},
        "order": {"source_id": "o-2"},
        "items": [{"source_id": "T1", "quantity": 1, "price": 500}],
    }
    assert statuses(shop.batch("returns", [returned])) == ["created"]
    assert known(shop, ANN) == {"Acme": "declared"}


def test_orders_out_of_order_come_to_the_same(shop):
    order(shop, ANN, 1, status="CANCELED")
    order(shop, ANN, 1, status="PAID")
    assert known(shop, ANN) == {}
    order(shop, ANN, 2, product="C1")
    assert known(shop, ANN) == {"Cups": "observed", "Denby": "observed"}
