"""The description of the calls about codes."""

from typing import Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer

from .answers import RedemptionSerializer
from .campaign_answers import CodeListSerializer, CodeSerializer, ListSerializer
from .campaign_schema import CHANGES, CREATED
from .schema import REFUSED
from .single import EXAMPLE as SINGLE
from .single import SingleTold
from .voucher_fields import StandaloneTold, VoucherChanged

_TAGS: Final = ["Vouchers"]
STANDALONE: Final = OpenApiExample(
    "10.00 off, ten times",
    {
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ORDER"},
        "redemption": {"quantity": 10},
        "expiration_date": "2026-12-31T23:00:00Z",
    },
    request_only=True,
)
CHANGE: Final = OpenApiExample(
    "A week longer", {"expiration_date": "2026-05-08T00:00:00Z"}, request_only=True
)


class CodeRedemptionsSerializer(ListSerializer):
    url = serializers.CharField()
    quantity = serializers.IntegerField(allow_null=True)
    redeemed_quantity = serializers.IntegerField()
    redemption_entries = RedemptionSerializer(many=True)


list_vouchers = extend_schema(
    operation_id="list_vouchers",
    summary="List codes",
    parameters=[
        *PAGING,
        *CREATED,
        OpenApiParameter("campaign", description="The name of the campaign."),
        OpenApiParameter("campaign_id"),
        OpenApiParameter("customer", description="Who holds it: our id, or the shop's."),
        OpenApiParameter("category", description="Of the campaign."),
        OpenApiParameter("code", description="However it is written."),
    ],
    responses={200: CodeListSerializer, **ERRORS},
    tags=_TAGS,
)
create_random_voucher = extend_schema(
    operation_id="create_random_voucher",
    summary="Create a random code",
    description="Of a campaign, else with an offer of its own that is named as the code.",
    request=StandaloneTold,
    parameters=IDEMPOTENCY,
    responses={200: CodeSerializer, **CHANGES},
    examples=[STANDALONE],
    tags=_TAGS,
)
create_voucher = extend_schema(
    operation_id="create_voucher",
    summary="Create this very code",
    description="Of a campaign, else with an offer of its own that is named as the code.",
    request=StandaloneTold,
    parameters=IDEMPOTENCY,
    responses={200: CodeSerializer, **CHANGES},
    examples=[STANDALONE],
    tags=_TAGS,
)
get_voucher = extend_schema(
    operation_id="get_voucher",
    summary="Get a code",
    description="By the code, however it is written, or by our id.",
    responses={200: CodeSerializer, **ERRORS, 404: ErrorSerializer},
    tags=_TAGS,
)
update_voucher = extend_schema(
    operation_id="update_voucher",
    summary="Change a code",
    request=VoucherChanged,
    parameters=IDEMPOTENCY,
    responses={200: CodeSerializer, **CHANGES},
    examples=[CHANGE],
    tags=_TAGS,
)
delete_voucher = extend_schema(
    operation_id="delete_voucher",
    summary="Delete a code",
    description=(
        "One that was given to a customer, used or tried stays readable and is switched off: what "
        "happened refers to it."
    ),
    parameters=[
        *IDEMPOTENCY,
        OpenApiParameter("force", description="Makes no difference here."),
    ],
    responses={204: None, **CHANGES},
    tags=_TAGS,
)
enable_voucher = extend_schema(
    operation_id="enable_voucher",
    summary="Accept a code",
    request=None,
    parameters=IDEMPOTENCY,
    responses={200: CodeSerializer, **CHANGES},
    tags=_TAGS,
)
disable_voucher = extend_schema(
    operation_id="disable_voucher",
    summary="Refuse a code",
    request=None,
    parameters=IDEMPOTENCY,
    responses={200: CodeSerializer, **CHANGES},
    tags=_TAGS,
)
redeem_voucher = extend_schema(
    operation_id="redeem_voucher",
    summary="Redeem this one code",
    description="As older clients ask; new ones name several `redeemables`.",
    request=SingleTold,
    parameters=IDEMPOTENCY,
    responses={200: RedemptionSerializer, **CHANGES},
    examples=[SINGLE, REFUSED],
    tags=["Redemptions"],
)
voucher_redemptions = extend_schema(
    operation_id="list_redemptions_of_voucher",
    summary="List what was done with a code",
    parameters=PAGING,
    responses={200: CodeRedemptionsSerializer, **ERRORS, 404: ErrorSerializer},
    tags=_TAGS,
)
