"""Devices and tills: unknown at first, then somebody's; and ids that were merged away."""

import pytest

from config.shared.actors import SYSTEM
from customers.models import Customer, Event, Identity, Merge
from customers.services.merging import merge

pytestmark = pytest.mark.django_db

DEVICE = {"source": "device", "external_id": "d-1"}


@pytest.fixture
def ann(shop):
    return shop.post("customers", {"source_id": "ann", "name": "Ann Lee"}).json()["id"]


def look(shop):
    event = {"event": "review", "customer": {"source": "device", "source_id": "d-1"}}
    assert shop.post("events", event).status_code == 200


def test_a_new_device_is_linked_once(shop, ann):
    first = shop.post("customers/ann/identities", DEVICE)
    again = shop.post(f"customers/{ann}/identities", DEVICE)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["id"] == again.json()["id"] == ann
    look(shop)
    assert Event.objects.get().identity.customer.public_id == ann
    assert list(Customer.objects.matching("d-1").values_list("public_id", flat=True)) == [ann]


def test_an_anonymous_device_becomes_the_known_customer(shop, ann):
    look(shop)

    answer = shop.post("customers/ann/identities", DEVICE)

    assert answer.json()["id"] == ann
    assert Customer.objects.count() == 1
    assert Event.objects.get().identity.customer.public_id == ann
    assert Merge.objects.in_force().count() == 1


def test_an_anonymous_customer_who_turns_out_to_be_known_becomes_that_one(shop, ann):
    look(shop)
    device = Identity.objects.get(source="device").customer.public_id
    shop.post("customers/ann/identities", {"source": "till", "external_id": "t-1"})

    answer = shop.post(f"customers/{device}/identities", {"source": "till", "external_id": "t-1"})

    assert answer.json()["id"] == ann
    assert Customer.objects.count() == 1


def test_the_device_of_another_known_person_is_refused_and_says_what_to_do(shop, ann):
    bea = shop.post("customers", {"source_id": "bea", "name": "Bea"}).json()["id"]
    shop.post("customers/bea/identities", DEVICE)

    refused = shop.post("customers/ann/identities", DEVICE)

    assert refused.status_code == 409
    body = refused.json()
    assert (body["key"], body["resource_id"]) == ("identity_of_another_customer", bea)
    assert "merge them in the admin" in body["details"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"source": "My Phone", "external_id": "1"}, "source:"),
        ({"source": "device", "external_id": " "}, "external_id:"),
        ({"source": "device"}, "external_id:"),
    ],
)
def test_an_identity_that_cannot_be_is_refused(shop, ann, told, words):
    refused = shop.post("customers/ann/identities", told)
    assert refused.status_code == 400
    assert words in refused.json()["details"]


def test_nobody_can_be_linked_to_an_unknown_customer(shop):
    assert shop.post("customers/nobody/identities", DEVICE).status_code == 404


def test_the_id_of_an_absorbed_record_answers_with_the_kept_one(shop, ann):
    other = shop.post("customers", {"source_id": "other", "phone": "+35312345678"}).json()["id"]
    merge(
        kept=Customer.objects.get(public_id=ann),
        absorbed=Customer.objects.get(public_id=other),
        actor=SYSTEM,
    )

    assert shop.get(f"customers/{other}").json()["id"] == ann
    assert shop.put(f"customers/{other}", {"name": "Ann Moore"}).json()["id"] == ann
    assert shop.post("customers", {"id": other, "company": "Moore"}).json()["id"] == ann
    assert shop.post("customers", {"source_id": "other"}).json()["id"] == ann
    answer = shop.get("customers/other").json()
    assert (answer["name"], answer["company"]) == ("Ann Moore", "Moore")
