"""The whole profile over REST: kind, company, gender, adviser, addresses, attributes, search."""

import pytest

from config.shared.models import AuditEntry, Fact
from customers.models import Address, Adviser, Attribute, Customer, Identity

pytestmark = pytest.mark.django_db

HOME = {"label": "home", "line_1": "Gül Sk. 1", "city": "İzmir", "country": "Türkiye"}
WORK = {"label": "work", "city": "Ankara", "phone": "0312 123 45 67"}


def stored(shop, **told):
    answer = shop.post("customers", {"source_id": "17850"} | told)
    assert answer.status_code == 200, answer.content
    return answer.json()


def labels(answer):
    return [address["label"] for address in answer["addresses"]]


def test_a_business_with_its_adviser_comes_back_as_it_was_told(shop):
    Adviser.objects.create(source_id="A-7", name="Elif")
    told = {"kind": "Kurumsal", "company": "Gül A.Ş.", "gender": "kadın", "adviser": "A-7"}

    answer = stored(shop, **told)

    assert answer == shop.get("customers/17850").json()
    assert [answer[name] for name in told] == ["business", "Gül A.Ş.", "kadın", "A-7"]


def test_an_unknown_adviser_is_refused_with_the_remedy_and_null_removes_a_known_one(shop):
    Adviser.objects.create(source_id="A-7", name="Elif")
    stored(shop, adviser="A-7")

    refused = shop.post("customers", {"source_id": "17850", "adviser": "A-8"}).json()

    assert (refused["key"], refused["resource_id"]) == ("adviser_not_found", "A-8")
    assert "Define the adviser" in refused["details"]
    assert stored(shop)["adviser"] == "A-7"
    assert stored(shop, adviser=None)["adviser"] is None


def test_addresses_are_told_by_label(shop):
    answer = stored(shop, addresses=[WORK, HOME])

    assert labels(answer) == ["home", "work"]
    assert answer["addresses"][0]["country"] == "TR"
    assert answer["addresses"][1]["phone"] == "+903121234567"

    changed = stored(shop, addresses=[WORK | {"city": "Konya"}])
    assert [one["city"] for one in changed["addresses"]] == ["İzmir", "Konya"]
    assert labels(stored(shop, addresses=[{"label": "work"}])) == ["home"]
    assert labels(stored(shop, name="Ayşe")) == ["home"]
    assert labels(stored(shop, addresses=None)) == []


def test_an_address_that_cannot_be_is_named_with_its_place_and_nothing_changes(shop):
    stored(shop, addresses=[HOME])

    refused = shop.post(
        "customers",
        {"source_id": "17850", "city": "X", "addresses": [WORK, {"label": "p", "phone": "1"}]},
    )

    assert refused.status_code == 400
    assert "addresses[1].phone:" in refused.json()["details"]
    assert Address.objects.get().label == "home"


def test_a_change_of_addresses_alone_is_a_change_with_a_fact_and_an_audit_row(shop):
    stored(shop, addresses=[HOME])
    [result] = shop.batch("customers", [{"source_id": "17850", "addresses": [HOME]}])
    assert result["status"] == "duplicate"

    [result] = shop.batch("customers", [{"source_id": "17850", "addresses": [WORK]}])

    assert result["status"] == "updated"
    assert Fact.objects.order_by("-id")[0].data == {"fields": ["addresses"]}
    assert AuditEntry.objects.order_by("-id")[0].fields == ["addresses"]


def test_a_batch_tells_of_the_same_customer_twice(shop):
    told = [
        {"source_id": "1", "addresses": [HOME], "metadata": {"dogs": 1}},
        {"source_id": "1", "addresses": [WORK], "metadata": {"cats": 2}},
    ]

    results = shop.batch("customers", told)

    assert [result["status"] for result in results] == ["created", "updated"]
    answer = shop.get("customers/1").json()
    assert labels(answer) == ["home", "work"]
    assert answer["metadata"] == {"dogs": 1, "cats": 2}


def test_a_defined_attribute_is_checked_and_stored_in_its_form(shop):
    Attribute.objects.create(
        key="dogs", name="Dogs", type="number", purpose="Dog food", created_at="2026-01-01T00:00Z"
    )

    answer = stored(shop, metadata={"dogs": "2", "shoe": "42"})
    assert answer["metadata"] == {"dogs": 2, "shoe": "42"}

    refused = shop.post("customers", {"source_id": "17850", "metadata": {"dogs": "two"}})
    assert refused.status_code == 400
    assert "metadata.dogs: This is not a number" in refused.json()["details"]
    assert "Write it as" in refused.json()["details"]
    assert stored(shop, metadata={"dogs": ""})["metadata"] == {"shoe": "42"}


@pytest.mark.parametrize(
    "typed", ["gül a.ş.", "GUL", "17850", "0532 123", "532 123 45 67", "+90 532", "05321234567"]
)
def test_search_finds_company_phone_and_external_ids(shop, typed):
    stored(shop, company="Gül A.Ş.", phone="+905321234567")
    stored(shop, source_id="2", name="Ann Baker")

    assert [one.company for one in Customer.objects.matching(typed)] == ["Gül A.Ş."]


def test_a_phone_without_its_country_belongs_to_the_customers_country(shop):
    assert stored(shop, phone="0532 123 45 67")["phone"] == "+905321234567"
    british = stored(shop, phone="020 7946 0958", address={"country": "UK"})
    assert british["phone"] == "+442079460958"


def test_the_zone_follows_the_phone_where_no_country_is_known(shop):
    answer = stored(shop, phone="+353 1 234 5678")

    assert (answer["zone"], answer["zone_source"]) == ("Europe/Dublin", "phone")
    moved = stored(shop, address={"country": "GB"})
    assert (moved["zone"], moved["zone_source"]) == ("Europe/London", "address")


def test_a_device_is_known_before_its_person_is(shop):
    event = {"event": "review", "customer": {"source": "device", "source_id": "d-1"}}

    first = shop.post("events", event).json()
    again = shop.post("events", event).json()

    assert (first["status"], again["status"]) == ("created", "created")
    assert first["customer"]["source"] == "device"
    assert list(Identity.objects.values_list("source", "external_id")) == [("device", "d-1")]


def test_a_source_that_cannot_be_is_refused(shop):
    refused = shop.post("customers", {"source": "My Tills!", "source_id": "1"})
    assert refused.status_code == 400
    assert "source:" in refused.json()["details"]
