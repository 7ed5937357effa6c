"""Validation and redemption on the wire: what a shop sends and what it reads."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from config.shared import clock
from config.shared.models import Fact
from customers.models import Identity
from rewards.models import Promotion, Redemption, Voucher

from .makers import (
    AT,
    FREE_SHIPPING,
    amount,
    make_generic,
    make_identity,
    make_key,
    make_personal,
    make_promotion,
    percent,
)

pytestmark = pytest.mark.django_db

SHIPPING = {"product_id": "prod_5h1pp1ng", "amount": 500}


@pytest.fixture(autouse=True)
def frozen():
    with clock.use(clock.FrozenClock(AT)) as frozen:
        yield frozen


@pytest.fixture
def shop():
    client = APIClient(headers=make_key())
    return Shop(client)


class Shop:
    """Calls as the shop's server makes them."""

    def __init__(self, client):
        self.client = client

    def post(self, path, body, **headers):
        return self.client.post(f"/v1/{path}", body, format="json", headers=headers)

    def validate(self, code, **body):
        return self.post("validations", asked(code, **body))

    def redeem(self, code, *, headers=None, **body):
        return self.post("redemptions", asked(code, **body), **(headers or {}))


def asked(code, *, items=None, customer=None, metadata=None, **order):
    body = {"redeemables": [{"object": "voucher", "id": code}]}
    if items is not None:
        order["items"] = items
    if order:
        body["order"] = {"currency": "GBP", **order}
    if customer:
        body["customer"] = {"source_id": customer}
    if metadata:
        body["metadata"] = metadata
    return body


def goods(*amounts):
    return [{"source_id": f"P{n}", "amount": amount} for n, amount in enumerate(amounts)]


# --- what a code gives ----------------------------------------------------------------------------
def test_a_validation_says_what_the_code_gives(shop):
    make_generic(code="SPRING-15")

    answer = shop.validate("spring-15 ", items=goods(12000, 23000, 30000)).json()

    assert answer["valid"] is True
    assert answer["stacking_rules"]["redeemables_limit"] == 1
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


