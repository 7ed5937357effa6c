"""The description of the calls about campaigns: examples, which the tests hold true."""

from typing import Any, Final

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
)

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer
from customers.api.bulk import AsyncStarted

from .campaign_answers import (
    CampaignListSerializer,
    CampaignSerializer,
    CodeSerializer,
    DeletedSerializer,
)
from .campaign_fields import CampaignChanged, CampaignTold, CodeFields, RandomCodeFields

CAMPAIGN: Final[dict[str, Any]] = {
    "name": "Spring 2026",
    "type": "AUTO_UPDATE",
    "start_date": "2026-03-01T00:00:00Z",
    "expiration_date": "2026-06-01T00:00:00Z",
    "validity_day_of_week": [1, 2, 3, 4, 5],
    "validity_hours": {"daily": [{"start_time": "09:00", "expiration_time": "18:00"}]},
    "vouchers_count": 3,
    "voucher": {
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "PERCENT", "percent_off": 15, "amount_limit": 5000},
        "redemption": {"quantity": 1},
        "code_config": {"prefix": "SPRING-", "length": 12},
    },
    "vesile": {"minimum_amount": 2500},
    "metadata": {"channel": "newsletter"},
}
CREATE: Final = OpenApiExample("15% off in spring, with three codes", CAMPAIGN, request_only=True)
CHANGE: Final = OpenApiExample(
    "Longer, and more generous",
    {
        "expiration_date": "2026-07-01T00:00:00Z",
        "discount": {"type": "PERCENT", "percent_off": 20, "amount_limit": 5000},
    },
    request_only=True,
)
CODE: Final = OpenApiExample(
    "A public code that works a thousand times",
    {"redemption": {"quantity": 1000}, "metadata": {"printed": "poster"}},
    request_only=True,
)
CHANGES: Final = {**ERRORS, 404: ErrorSerializer, 409: ErrorSerializer}
_TAGS: Final = ["Campaigns"]
CREATED: Final = [
    OpenApiParameter("created_at[before]", description="Only what was made before this moment."),
    OpenApiParameter("created_at[after]", description="Only what was made after this moment."),
    OpenApiParameter("order", enum=["created_at", "-created_at"], description="Default: newest."),
]

create_campaign = extend_schema(
    operation_id="create_campaign",
    summary="Create a campaign",
    description=(
        "A campaign is what we call an offer. Up to 1,000 codes are made at once, more in the "
        "background: `vouchers_generation_status` says when they are there."
    ),
    request=CampaignTold,
    parameters=IDEMPOTENCY,
    responses={200: CampaignSerializer, **ERRORS, 409: ErrorSerializer},
    examples=[CREATE],
    tags=_TAGS,
)
list_campaigns = extend_schema(
    operation_id="list_campaigns",
    summary="List campaigns",
    parameters=[*PAGING, *CREATED, OpenApiParameter("campaign_type"), OpenApiParameter("expand")],
    responses={200: CampaignListSerializer, **ERRORS},
    tags=_TAGS,
)
get_campaign = extend_schema(
    operation_id="get_campaign",
    summary="Get a campaign",
    description="By its id or its name.",
    responses={200: CampaignSerializer, **ERRORS, 404: ErrorSerializer},
    tags=_TAGS,
)
update_campaign = extend_schema(
    operation_id="update_campaign",
    summary="Change a campaign",
    description="What is absent stays. Codes that were issued keep their limit and expiry.",
    request=CampaignChanged,
    parameters=IDEMPOTENCY,
    responses={200: CampaignSerializer, **CHANGES},
    examples=[CHANGE],
    tags=_TAGS,
)
delete_campaign = extend_schema(
    operation_id="delete_campaign",
    summary="Delete a campaign",
    description=(
        "Its codes are refused from now on and never begin to mean something else; its name is "
        "free. What was redeemed stays."
    ),
    parameters=[
        *IDEMPOTENCY,
        OpenApiParameter("force", description="Makes no difference here."),
    ],
    responses={200: DeletedSerializer, **CHANGES},
    tags=_TAGS,
)
enable_campaign = extend_schema(
    operation_id="enable_campaign",
    summary="Accept the codes of a campaign",
    request=None,
    parameters=IDEMPOTENCY,
    responses={200: CampaignSerializer, **CHANGES},
    tags=_TAGS,
)
disable_campaign = extend_schema(
    operation_id="disable_campaign",
    summary="Refuse the codes of a campaign",
    request=None,
    parameters=IDEMPOTENCY,
    responses={200: CampaignSerializer, **CHANGES},
    tags=_TAGS,
)
add_voucher = extend_schema(
    operation_id="add_voucher_to_campaign",
    summary="Add a random code to a campaign",
    description=(
        "It waits for a customer; who knows it may use it unless the offer needs a holder. With "
        "`vouchers_count` above 1 so many are made in the background, see async actions."
    ),
    request=RandomCodeFields,
    parameters=[*IDEMPOTENCY, OpenApiParameter("vouchers_count", int, description="Default 1.")],
    responses={
        200: PolymorphicProxySerializer(
            "AddedVoucher", [CodeSerializer, AsyncStarted], resource_type_field_name=None
        ),
        **CHANGES,
    },
    tags=_TAGS,
)
add_specific_voucher = extend_schema(
    operation_id="add_specific_voucher_to_campaign",
    summary="Add this very code to a campaign",
    request=CodeFields,
    parameters=IDEMPOTENCY,
    responses={200: CodeSerializer, **CHANGES},
    examples=[CODE],
    tags=_TAGS,
)
