"""What the descriptions of all calls share."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from config.shared.idempotency import HEADER, REPLAYED_HEADER


class WhySerializer(serializers.Serializer):
    """Which rule refused, what it saw and what it needed."""

    rule = serializers.CharField()
    seen = serializers.CharField(allow_blank=True)
    needed = serializers.CharField(allow_blank=True)
    redemption_id = serializers.CharField(required=False)


class ErrorSerializer(serializers.Serializer):
    """The published error object; `vesile` where a rule refused a code."""

    code = serializers.IntegerField()
    key = serializers.CharField()
    message = serializers.CharField()
    details = serializers.CharField(allow_blank=True)
    request_id = serializers.CharField(allow_blank=True)
    resource_id = serializers.CharField(required=False)
    resource_type = serializers.CharField(required=False, allow_null=True)
    vesile = WhySerializer(required=False)


ERRORS: dict[int | str, Any] = {
    400: ErrorSerializer,
    401: ErrorSerializer,
    403: ErrorSerializer,
    413: ErrorSerializer,
    429: ErrorSerializer,
    503: ErrorSerializer,
}
IDEMPOTENCY = [
    OpenApiParameter(
        HEADER,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description=(
            "1 to 255 visible ASCII characters, new for every new request. A repeat within a day "
            "is answered with the stored answer and does nothing."
        ),
    ),
    OpenApiParameter(
        REPLAYED_HEADER,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=[200, 400, 404],
        description="`true` on a stored answer.",
    ),
]
PAGING = [
    OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 100, default 10."),
    OpenApiParameter("page", OpenApiTypes.INT, description="1 to 99."),
    OpenApiParameter("starting_after_id", description="Only what follows the one with this id."),
]