# --- refusals -------------------------------------------------------------------------------------
def _expired(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(expires_at=AT)


def _off(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(active=False)


def _used_up(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(redeemed_count=1)


def _of_promotion(**fields):
    def change(voucher):
        Promotion.objects.filter(pk=voucher.promotion_id).update(**fields)

    return change


def _nothing(voucher):
    pass


ORDER = {"amount": 3000}
CUSTOMER = {"customer": "ann"}
TOMORROW = AT + timedelta(days=1)

REFUSALS = [
    # what happened, what is sent, the published key, our rule, seen, needed
    (
        _of_promotion(active=False),
        ORDER | CUSTOMER,
        "promotion_inactive",
        "promotion_active",
        "off",
        "on",
    ),
    (
        _of_promotion(starts_at=TOMORROW),
        ORDER | CUSTOMER,
        "promotion_not_active_now",
        "promotion_validity",
        "2026-05-01T09:00:00+00:00",
        ">= 2026-05-02T09:00:00+00:00",
    ),
    (
        _of_promotion(expires_at=AT),
        ORDER | CUSTOMER,
        "promotion_not_active_now",
        "promotion_validity",
        "2026-05-01T09:00:00+00:00",
        "< 2026-05-01T09:00:00+00:00",
    ),
    (_off, ORDER | CUSTOMER, "voucher_disabled", "voucher_active", "off", "on"),
    (
        _expired,
        ORDER | CUSTOMER,
        "voucher_expired",
        "voucher_expiry",
        "2026-05-01T09:00:00+00:00",
        "< 2026-05-01T09:00:00+00:00",
    ),
    (_used_up, ORDER | CUSTOMER, "quantity_exceeded", "voucher_limit", "1", "< 1"),
    (_nothing, ORDER, "missing_customer", "customer_given", "", "{ann}"),
    (
        _nothing,
        ORDER | {"customer": "bob"},
        "customer_rules_violated",
        "holder",
        "{bob}",
        "{ann}",
    ),
    (_nothing, CUSTOMER, "missing_order", "order_given", "", ""),
    (_nothing, {"source_id": "1"} | CUSTOMER, "missing_amount", "order_amount_given", "", ""),
    (
        _nothing,
        {"items": [{"source_id": "P1"}]} | CUSTOMER,
        "missing_order_items_amount",
        "item_amounts_given",
        "",
        "",
    ),
    (
        _nothing,
        {"amount": 3000, "currency": "EUR"} | CUSTOMER,
        "order_rules_violated",
        "currency_mismatch",
        "EUR",
        "GBP",
    ),
    (
        _nothing,
        {"items": [*goods(2499), SHIPPING]} | CUSTOMER,
        "order_rules_violated",
        "order_minimum",
        "24.99 GBP",
        "25.00 GBP",
    ),
]


@pytest.mark.parametrize(
    ("happened", "sent", "key", "rule", "seen", "needed"),
    REFUSALS,
    ids=[refusal[3] + refusal[5][:1] for refusal in REFUSALS],
)
def test_every_rule_refuses_with_its_key_and_the_attempt_is_kept(
    shop, happened, sent, key, rule, seen, needed
):
    people = {name: make_identity(name) for name in ("ann", "bob")}
    voucher = make_personal(make_promotion(minimum_amount=2500), people["ann"])
    happened(voucher)
    ids = {name: identity.customer.public_id for name, identity in people.items()}
    why = {"rule": rule, "seen": seen.format(**ids), "needed": needed.format(**ids)}
    count = Voucher.objects.get().redeemed_count

    validated = shop.validate(voucher.code, **sent)
    redeemed = shop.redeem(voucher.code, **sent)

    assert validated.status_code == 200
    assert validated.json()["valid"] is False
    [inapplicable] = validated.json()["redeemables"]
    assert inapplicable["status"] == "INAPPLICABLE"
    assert inapplicable["result"]["error"]["key"] == key
    assert inapplicable["result"]["error"]["vesile"] == why
    assert redeemed.status_code == 400
    assert redeemed.json()["key"] == key
    assert redeemed.json()["message"]
    assert redeemed.json()["details"]
    # One stored attempt: the validation stores none.
    stored = Redemption.objects.get()
    assert redeemed.json()["vesile"] == why | {"redemption_id": stored.public_id}
    assert stored.public_id.startswith("rf_")
    assert stored.result == "FAILURE"
    assert (stored.failure_key, stored.failure_rule) == (key, rule)
    assert (stored.failure_seen, stored.failure_needed) == (why["seen"], why["needed"])
    assert stored.voucher == voucher
    assert Voucher.objects.get().redeemed_count == count
    assert not Fact.objects.filter(kind="redemption.made").exists()
    shown = shop.client.get(f"/v1/redemptions/{stored.public_id}").json()
    assert (shown["result"], shown["status"]) == ("FAILURE", "FAILED")
    assert shown["failure_code"] == key
    assert shown["order"] is None


def test_a_code_ends_exactly_at_its_expiry(shop, frozen):
    voucher = make_generic(expires_at=TOMORROW)

    frozen.set(voucher.expires_at - timedelta(microseconds=1))
    assert shop.validate("SPRING-15", amount=1).json()["valid"]
    frozen.set(voucher.expires_at)
    assert not shop.validate("SPRING-15", amount=1).json()["valid"]


def test_the_minimum_is_reached_exactly(shop):
    make_generic(make_promotion(holder_only=False, minimum_amount=2500))

    assert shop.validate("SPRING-15", items=goods(1200, 1300)).json()["valid"]
    assert not shop.validate("SPRING-15", items=goods(1200, 1299)).json()["valid"]


def test_an_unknown_code(shop):
    validated = shop.validate("NO-SUCH-CODE", amount=1000)
    redeemed = shop.redeem("NO-SUCH-CODE", amount=1000)

    assert validated.status_code == 200
    error = validated.json()["redeemables"][0]["result"]["error"]
    assert (error["code"], error["key"]) == (404, "not_found")
    assert redeemed.status_code == 404
    assert redeemed.json()["key"] == "not_found"
    assert redeemed.json()["resource_id"] == "NO-SUCH-CODE"
    assert redeemed.json()["resource_type"] == "voucher"
    assert redeemed.json()["request_id"]
    assert Redemption.objects.count() == 0


# --- lists ----------------------------------------------------------------------------------------
def test_redemptions_are_listed_newest_first_by_page_and_by_cursor(shop):
    make_generic()
    made = [shop.redeem("SPRING-15", amount=n).json()["redemptions"][0]["id"] for n in range(5)]
    newest_first = made[::-1]

    def listed(query):
        body = shop.client.get(f"/v1/redemptions?{query}").json()
        return [redemption["id"] for redemption in body["redemptions"]], body

    ids, body = listed("limit=2")
    assert ids == newest_first[:2]
    assert (body["object"], body["data_ref"]) == ("list", "redemptions")
    assert body["total"] == 5
    assert body["more_starting_after_id"] == newest_first[1]
    assert listed("limit=2&page=2")[0] == newest_first[2:4]
    ids, body = listed(f"limit=2&starting_after_id={newest_first[1]}")
    assert ids == newest_first[2:4]
    assert body["total"] == 5
    ids, body = listed(f"limit=2&starting_after_id={newest_first[3]}")
    assert ids == newest_first[4:]
    assert not body["has_more"]


def test_the_list_can_be_narrowed(shop):
    make_generic(make_promotion(holder_only=False, minimum_amount=500))
    shop.redeem("SPRING-15", amount=1000, customer="ann")
    shop.redeem("SPRING-15", amount=100, customer="bob")

    def results(query):
        body = shop.client.get(f"/v1/redemptions?{query}").json()
        return [redemption["result"] for redemption in body["redemptions"]]

    assert results("result=SUCCESS") == ["SUCCESS"]
    assert results("result=SUCCESS&result=FAILURE") == ["FAILURE", "SUCCESS"]
    assert results("customer=bob") == ["FAILURE"]
    assert results("campaign=Spring") == ["FAILURE", "SUCCESS"]
    assert results("campaign=Summer") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=ten",
        "limit=٣",
        "page=100",
        "page=-1",
        "starting_after_id=r_nobody",
        "starting_after_id=%00",
        "result=MAYBE",
        "customer=%00",
        "order=-created_at",
    ],
)
def test_parameters_that_cannot_be_used(shop, query):
    response = shop.client.get(f"/v1/redemptions?{query}")

    assert response.status_code == 400
    assert response.json()["key"] == "invalid_query_params"


def test_an_unknown_redemption(shop):
    response = shop.client.get("/v1/redemptions/r_nobody")

    assert response.status_code == 404
    assert response.json()["resource_type"] == "redemption"
