"""Validation and redemption on the wire: what a shop sends and what it reads."""

import pytest

from config.shared.models import Fact
from customers.models import Identity
from rewards.models import Redemption

from .makers import (
    AT,
    FREE_SHIPPING,
    amount,
    make_generic,
    make_identity,
    make_personal,
    make_promotion,
    percent,
)
from .shop import SHIPPING, asked, frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db


# --- what a code gives ----------------------------------------------------------------------------
def test_a_validation_says_what_the_code_gives(shop):
    make_generic(code="SPRING-15")

    answer = shop.validate("spring-15 ", items=goods(12000, 23000, 30000)).json()

    assert answer["valid"] is True
    assert answer["stacking_rules"]["redeemables_limit"] == 30
    redeemable = answer["redeemables"][0]
    assert redeemable["status"] == "APPLICABLE"
    given = redeemable["result"]["discount"]
    assert given["type"] == "PERCENT"
    assert given["percent_off"] == 15
    assert given["amount_limit"] == 5000
    assert [line["discount_amount"] for line in given["vesile"]["lines"]] == [923, 1769, 2308]
    assert answer["order"]["amount"] == 65000
    assert answer["order"]["total_discount_amount"] == 5000
    assert answer["order"]["total_amount"] == 60000
    assert Redemption.objects.count() == 0


@pytest.mark.parametrize(
    ("effects", "items", "published", "totals"),
    [
        (
            [percent("12.5")],
            goods(1999),
            {"type": "PERCENT", "percent_off": 12.5, "effect": "APPLY_TO_ORDER"},
            {"discount_amount": 250, "items_discount_amount": 0, "total_amount": 1749},
        ),
        (
            [amount(10000)],
            [*goods(7000), SHIPPING],
            {"type": "AMOUNT", "amount_off": 10000, "effect": "APPLY_TO_ORDER"},
            {"discount_amount": 7000, "items_discount_amount": 0, "total_amount": 500},
        ),
        (
            [FREE_SHIPPING],
            [*goods(7000), SHIPPING],
            {
                "type": "UNIT",
                "unit_off": 1,
                "unit_type": "prod_5h1pp1ng",
                "effect": "ADD_MISSING_ITEMS",
            },
            {"discount_amount": 0, "items_discount_amount": 500, "total_amount": 7000},
        ),
        (
            [amount(2000), FREE_SHIPPING],
            [*goods(7000), SHIPPING],
            {"type": "AMOUNT", "amount_off": 2000, "effect": "APPLY_TO_ORDER"},
            {"discount_amount": 2000, "items_discount_amount": 500, "total_amount": 5000},
        ),
        (
            [percent(20), amount(1000)],
            goods(10000),
            {"type": "AMOUNT", "amount_off": 3000, "effect": "APPLY_TO_ORDER"},
            {"discount_amount": 3000, "items_discount_amount": 0, "total_amount": 7000},
        ),
        (
            [FREE_SHIPPING],
            goods(7000),
            {"type": "UNIT"},
            {"discount_amount": 0, "items_discount_amount": 0, "total_amount": 7000},
        ),
    ],
)
def test_effects_in_the_published_vocabulary(shop, effects, items, published, totals):
    make_generic(make_promotion(*effects, holder_only=False), code="CODE")

    answer = shop.validate("CODE", items=items).json()

    discount = answer["redeemables"][0]["result"]["discount"]
    assert {name: discount[name] for name in published} == published
    order = answer["order"]
    assert {name: order[name] for name in totals} == totals
    # The published identities.
    assert order["total_amount"] == order["amount"] - order["total_discount_amount"]
    assert (
        order["total_discount_amount"] == order["discount_amount"] + order["items_discount_amount"]
    )
    assert order["items_discount_amount"] == sum(i["discount_amount"] for i in order["items"])
    # What the published effects cannot say.
    vesile = discount["vesile"]
    assert [effect["kind"] for effect in vesile["effects"]] == [e.kind for e in effects]
    assert sum(e["discount_amount"] for e in vesile["effects"]) == order["total_discount_amount"]
    assert (
        sum(line["discount_amount"] for line in vesile["lines"]) == (order["total_discount_amount"])
    )


def test_an_order_may_be_only_an_amount(shop):
    make_generic()

    answer = shop.validate("SPRING-15", amount=9990).json()

    assert answer["order"]["total_discount_amount"] == 1499
    assert answer["order"]["items"] == []


