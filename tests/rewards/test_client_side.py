"""The shop's pages: what a key that everybody can read may do, and what it tells a guesser."""

import time

import pytest
import voucherify
from rest_framework.test import APIClient
from voucherify.exceptions import NotFoundException

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.models import Brand
from rewards.api.client import LEAST_SECONDS
from rewards.models import Redemption
from rewards.services.voucher_changes import disable_voucher

from .makers import AT, make_generic, make_identity, make_personal, make_promotion
from .shop import asked, goods

SHOP = "https://shop.example.com"


def pages(**more):
    made = keys.create_api_key(
        **{"name": "pages", "kind": "publishable", "origins": [SHOP], "actor": SYSTEM} | more
    )
    return {"X-Client-Application-Id": made.key.app_id, "X-Client-Token": made.token}


@pytest.fixture
def page(db):
    client = APIClient(headers=pages(may_redeem=True) | {"Origin": SHOP})

    def post(path, *codes, **more):
        body = asked(codes[0], items=goods(5000), **more)
        body["redeemables"] = [{"object": "voucher", "id": code} for code in codes]
        started = time.monotonic()
        response = client.post(f"/client/v1/{path}", body, format="json")
        return response, time.monotonic() - started

    return post


def bad_codes():
    """One of each kind that does not work for Ann, by why."""
    other = Brand.objects.create(name="Other")
    open_to_all = make_promotion(name="All", holder_only=False)
    disable_voucher(voucher=make_generic(open_to_all, code="DISABLED"), actor=SYSTEM)
    make_generic(open_to_all, code="EXPIRED", expires_at=AT.replace(year=2020))
    used = make_generic(open_to_all, code="EXHAUSTED", limit=1)
    type(used).objects.filter(pk=used.pk).update(redeemed_count=1)
    foreign = make_promotion(name="Foreign", holder_only=False, brand=other)
    make_generic(foreign, code="FOREIGN")
    bobs = make_personal(make_promotion(name="Personal"), make_identity("bob"))
    make_generic(make_promotion(name="Off", holder_only=False, active=False), code="OFF")
    return ["UNKNOWN-1", "DISABLED", "EXPIRED", "EXHAUSTED", "FOREIGN", bobs.code, "OFF"]


def without_the_code(response, code):
    body = response.json()
    body.pop("request_id", None)
    for one in [*body.get("redeemables", ()), *body.get("inapplicable_redeemables", ())]:
        one["result"]["error"].pop("request_id")
    return response.status_code, str(body).replace(code, "CODE")


@pytest.mark.parametrize("path", ["validations", "redemptions"])
@pytest.mark.parametrize("customer", ["ann", None])
def test_codes_that_do_not_work_all_look_alike(page, path, customer):
    answers = {}
    for code in bad_codes():
        response, took = page(path, code, customer=customer)
        answers[without_the_code(response, code)] = code
        assert took >= LEAST_SECONDS

    [(status, body)] = answers
    assert status == (200 if path == "validations" else 404)
    assert "not_found" in body


def test_a_stack_does_not_tell_either(page):
    make_generic(code="GOOD")
    answers = set()
    for code in bad_codes():
        response, _took = page("redemptions", "GOOD", code, customer="ann")
        answers.add(without_the_code(response, code))

    [(status, _body)] = answers
    assert status == 404
    assert not Redemption.objects.filter(result="SUCCESS").exists()


def test_what_is_wrong_with_the_order_is_told(page):
    make_generic(make_promotion(holder_only=False, minimum_amount=100_000), code="BIG")

    response, _took = page("validations", "BIG")

    error = response.json()["redeemables"][0]["result"]["error"]
    assert error["key"] == "order_rules_violated"


def test_redeeming_needs_a_key_that_may(db):
    make_generic(code="GOOD")
    client = APIClient(headers=pages() | {"Origin": SHOP})
    body = asked("GOOD", items=goods(5000))

    assert client.post("/client/v1/validations", body, format="json").json()["valid"] is True
    assert client.post("/client/v1/redemptions", body, format="json").status_code == 403
    assert client.get("/client/v1/promotions/tiers").json()["tiers"] == []
    assert client.get("/client/v1/nothing").status_code == 404
    assert client.post("/v1/validations", body, format="json").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_official_client_on_a_page(live_server):
    make_generic(code="GOOD", limit=1)
    configuration = voucherify.Configuration(host=live_server.url, api_key=pages(may_redeem=True))
    with voucherify.ApiClient(configuration) as client:
        api = voucherify.ClientSideApi(client)
        order = voucherify.Order(
            items=[voucherify.OrderItem(source_id="mug", quantity=1, price=900)],
            metadata={"currency": "GBP"},
        )
        redeemable = {"object": "voucher", "id": "GOOD"}
        validated = api.validate_stacked_discounts_client_side(
            SHOP,
            client_validations_validate_request_body=(
                voucherify.ClientValidationsValidateRequestBody(
                    redeemables=[redeemable], order=order
                )
            ),
        )

        def redeem():
            return api.redeem_stacked_discounts_client_side(
                SHOP,
                client_redemptions_redeem_request_body=(
                    voucherify.ClientRedemptionsRedeemRequestBody(
                        redeemables=[redeemable], order=order
                    )
                ),
            )

        redeemed = redeem()
        with pytest.raises(NotFoundException):
            redeem()
        tiers = api.list_promotion_tiers_client_side(SHOP)

    assert validated.valid is True
    assert redeemed.redemptions[0].result == "SUCCESS"
    assert tiers.tiers == []
