"""Variants of products in carts and as gifts: whose they are, and what they are worth."""

import pytest

from customers.models import Product, Sku
from rewards.services.promotions import EffectDraft

from .makers import AT, make_generic, make_promotion, percent
from .shop import frozen, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mug():
    made = Product.objects.create(
        source_id="mug", price=900, category="Kitchen", categories=["Kitchen"], created_at=AT
    )
    Sku.objects.create(product=made, source_id="mug-red", price=990, created_at=AT)
    Sku.objects.create(product=made, source_id="mug-blue", created_at=AT)
    return made


def gift(**named):
    effect = EffectDraft("unit", details={"gift": {"product": "mug", **named}, "units": 1})
    make_generic(make_promotion(effect, holder_only=False), code="GIFT")


@pytest.mark.parametrize(
    ("named", "price"), [({}, 900), ({"sku": "mug-red"}, 990), ({"sku": "mug-blue"}, 900)]
)
def test_a_gift_is_worth_the_price_of_its_variant(shop, named, price):
    gift(**named)

    made = shop.redeem("GIFT", items=[{"source_id": "tea", "quantity": 1, "price": 500}]).json()

    assert made["order"]["total_discount_amount"] == price
    assert made["order"]["amount"] == 500 + price
    [_tea, added] = made["order"]["items"]
    assert (added["price"], added["initial_quantity"], added["quantity"]) == (price, 0, 1)
    assert added.get("sku_id") == named.get("sku")


def test_a_variant_by_our_id_is_the_same_one(shop):
    gift(sku=Sku.objects.get(source_id="mug-red").public_id)
    in_cart = [{"sku_id": "mug-red", "source_id": "mug", "quantity": 1, "price": 990}]

    made = shop.redeem("GIFT", items=in_cart).json()

    assert len(made["order"]["items"]) == 1  # the one in the cart is the gift
    assert made["order"]["total_discount_amount"] == 990


@pytest.mark.parametrize(
    "line",
    [
        {"source_id": "mug-red"},
        {"sku_id": "mug-red"},
        {"product_id": "mug", "sku_id": "mug-red"},
        {"source_id": "mug"},
    ],
)
def test_a_variant_in_the_cart_is_one_of_its_product_and_category(shop, line):
    for name, target in (("P", {"products": ["mug"]}), ("C", {"categories": ["Kitchen"]})):
        offer = make_promotion(
            percent(10, details={"target": target}), name=name, holder_only=False
        )
        make_generic(offer, code=f"OFF-{name}")
        items = [line | {"quantity": 1, "price": 1000}, {"source_id": "tea", "price": 500}]

        told = shop.validate(f"OFF-{name}", items=items).json()

        assert told["order"]["total_discount_amount"] == 100


def test_an_offer_for_one_variant_leaves_the_others(shop):
    offer = make_promotion(
        percent(10, details={"target": {"skus": ["mug-red"]}}), holder_only=False
    )
    make_generic(offer, code="RED")
    items = [
        {"source_id": "mug-red", "price": 1000},
        {"source_id": "mug-blue", "price": 1000},
        {"source_id": "mug", "price": 1000},
    ]

    assert shop.validate("RED", items=items).json()["order"]["total_discount_amount"] == 100