def test_the_currency_is_the_orders_or_its_metadatas_or_the_projects(shop):
    make_generic(make_promotion(holder_only=False, currency="TRY"))
    items = goods(1000)

    assert shop.validate("SPRING-15", items=items, currency="try").json()["valid"]
    for order in ({"metadata": {"currency": "TRY"}}, {}):
        body = asked("SPRING-15", items=items)
        body["order"] = {"items": items, **order}
        assert shop.post("validations", body).json()["valid"]
    body["order"]["metadata"] = {"currency": "EUR"}
    assert not shop.post("validations", body).json()["valid"]


# --- redemption -----------------------------------------------------------------------------------
def test_a_redemption_is_stored_with_its_frozen_split(shop):
    ann = make_identity("ann")
    promotion = make_promotion(percent(15, cap=5000), FREE_SHIPPING)
    voucher = make_personal(promotion, ann)

    response = shop.redeem(
        voucher.code,
        customer="ann",
        source_id="536365",
        items=[*goods(12000, 23000, 30000), SHIPPING],
        metadata={"till": 4},
    )

    assert response.status_code == 200
    made = Redemption.objects.get()
    answer = response.json()["redemptions"][0]
    assert answer["id"] == made.public_id
    assert answer["id"].startswith("r_")
    assert (answer["result"], answer["status"]) == ("SUCCESS", "SUCCEEDED")
    assert answer["customer_id"] == ann.customer.public_id
    assert answer["voucher"]["code"] == voucher.code
    assert answer["voucher"]["campaign"] == promotion.name
    assert answer["metadata"] == {"till": 4}
    assert response.json()["order"]["total_amount"] == 60000
    assert made.order_source_id == "536365"
    assert [line["discount_amount"] for line in made.lines] == [923, 1769, 2308, 500]
    assert (made.order_amount, made.discount_amount, made.total_amount) == (65500, 5500, 60000)
    voucher.refresh_from_db()
    assert voucher.redeemed_count == 1
    fact = Fact.objects.get(kind="redemption.made")
    assert fact.subject_id == made.pk
    assert fact.data["customer"] == ann.customer_id


def test_what_was_redeemed_is_shown_as_it_was_even_when_the_offer_changes(shop):
    voucher = make_generic()
    made = shop.redeem("SPRING-15", items=goods(1000)).json()["redemptions"][0]
    voucher.promotion.effects.update(percent=50)

    shown = shop.client.get(f"/v1/redemptions/{made['id']}").json()

    assert shown == made


def test_an_unlimited_code_is_not_touched(shop):
    voucher = make_generic(limit=None)

    for _ in range(3):
        assert shop.redeem("SPRING-15", amount=1000).status_code == 200

    voucher.refresh_from_db()
    assert voucher.redeemed_count == 0
    assert Redemption.objects.count() == 3


def test_an_unknown_customer_of_the_shop_is_created(shop):
    make_generic()

    answer = shop.redeem("SPRING-15", amount=1000, customer="new-one").json()

    identity = Identity.objects.get(external_id="new-one")
    assert answer["redemptions"][0]["customer"] == {
        "object": "customer",
        "id": identity.customer.public_id,
        "source_id": "new-one",
    }


def test_a_validation_creates_no_customer(shop):
    make_generic()

    assert shop.validate("SPRING-15", amount=1000, customer="new-one").json()["valid"]
    assert not Identity.objects.filter(external_id="new-one").exists()


def test_a_customer_can_be_named_by_our_id(shop):
    ann = make_identity("ann")
    voucher = make_personal(make_promotion(), ann)
    body = asked(voucher.code, amount=1000)
    body["order"]["customer"] = {"id": ann.customer.public_id}

    assert shop.post("redemptions", body).status_code == 200
    body["order"]["customer"] = {"id": "cust_nobody"}
    unknown = shop.post("redemptions", body)
    assert unknown.status_code == 404
    assert unknown.json()["resource_type"] == "customer"


def test_all_identities_of_the_holder_are_the_holder(shop):
    ann = make_identity("ann")
    voucher = make_personal(make_promotion(), ann)
    Identity.objects.create(customer=ann.customer, external_id="ann-of-the-old-shop", created_at=AT)

    assert shop.redeem(voucher.code, amount=1000, customer="ann-of-the-old-shop").status_code == 200
