"""Refusals on the wire, each with its reason kept, and the lists of what was redeemed."""

from datetime import timedelta

import pytest

from config.shared.actors import SYSTEM
from config.shared.models import Fact
from rewards.models import Promotion, Redemption, Voucher
from rewards.services.adding_codes import AskedCode, add_code

from .makers import (
    AT,
    make_generic,
    make_identity,
    make_personal,
    make_promotion,
)
from .shop import SHIPPING, frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db


# --- refusals -------------------------------------------------------------------------------------
def _expired(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(expires_at=AT)


def _off(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(active=False)


def _used_up(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(redeemed_count=1)


def _not_given(voucher):
    Voucher.objects.filter(pk=voucher.pk).update(holder=None, pooled=True, issued_id=None)


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
    (_not_given, ORDER | CUSTOMER, "customer_rules_violated", "held", "", ""),
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
    stored = Redemption.objects.attempts().get()
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


def test_a_code_of_the_pool_is_its_holders_from_the_publication_on(shop):
    offer = make_promotion()
    make_identity("ann")
    code = add_code(promotion=offer, asked=AskedCode(limit=1), actor=SYSTEM, at=AT).code
    assert not shop.validate(code, amount=3000, customer="ann").json()["valid"]

    given = shop.post(
        "publications", {"campaign": {"name": offer.name}, "customer": {"source_id": "ann"}}
    )

    assert given.json()["voucher"]["code"] == code
    assert shop.validate(code, amount=3000, customer="ann").json()["valid"]
    assert not shop.validate(code, amount=3000, customer="bob").json()["valid"]


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
