"""The descriptions of the calls about segments."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer

from . import wire

_RULES: Final = {
    "op": "and",
    "rules": [
        {"field": "profile.city", "cmp": "is", "value": "İzmir"},
        {"field": "orders.count", "cmp": "gte", "value": 3, "within": {"last": 1, "unit": "year"}},
        {
            "field": "event.product_viewed",
            "cmp": "gte",
            "value": 1,
            "within": {"last": 14, "unit": "day"},
            "where": [{"field": "product.category", "cmp": "in", "value": ["Dog food"]}],
        },
    ],
}
_TAGS: Final = ["Segments"]
_NOT_FOUND: Final[dict[int | str, Any]] = {**ERRORS, 404: ErrorSerializer}


class SegmentIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, max_length=300)
    rules = serializers.JSONField()


class SegmentChangedIn(serializers.Serializer):
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(required=False, allow_blank=True, max_length=300)
    rules = serializers.JSONField(required=False)


class CountIn(serializers.Serializer):
    rules = serializers.JSONField()
    at = serializers.DateTimeField(required=False, help_text="Now if left out.")


class CheckIn(serializers.Serializer):
    customer = serializers.CharField(help_text="Our id of the customer, or the shop's own.")
    at = serializers.DateTimeField(required=False)


class SegmentsOut(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["segments"])
    segments = wire.SegmentOut(many=True)
    total = serializers.IntegerField()
    has_more = serializers.BooleanField()
    more_starting_after_id = serializers.CharField(allow_null=True)


class SegmentCustomersOut(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["customers"])
    customers = serializers.ListField(child=serializers.DictField())
    has_more = serializers.BooleanField()
    more_starting_after_id = serializers.CharField(allow_null=True)


def _example(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Example", request_only=True, value=value)]


list_segments = extend_schema(
    operation_id="list_segments",
    summary="Segments, the newest first",
    parameters=PAGING,
    responses={200: SegmentsOut, **ERRORS},
    tags=_TAGS,
)
create_segment = extend_schema(
    operation_id="create_segment",
    summary="Keep a rule under a name",
    description="A rule that cannot be used is refused with the place in it and the remedy.",
    request=SegmentIn,
    parameters=IDEMPOTENCY,
    responses={200: wire.SegmentOut, **ERRORS, 409: ErrorSerializer},
    examples=_example({"name": "Dog lovers in İzmir", "rules": _RULES}),
    tags=_TAGS,
)
get_segment = extend_schema(
    operation_id="get_segment",
    summary="One segment",
    responses={200: wire.SegmentOut, **_NOT_FOUND},
    tags=_TAGS,
)
update_segment = extend_schema(
    operation_id="update_segment",
    summary="Change a segment",
    description="What is absent stays as it is.",
    request=SegmentChangedIn,
    parameters=IDEMPOTENCY,
    responses={200: wire.SegmentOut, **_NOT_FOUND, 409: ErrorSerializer},
    tags=_TAGS,
)
delete_segment = extend_schema(
    operation_id="delete_segment",
    summary="Remove a segment",
    description="Refused while something still uses it.",
    responses={204: None, **_NOT_FOUND},
    tags=_TAGS,
)
count_segment = extend_schema(
    operation_id="count_segment",
    summary="How many customers a rule describes",
    description=(
        "Answered from the live tables. With `at`, orders, returns and events up to that moment "
        "count and relative dates are taken from there; profile values are today's."
    ),
    request=CountIn,
    responses={200: wire.CountOut, **ERRORS},
    examples=_example({"rules": _RULES}),
    tags=_TAGS,
)
list_segment_customers = extend_schema(
    operation_id="list_segment_customers",
    summary="The customers of a segment",
    parameters=[
        OpenApiParameter("limit", int, description="1 to 100, default 10."),
        OpenApiParameter("starting_after_id", description="Only those after this customer."),
    ],
    responses={200: SegmentCustomersOut, **_NOT_FOUND},
    tags=_TAGS,
)
check_customer = extend_schema(
    operation_id="check_customer",
    summary="Whether a customer is in a segment, and why",
    request=CheckIn,
    responses={200: wire.CheckOut, **_NOT_FOUND},
    examples=_example({"customer": "cust_4f…"}),
    tags=_TAGS,
)
list_fields = extend_schema(
    operation_id="list_segment_fields",
    summary="What rules can ask about",
    responses={200: wire.FieldsOut, **ERRORS},
    tags=_TAGS,
)
