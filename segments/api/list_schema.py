"""The descriptions of the calls about static lists."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer
from customers.models import DataCategory

from .schema import SegmentCustomersOut

_TAGS: Final = ["Lists"]
_NOT_FOUND: Final[dict[int | str, Any]] = {**ERRORS, 404: ErrorSerializer}
_WRITTEN: Final[dict[int | str, Any]] = {**_NOT_FOUND, 409: ErrorSerializer}
NEW_LIST: Final = {
    "name": "Met at the spring fair",
    "description": "They left a card at our stand.",
    "made_from": ["OFFLINE"],
}
CUSTOMERS: Final = {"customers": ["17850", "ann@example.com", "+905321234567"]}


class ListIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, max_length=300)
    made_from = serializers.ListField(
        child=serializers.ChoiceField(DataCategory.values),
        required=False,
        help_text=(
            "The kinds of data these customers were chosen by. A segment finds somebody by the "
            "list only where they allow all of them."
        ),
    )


class ListChangedIn(ListIn):
    name = serializers.CharField(max_length=120, required=False)


class CustomersIn(serializers.Serializer):
    customers = serializers.ListField(
        child=serializers.CharField(),
        help_text="1 to 1,000: our ids, the shop's own, e-mail addresses or phone numbers.",
    )


class ListOut(serializers.Serializer):
    id = serializers.CharField()
    object = serializers.ChoiceField(["customer_list"])
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    made_from = serializers.ListField(child=serializers.ChoiceField(DataCategory.values))
    customers_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ListsOut(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["lists"])
    lists = ListOut(many=True)
    total = serializers.IntegerField()
    has_more = serializers.BooleanField()
    more_starting_after_id = serializers.CharField(allow_null=True)


class ListResultOut(serializers.Serializer):
    """What became of the name at `index`; `id` is the customer's."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(["changed", "unchanged", "rejected"])
    id = serializers.CharField(allow_null=True)
    error = ErrorSerializer(allow_null=True)


class ListResultsOut(serializers.Serializer):
    results = ListResultOut(many=True)
    customers_count = serializers.IntegerField(help_text="How many are on the list now.")


def _example(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Example", request_only=True, value=value)]


list_lists = extend_schema(
    operation_id="list_lists",
    summary="Lists of customers, the newest first",
    parameters=PAGING,
    responses={200: ListsOut, **ERRORS},
    tags=_TAGS,
)
create_list = extend_schema(
    operation_id="create_list",
    summary="Make a list of customers whom you choose one by one",
    description="Ours. Rules name it by its id: the field `list.member`.",
    request=ListIn,
    parameters=IDEMPOTENCY,
    responses={200: ListOut, **_WRITTEN},
    examples=_example(NEW_LIST),
    tags=_TAGS,
)
get_list = extend_schema(
    operation_id="get_list",
    summary="Get a list",
    responses={200: ListOut, **_NOT_FOUND},
    tags=_TAGS,
)
update_list = extend_schema(
    operation_id="update_list",
    summary="Change the name, description or origin of a list",
    description="What is absent stays as it is.",
    request=ListChangedIn,
    parameters=IDEMPOTENCY,
    responses={200: ListOut, **_WRITTEN},
    examples=_example({"name": "Met at the spring fair 2026"}),
    tags=_TAGS,
)
delete_list = extend_schema(
    operation_id="delete_list",
    summary="Remove a list",
    description="Refused while a segment uses it. No customer is deleted.",
    responses={204: None, **_NOT_FOUND},
    tags=_TAGS,
)
list_list_customers = extend_schema(
    operation_id="list_list_customers",
    summary="The customers on a list",
    parameters=[
        OpenApiParameter("limit", int, description="1 to 100, default 10."),
        OpenApiParameter("starting_after_id", description="Only those after this customer."),
    ],
    responses={200: SegmentCustomersOut, **_NOT_FOUND},
    tags=_TAGS,
)


def _change(operation: str, summary: str, words: str) -> Any:
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=f"{words} Each name has a result of its own, in their order.",
        request=CustomersIn,
        parameters=IDEMPOTENCY,
        responses={200: ListResultsOut, **_WRITTEN},
        examples=_example(CUSTOMERS),
        tags=_TAGS,
    )


add_customers = _change(
    "add_list_customers",
    "Put up to 1,000 customers on a list",
    "Whoever is on it stays; whom a name does not mean, or means several of, is rejected.",
)
remove_customers = _change(
    "remove_list_customers",
    "Take up to 1,000 customers off a list",
    "Whoever is not on it is left as they are.",
)
