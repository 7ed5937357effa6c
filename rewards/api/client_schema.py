"""The description of the calls of the shop's pages."""

from typing import Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer

from .answers import RedeemedSerializer, ValidationSerializer
from .schema import ASKED, REFUSED
from .serializers import AttemptSerializer

_TAGS: Final = ["The shop's pages"]
_SAME: Final = (
    " Needs a publishable key and one of its origins. A code that is unknown, expired, used up, "
    "switched off or somebody else's is `not_found`, whichever it is."
)


class TierListSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["tiers"])
    tiers = serializers.ListField(child=serializers.DictField())
    total = serializers.IntegerField()
    has_more = serializers.BooleanField()


validate = extend_schema(
    operation_id="client_validate",
    summary="Validate a code",
    description="What codes would give on an order now." + _SAME,
    request=AttemptSerializer,
    parameters=IDEMPOTENCY,
    responses={200: ValidationSerializer, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
    examples=[ASKED],
    tags=_TAGS,
)
redeem = extend_schema(
    operation_id="client_redeem",
    summary="Redeem a code",
    description="Only where the key allows it." + _SAME,
    request=AttemptSerializer,
    parameters=IDEMPOTENCY,
    responses={200: RedeemedSerializer, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
    examples=[ASKED, REFUSED],
    tags=_TAGS,
)
list_tiers = extend_schema(
    operation_id="client_list_promotion_tiers",
    summary="List promotions that apply themselves",
    description="There are none yet.",
    parameters=[*PAGING, OpenApiParameter("is_available"), OpenApiParameter("order")],
    responses={200: TierListSerializer, **ERRORS},
    tags=_TAGS,
)
