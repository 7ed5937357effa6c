"""The official Python client, unmodified, against the live server over real HTTP."""

import pytest
import voucherify
from voucherify.exceptions import BadRequestException, NotFoundException, UnauthorizedException

from .makers import (
    FREE_SHIPPING,
    amount,
    make_generic,
    make_identity,
    make_key,
    make_personal,
    make_promotion,
    percent,
)
from .official import client, connect

__all__ = ["client"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def redeemables(code):
    return [voucherify.ValidationsValidateRequestBodyRedeemablesItem(object="voucher", id=code)]


def an_order(**fields):
    items = [
        voucherify.OrderItem(source_id="85123A", related_object="product", quantity=6, price=255),
        voucherify.OrderItem(source_id="71053", related_object="product", quantity=6, price=339),
        voucherify.OrderItem(product_id="prod_5h1pp1ng", quantity=1, price=495),
    ]
    return voucherify.Order(items=items, metadata={"currency": "GBP"}, **fields)


def validate(client, code, **fields):
    body = voucherify.ValidationsValidateRequestBody(
        redeemables=redeemables(code),
        order=an_order(),
        customer=voucherify.Customer(source_id="17850"),
        **fields,
    )
    return voucherify.ValidationsApi(client).validate_stacked_discounts(
        validations_validate_request_body=body
    )


def redeem(client, code, **order):
    body = voucherify.RedemptionsRedeemRequestBody(
        redeemables=[
            voucherify.RedemptionsRedeemRequestBodyRedeemablesItem(object="voucher", id=code)
        ],
        order=an_order(**order),
        customer=voucherify.Customer(source_id="17850"),
    )
    return voucherify.RedemptionsApi(client).redeem_stacked_discounts(
        redemptions_redeem_request_body=body
    )


@pytest.mark.parametrize(
    ("effects", "kind", "total_discount"),
    [
        ([percent("12.5", cap=400)], "PERCENT", 400),
        ([amount(2000)], "AMOUNT", 2000),
        ([FREE_SHIPPING], "UNIT", 495),
        ([amount(2000), FREE_SHIPPING], "AMOUNT", 2495),
    ],
)
def test_validate_redeem_get_and_list(client, effects, kind, total_discount):
    voucher = make_personal(make_promotion(*effects), make_identity("17850"))

    validated = validate(client, voucher.code)
    redeemed = redeem(client, voucher.code, source_id="536365")

    assert validated.valid
    [redeemable] = validated.redeemables
    assert redeemable.status == "APPLICABLE"
    assert redeemable.result.discount.type == kind
    assert validated.order.total_discount_amount == total_discount
    [made] = redeemed.redemptions
    assert (made.result, made.status) == ("SUCCESS", "SUCCEEDED")
    assert made.voucher.code == voucher.code
    assert made.voucher.discount.type == kind
    assert redeemed.order.total_discount_amount == total_discount
    assert redeemed.order.total_amount == 1530 + 2034 + 495 - total_discount
    api = voucherify.RedemptionsApi(client)
    assert api.get_redemption(made.id).order.total_amount == redeemed.order.total_amount
    listed = api.list_redemptions(limit=5, page=1, result="SUCCESS")
    assert [redemption.id for redemption in listed.redemptions] == [made.id]
    assert listed.total == 1


def test_what_does_not_apply(client):
    voucher = make_personal(make_promotion(minimum_amount=10_000), make_identity("17850"))

    validated = validate(client, voucher.code)
    with pytest.raises(BadRequestException) as refused:
        redeem(client, voucher.code)

    assert validated.valid is False
    [redeemable] = validated.redeemables
    assert redeemable.status == "INAPPLICABLE"
    assert redeemable.result.error.key == "order_rules_violated"
    assert validated.inapplicable_redeemables[0].result.details.key == "order_rules_violated"
    assert '"key":"order_rules_violated"' in refused.value.body
    [failed] = voucherify.RedemptionsApi(client).list_redemptions(result="FAILURE").redemptions
    assert failed.id.startswith("rf_")
    assert failed.failure_code == "order_rules_violated"


def test_an_unknown_code(client):
    validated = validate(client, "NO-SUCH-CODE")
    assert validated.valid is False
    assert validated.redeemables[0].result.error.key == "not_found"

    with pytest.raises(NotFoundException):
        redeem(client, "NO-SUCH-CODE")
    with pytest.raises(NotFoundException):
        voucherify.RedemptionsApi(client).get_redemption("r_nobody")


def test_a_repeat_with_the_same_idempotency_key(client):
    code = make_generic(limit=1).code
    client.set_default_header("Idempotency-Key", "receipt-17")

    first, second = redeem(client, code), redeem(client, code)

    assert first == second


def test_a_wrong_token(live_server):
    headers = make_key() | {"X-App-Token": "sk_wrong"}

    with connect(live_server, headers) as client, pytest.raises(UnauthorizedException):
        validate(client, "ANY")
