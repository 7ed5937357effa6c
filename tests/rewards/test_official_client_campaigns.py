"""Campaigns and codes through the official Python client, against the live server."""

from datetime import UTC, datetime

import pytest
import voucherify
from voucherify.exceptions import ApiException, BadRequestException, NotFoundException

from rewards.models import Promotion

from .official import client

__all__ = ["client"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def a_campaign(**fields):
    said = {
        "name": "Spring 2026",
        "campaign_type": "DISCOUNT_COUPONS",
        "type": "AUTO_UPDATE",
        "vouchers_count": 3,
        "voucher": voucherify.CampaignsCreateRequestBodyVoucher(
            type="DISCOUNT_VOUCHER",
            discount=voucherify.Discount(type="PERCENT", percent_off=12.5, amount_limit=5000),
            redemption=voucherify.CampaignsCreateRequestBodyVoucherRedemption(quantity=1),
            code_config=voucherify.CodeConfig(prefix="SPRING-", length=12),
        ),
        "metadata": {"season": "spring"},
    } | fields
    return voucherify.CampaignsCreateRequestBody(**said)


def create(client, **fields):
    api = voucherify.CampaignsApi(client)
    return api.create_campaign(campaigns_create_request_body=a_campaign(**fields))


def test_a_campaign_from_beginning_to_end(client):
    api = voucherify.CampaignsApi(client)

    made = create(client)
    assert made.id.startswith("camp_")
    assert (made.vouchers_count, made.active, made.creation_status) == (3, True, "DONE")
    assert made.voucher.discount.percent_off == 12.5
    assert made.voucher.discount.amount_limit == 5000
    assert made.voucher.redemption.quantity == 1
    assert made.voucher.code_config.pattern == "SPRING-############"
    assert api.get_campaign(made.id).metadata == {"season": "spring"}
    assert api.get_campaign("Spring 2026").id == made.id
    listed = api.list_campaigns(limit=10, page=1)
    assert [campaign.id for campaign in listed.campaigns] == [made.id]
    assert listed.total == 1

    random = api.add_vouchers_to_campaign(
        made.id,
        campaigns_vouchers_create_in_bulk_request_body=(
            voucherify.CampaignsVouchersCreateInBulkRequestBody()
        ),
    )
    assert random.code.startswith("SPRING-")
    specific = api.add_voucher_with_specific_code_to_campaign(
        made.id,
        "POSTER-2026",
        campaigns_vouchers_create_request_body=voucherify.CampaignsVouchersCreateRequestBody(
            redemption=voucherify.CampaignsVouchersCreateRequestBodyRedemption(quantity=100)
        ),
    )
    assert (specific.code, specific.redemption.quantity) == ("POSTER-2026", 100)
    with pytest.raises(ApiException) as twice:
        api.add_voucher_with_specific_code_to_campaign(made.id, "poster-2026")
    assert '"key":"duplicate_found"' in twice.value.body
    assert api.get_campaign(made.id).vouchers_count == 5

    changed = api.update_campaign(
        made.id,
        campaigns_update_request_body=voucherify.CampaignsUpdateRequestBody(
            description="For everybody",
            discount=voucherify.Discount(type="AMOUNT", amount_off=1000, effect="APPLY_TO_ORDER"),
            expiration_date=datetime(2027, 1, 1, tzinfo=UTC),
        ),
    )
    assert changed.description == "For everybody"
    assert changed.voucher.discount.amount_off == 1000
    assert changed.expiration_date == datetime(2027, 1, 1, tzinfo=UTC)
    assert changed.metadata == {"season": "spring"}

    api.disable_campaign(made.id)
    assert api.get_campaign(made.id).active is False
    api.enable_campaign(made.id)
    assert api.get_campaign(made.id).active is True

    api.delete_campaign(made.id)
    with pytest.raises(NotFoundException):
        api.get_campaign(made.id)
    with pytest.raises(NotFoundException):
        voucherify.VouchersApi(client).get_voucher("POSTER-2026")
    assert Promotion.objects.get().deleted_at is not None
    assert create(client).id != made.id  # its name is free


def test_codes_from_beginning_to_end(client):
    made = create(client)
    api = voucherify.VouchersApi(client)

    listed = api.list_vouchers(campaign="Spring 2026", limit=2)
    assert listed.total == 3
    assert len(listed.vouchers) == 2
    code = listed.vouchers[0].code
    voucher = api.get_voucher(code.lower())
    assert (voucher.code, voucher.campaign_id) == (code, made.id)
    assert voucher.discount.type == "PERCENT"
    assert (voucher.redemption.quantity, voucher.redemption.redeemed_quantity) == (1, 0)

    assert api.disable_voucher(code).active is False
    assert api.enable_voucher(code).active is True
    changed = api.update_voucher(
        code,
        vouchers_update_request_body=voucherify.VouchersUpdateRequestBody(
            expiration_date=datetime(2026, 12, 31, tzinfo=UTC),
            metadata={"given": "by hand"},
            additional_info="a guest",
        ),
    )
    assert changed.expiration_date == datetime(2026, 12, 31, tzinfo=UTC)
    assert changed.metadata == {"given": "by hand", "additional_info": "a guest"}
    assert changed.additional_info == "a guest"

    api.delete_voucher(code)
    with pytest.raises(NotFoundException):
        api.get_voucher(code)


def test_a_code_without_a_campaign_has_an_offer_of_its_own(client):
    api = voucherify.VouchersApi(client)
    discount = voucherify.Discount(type="AMOUNT", amount_off=1000)
    body = voucherify.VouchersCreateWithSpecificCodeRequestBody(
        type="DISCOUNT_VOUCHER",
        discount=discount,
        redemption=voucherify.VouchersCreateWithSpecificCodeRequestBodyRedemption(quantity=10),
    )

    made = api.create_voucher("WELCOME-10", body)
    random = api.generate_random_code(
        voucherify.VouchersCreateRequestBody(type="DISCOUNT_VOUCHER", discount=discount)
    )

    assert (made.code, made.campaign) == ("WELCOME-10", "WELCOME-10")
    assert made.redemption.quantity == 10
    assert len(random.code) == 12
    with pytest.raises(ApiException) as twice:
        api.create_voucher("WELCOME-10", body)
    assert twice.value.status == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"campaign_type": "GIFT_VOUCHERS"},
        {"voucher": None},
        {"validation_rules": ["val_1"]},
        {"vouchers_count": -1},
    ],
)
def test_what_cannot_be_made(client, fields):
    with pytest.raises(BadRequestException):
        create(client, **fields)


def test_a_pattern_that_could_be_guessed_is_refused(client):
    with pytest.raises(BadRequestException) as refused:
        create(
            client,
            voucher=voucherify.CampaignsCreateRequestBodyVoucher(
                type="DISCOUNT_VOUCHER",
                discount=voucherify.Discount(type="PERCENT", percent_off=10),
                code_config=voucherify.CodeConfig(pattern="SPRING-####"),
            ),
        )
    assert "code_pattern" in refused.value.body
