"""Campaigns and codes through the official Python client, against the live server."""

from datetime import UTC, datetime

import pytest
import voucherify
from voucherify.exceptions import ApiException, BadRequestException, NotFoundException

from rewards.models import Promotion
from rewards.services.code_run_work import work

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


def test_imports_are_async_actions(client, tmp_path):
    made = create(client, vouchers_count=0)
    api, actions = voucherify.CampaignsApi(client), voucherify.AsyncActionsApi(client)

    started = api.import_vouchers_to_campaign(
        made.id,
        campaigns_import_voucher_item=[
            voucherify.CampaignsImportVoucherItem(
                code="PARTNER-1",
                redemption=voucherify.CampaignsImportVoucherItemRedemption(quantity=5),
                metadata={"partner": "one"},
            ),
            voucherify.CampaignsImportVoucherItem(code="PARTNER-2", active=False),
            voucherify.CampaignsImportVoucherItem(code="partner-1"),
        ],
    )

    action = actions.get_async_action(started.async_action_id)
    assert (action.status, action.operation_status, action.progress) == ("DONE", "SUCCESS", 100)
    assert action.result == {"created_count": 2, "skipped_count": 1}
    listed = actions.list_async_actions(limit=5)
    assert [one.id for one in listed.async_actions] == [action.id]
    vouchers = voucherify.VouchersApi(client)
    assert vouchers.get_voucher("PARTNER-1").redemption.quantity == 5
    assert vouchers.get_voucher("PARTNER-1").metadata == {"partner": "one"}
    assert vouchers.get_voucher("PARTNER-2").active is False

    file = tmp_path / "codes.csv"
    file.write_text("code\nCARD-0001\nCARD-0002\nPARTNER-2\n")
    csv = api.import_vouchers_to_campaign_using_csv(made.id, file=str(file))
    assert actions.get_async_action(csv.async_action_id).status == "ENQUEUED"
    work()
    done = actions.get_async_action(csv.async_action_id)
    assert (done.status, done.result["created_count"]) == ("DONE", 2)


def test_many_random_codes_are_an_async_action(client):
    made = create(client, vouchers_count=0)
    api, actions = voucherify.CampaignsApi(client), voucherify.AsyncActionsApi(client)

    begun = api.add_vouchers_to_campaign(
        made.id,
        vouchers_count=5,
        campaigns_vouchers_create_in_bulk_request_body=(
            voucherify.CampaignsVouchersCreateInBulkRequestBody(
                redemption=voucherify.CampaignsVouchersCreateInBulkRequestBodyRedemption(
                    quantity=3
                ),
                metadata={"batch": "may"},
            )
        ),
    )
    assert actions.get_async_action(begun.async_action_id).status == "ENQUEUED"
    work()

    assert actions.get_async_action(begun.async_action_id).result["created_count"] == 5
    listed = voucherify.VouchersApi(client).list_vouchers(campaign="Spring 2026")
    assert listed.total == 5
    assert {one.redemption.quantity for one in listed.vouchers} == {3}
    assert {one.metadata["batch"] for one in listed.vouchers} == {"may"}
    for count in (0, -1, 1_000_001):
        with pytest.raises(BadRequestException):
            api.add_vouchers_to_campaign(made.id, vouchers_count=count)


def test_publications(client):
    create(client, vouchers_count=2)
    api = voucherify.PublicationsApi(client)

    def publish(**fields):
        body = voucherify.PublicationsCreateRequestBody(
            campaign=voucherify.CreatePublicationCampaign(name="Spring 2026", count=1),
            customer=voucherify.Customer(source_id="17850"),
            **fields,
        )
        return api.create_publication(publications_create_request_body=body)

    first = publish(source_id="thanks-1", metadata={"why": "order"})
    again = publish(source_id="thanks-1", metadata={"why": "order"})
    other = publish()

    assert (first.object, first.result) == ("publication", "SUCCESS")
    assert first.voucher.code == again.voucher.code != other.voucher.code
    assert first.voucher.holder_id == first.customer_id
    assert first.customer.source_id == "17850"
    listed = api.list_publications(customer="17850")
    assert listed.total == 2
    held = voucherify.VouchersApi(client).list_vouchers(customer="17850")
    assert held.total == 2
    with pytest.raises(NotFoundException):
        api.create_publication(
            publications_create_request_body=voucherify.PublicationsCreateRequestBody(
                voucher="NO-SUCH", customer=voucherify.Customer(source_id="17850")
            )
        )
