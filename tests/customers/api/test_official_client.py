"""The official Python client, unmodified, against the live server over real HTTP."""

from datetime import UTC, date, datetime

import pytest
import voucherify
from voucherify.exceptions import BadRequestException, NotFoundException

from tests.rewards.makers import make_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(live_server):
    configuration = voucherify.Configuration(host=live_server.url, api_key=dict(make_key()))
    with voucherify.ApiClient(configuration) as client:
        yield client


def test_customers(client):
    api = voucherify.CustomersApi(client)

    made = api.create_customer(
        voucherify.CustomersCreateRequestBody(
            source_id="17850",
            name="Ayşe Yılmaz",
            email="ayse@example.com",
            birthdate=date(1990, 5, 31),
            address=voucherify.CustomersCreateRequestBodyAddress(city="İzmir", country="TR"),
            metadata={"shoe": 38},
        )
    )
    changed = api.update_customer(
        made.id, voucherify.CustomersUpdateRequestBody(description="Likes hearts")
    )
    listed = api.list_customers(limit=5, page=1, email="ayse@example.com")

    assert (made.name, made.birthdate, made.address.city) == (
        "Ayşe Yılmaz",
        date(1990, 5, 31),
        "İzmir",
    )
    assert (changed.id, changed.description) == (made.id, "Likes hearts")
    assert api.get_customer("17850").metadata == {"shoe": 38}
    assert [customer.id for customer in listed.customers] == [made.id]
    assert listed.total == 1
    with pytest.raises(NotFoundException):
        api.get_customer("nobody")
    with pytest.raises(BadRequestException):
        api.create_customer(voucherify.CustomersCreateRequestBody(source_id="x", email="none"))


def test_orders(client):
    api = voucherify.OrdersApi(client)

    made = api.create_order(
        voucherify.OrdersCreateRequestBody(
            source_id="536365",
            status="PAID",
            customer=voucherify.Customer(source_id="17850"),
            items=[
                voucherify.OrderItem(
                    source_id="85123A", related_object="product", quantity=6, price=255
                ),
                voucherify.OrderItem(product_id="prod_5h1pp1ng", quantity=1, price=495),
            ],
            discount_amount=100,
            metadata={"currency": "GBP"},
            created_at=datetime(2026, 5, 1, 9, tzinfo=UTC),
        )
    )
    changed = api.update_order(made.id, voucherify.OrdersUpdateRequestBody(status="FULFILLED"))
    listed = api.list_orders(limit=5, page=1, order="-created_at")

    assert (made.amount, made.total_amount, made.status) == (2025, 1925, "PAID")
    assert [item.amount for item in made.items] == [1530, 495]
    assert (changed.status, changed.total_amount) == ("FULFILLED", 1925)
    assert api.get_order("536365").customer.id == made.customer_id
    assert [order.id for order in listed.orders] == [made.id]


def test_events(client):
    answer = voucherify.EventsApi(client).track_custom_event(
        voucherify.EventsCreateRequestBody(
            event="review",
            customer=voucherify.Customer(source_id="17850"),
            metadata={"product_source_id": "85123A"},
        )
    )

    assert (answer.object, answer.type) == ("event", "review")
    assert answer.customer.source_id == "17850"


def test_products(client):
    api = voucherify.ProductsApi(client)

    made = api.create_product(
        voucherify.ProductsCreateRequestBody(
            source_id="85123A", name="Heart", price=255, attributes=["colour"]
        )
    )
    changed = api.update_product(made.id, voucherify.ProductsUpdateRequestBody(price=300))

    assert (made.name, made.price, made.attributes) == ("Heart", 255, ["colour"])
    assert changed.price == 300
    assert api.get_product("85123A").id == made.id
    assert [product.id for product in api.list_products(limit=5, page=1).products] == [made.id]


def test_variants_of_products(client):
    api = voucherify.ProductsApi(client)
    heart = api.create_product(voucherify.ProductsCreateRequestBody(source_id="85123A", price=255))

    made = api.create_sku(
        "85123A",
        voucherify.ProductsSkusCreateRequestBody(
            source_id="85123A-RED", sku="Red ribbon", price=295, attributes={"ribbon": "red"}
        ),
    )
    changed = api.update_sku(
        "85123A", made.id, voucherify.ProductsSkusUpdateRequestBody(price=300, metadata={"row": 1})
    )
    listed = api.list_skus_in_product(heart.id)

    assert (made.object, made.product_id, made.sku, made.price) == (
        "sku",
        heart.id,
        "Red ribbon",
        295,
    )
    assert (changed.id, changed.price, changed.sku) == (made.id, 300, "Red ribbon")
    assert changed.attributes == {"ribbon": "red"}
    assert [(one.id, one.price) for one in listed.skus] == [(made.id, 300)]
    assert listed.total == 1
    assert api.get_sku("85123A-RED").metadata == {"row": 1}
    api.delete_sku("85123A", "85123A-RED", force=True)
    with pytest.raises(NotFoundException):
        api.get_sku(made.id)
    api.delete_product(heart.id, force=True)
    with pytest.raises(NotFoundException):
        api.get_product("85123A")


def test_customers_who_are_forgotten(client):
    api = voucherify.CustomersApi(client)
    for source_id in ("ada", "bea"):
        api.create_customer(voucherify.CustomersCreateRequestBody(source_id=source_id))

    api.delete_customer("ada")
    told = api.customer_permanently_deletion("bea")

    assert (told.related_object, told.status) == ("customer", "DONE")
    assert api.list_customers().total == 0
    with pytest.raises(NotFoundException):
        api.get_customer("ada")


def test_a_repeat_with_the_same_idempotency_key(client):
    client.set_default_header("Idempotency-Key", "event-17")
    body = voucherify.EventsCreateRequestBody(
        event="review", customer=voucherify.Customer(source_id="17850")
    )
    api = voucherify.EventsApi(client)

    first, second = api.track_custom_event(body), api.track_custom_event(body)

    assert first == second
