"""The events that every shop has: described with what they say, and read as described."""

from pathlib import Path

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from customers.api.event_schema import EVENTS, PROPERTIES_OF
from customers.data_use import CATEGORY_OF_EVENT
from customers.models import Event

JSON_TYPES = {"string": str, "integer": int, "number": (int, float), "array": list}


def test_each_is_described_with_its_properties_and_an_example():
    post = SchemaGenerator().get_schema(public=True)["paths"]["/v1/events"]["post"]
    examples = post["requestBody"]["content"]["application/json"]["examples"].values()
    shown = {example["value"]["event"] for example in examples}

    assert set(PROPERTIES_OF) == set(CATEGORY_OF_EVENT)
    assert shown > set(CATEGORY_OF_EVENT)  # and one of the shop's own
    for name, properties in PROPERTIES_OF.items():
        listed = ", ".join(f"`{one}`" for one, _kind, _meaning in properties)
        assert f"- `{name}`: {listed}" in post["description"]


def test_the_properties_have_types_and_words_in_the_description():
    schemas = SchemaGenerator().get_schema(public=True)["components"]["schemas"]
    described = schemas["EventTold"]["properties"]["metadata"]["properties"]

    for name, properties in PROPERTIES_OF.items():
        for one, kind, _meaning in properties:
            assert described[one]["type"] == kind["type"]
            assert name in described[one]["description"]


@pytest.mark.parametrize("name", PROPERTIES_OF)
def test_the_example_says_what_is_described(name):
    types = {one: JSON_TYPES[kind["type"]] for one, kind, _meaning in PROPERTIES_OF[name]}

    for one, value in EVENTS[name]["metadata"].items():
        assert isinstance(value, types[one])


def test_the_guide_for_shops_names_them_all():
    guide = (Path(settings.BASE_DIR) / "docs" / "storefront-api.md").read_text()
    rows = {line.split("`")[1]: line for line in guide.splitlines() if line.startswith("| `")}

    for name, properties in PROPERTIES_OF.items():
        assert CATEGORY_OF_EVENT[name].value in rows[name]
        for one, _kind, _meaning in properties:
            assert f"`{one}`" in rows[name]


@pytest.mark.parametrize("name", ["product_viewed", "cart_updated", "review"])
def test_the_product_is_found_by_its_code(shop, name):
    shop.allow("17850", "BROWSE_HISTORY")

    assert shop.post("events", EVENTS[name]).status_code == 200

    assert Event.objects.get().product.source_id == "85123A"


def test_a_device_tells_before_anybody_knows_whose_it_is(shop):
    device = {"source": "device", "source_id": "d-1"}
    agreed = {"data_category": "BROWSE_HISTORY", "action": "granted", "source": "banner"}
    view = EVENTS["page_viewed"] | {"customer": device}

    refused = shop.post("events", view)
    assert (refused.status_code, refused.json()["key"]) == (400, "data_use_not_allowed")
    assert shop.post("consents", agreed | {"customer": device}).status_code == 200
    assert shop.post("events", view).status_code == 200
    ann = shop.post("customers", {"source_id": "17850", "name": "Ann Lee"}).json()
    linked = shop.post(
        f"customers/{ann['id']}/identities", {"source": "device", "external_id": "d-1"}
    )

    assert linked.status_code == 200
    assert Event.objects.get().identity.customer.public_id == ann["id"]
