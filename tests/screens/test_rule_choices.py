"""Pickers of the rule builder: what they find, what stored values are called, who may ask."""

import pytest
from django.urls import reverse

from customers.models import ProductCategory
from tests import factories as make
from tests.factories import NOON
from tests.screens.test_query_counts import FRAME, statements

URL = "/admin/segments/segment/choices/"


@pytest.fixture
def client(as_role):
    return as_role("marketer")


def found(client, field, text="", **more):
    response = client.get(URL, {"field": field, "q": text, **more})
    assert response.status_code == 200
    return [tuple(pair) for pair in response.json()["found"]]


def named(client, field, *values, **more):
    return client.get(URL, {"field": field, "value": values, **more}).json()["named"]


def product(code, name, **more):
    return make.ProductFactory(source_id=code, name=name, search=f"{name} {code}".lower(), **more)


def test_the_address_is_that_of_the_builder(world):
    assert reverse("admin:segments_segment_choices") == URL


def test_countries_are_found_in_the_language_of_the_reader(client):
    assert ("DE", "Germany") in found(client, "profile.country", "germ")
    client.cookies["django_language"] = "tr"
    assert ("DE", "Almanya") in found(client, "profile.country", "ALMAN")
    assert named(client, "profile.country", "DE", "XX") == {"DE": "Almanya"}


def test_products_are_found_by_any_word_and_by_their_code(client):
    product("DF-1", "Dry dog food")
    product("CF-1", "Dry cat food")
    assert found(client, "product.bought", "food dog") == [("DF-1", "Dry dog food · DF-1")]
    assert found(client, "product.bought", "cf-1") == [("CF-1", "Dry cat food · CF-1")]
    assert found(client, "product.bought", "hamster") == []


def test_products_of_sensitive_categories_are_not_offered(client):
    ProductCategory.objects.create(name="Health", key="health", is_sensitive=True, created_at=NOON)
    product("H-1", "Hidden thing", categories=["Health"])
    assert found(client, "product.bought", "hidden") == []
    assert found(client, "product.category_bought", "health") == []


def test_details_have_pickers_of_their_own(client):
    product("DF-1", "Dry dog food", brand="Woof & Söhne")
    brand = {"detail": "product.brand"}
    assert found(client, "event.product_viewed", "sohne", **brand) == [("Woof & Söhne",) * 2]
    assert ("Candles", "Candles") in found(
        client, "event.product_viewed", "", detail="product.category"
    )


def test_stored_products_are_named_by_the_shops_code_and_by_ours(client):
    one = product("DF-1", "Dry dog food")
    label = "Dry dog food · DF-1"
    assert named(client, "product.bought", "DF-1", one.public_id, "GONE") == {
        "DF-1": label,
        one.public_id: label,
    }


def test_segments_and_lists_are_found_by_name(client, world):
    assert (world.segment.public_id, "Regular buyers") in found(client, "segment.member", "REGUL")
    assert found(client, "list.member", "nothing") == []


def test_at_most_twenty_are_found(client):
    for number in range(30):
        product(f"N-{number}", f"Nail {number}")
    assert len(found(client, "product.bought", "nail")) == 20
    assert len(found(client, "profile.country")) == 20


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"field": "nothing.here"},
        {"field": "profile.city"},
        {"field": "orders.count", "detail": "nothing"},
        {"field": "attribute.\x00"},
    ],
)
def test_where_nothing_can_be_searched_is_said(client, asked):
    response = client.get(URL, asked)
    assert response.status_code == 404
    assert response.json()["problem"]


def test_odd_texts_find_nothing_and_break_nothing(client):
    for text in ("\x00", "%", "_", "\\", "'", "x" * 5000, "😀"):
        assert found(client, "product.brand_bought", text) == []
        found(client, "product.bought", text)
        found(client, "product.category_bought", text)
    assert named(client, "product.bought", "\x00", "x" * 5000) == {}


def test_only_who_may_see_segments_may_ask(as_role, world, client):
    assert client.post(URL).status_code == 405
    client.logout()
    assert client.get(URL, {"field": "profile.country"}).status_code == 302
    world.staff["marketer"].groups.clear()
    assert as_role("marketer").get(URL, {"field": "profile.country"}).status_code == 403


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ({"field": "profile.country", "q": "ger"}, 0),
        ({"field": "product.bought", "q": "dog"}, 2),  # sensitive categories, products
        ({"field": "product.bought", "value": "X"}, 1),
        ({"field": "product.category_bought", "q": "dog"}, 1),
        ({"field": "product.brand_bought", "q": "dog"}, 2),
        ({"field": "segment.member", "q": "regular"}, 1),
        ({"field": "list.member", "value": "list_x"}, 1),
    ],
)
def test_a_search_costs_the_same_however_much_there_is(as_role, asked, own):
    client = as_role("marketer")
    url = f"{URL}?" + "&".join(f"{name}={value}" for name, value in asked.items())
    client.get(url)
    assert len(statements(client, url)) == FRAME + own
    for number in range(5):
        product(f"D-{number}", f"dog {number}", brand=f"Dog {number}")
    make.SegmentFactory.create_batch(5)
    assert len(statements(client, url)) == FRAME + own
