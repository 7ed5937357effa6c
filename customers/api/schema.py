"""The description of these calls: their answers and worked examples, which the tests hold true."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer
from customers.asked import Status
from customers.models import Channel, ConsentAction, DataCategory
from customers.models.order import OrderStatus

from . import event_schema
from .customer_schema import CUSTOMER_EXAMPLE, CustomerOut
from .event_schema import EventOut
from .orders import OrderTold
from .returns import ReturnOut, ReturnTold
from .serializers import (
    ConsentFields,
    ConsentTold,
    CustomerTold,
    EventTold,
    IdentityTold,
    ProductTold,
)

STATUSES = [status.value for status in Status]


class ItemProductOut(serializers.Serializer):
    id = serializers.CharField(required=False)
    source_id = serializers.CharField(required=False)
    name = serializers.CharField()


class OrderItemOut(serializers.Serializer):
    object = serializers.ChoiceField(["order_item"])
    related_object = serializers.ChoiceField(["product"], required=False)
    product_id = serializers.CharField()
    source_id = serializers.CharField()
    product = ItemProductOut()
    quantity = serializers.IntegerField()
    price = serializers.IntegerField()
    amount = serializers.IntegerField()
    subtotal_amount = serializers.IntegerField()
    returned_quantity = serializers.IntegerField()


class OwnerOut(serializers.Serializer):
    object = serializers.ChoiceField(["customer"])
    id = serializers.CharField()
    source_id = serializers.CharField()


class OrderOut(serializers.Serializer):
    """An order: total_amount = amount - total_discount_amount, in minor units."""

    object = serializers.ChoiceField(["order"])
    id = serializers.CharField()
    source_id = serializers.CharField()
    status = serializers.ChoiceField([status.value for status in OrderStatus])
    currency = serializers.CharField()
    amount = serializers.IntegerField()
    initial_amount = serializers.IntegerField()
    discount_amount = serializers.IntegerField()
    total_discount_amount = serializers.IntegerField()
    total_amount = serializers.IntegerField()
    items = OrderItemOut(many=True)
    customer = OwnerOut(allow_null=True)
    customer_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    cancel_reason = serializers.CharField(allow_null=True)
    is_gift = serializers.BooleanField()
    gift_reason = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


# Rows by kind; which kinds there are and what they hold grows with the installation.
RECORD: Final = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "object"}},
}


class ProductOut(serializers.Serializer):
    object = serializers.ChoiceField(["product"])
    id = serializers.CharField()
    source_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    categories = serializers.ListField(child=serializers.CharField())
    brand = serializers.CharField(allow_null=True)
    price = serializers.IntegerField(allow_null=True)
    image_url = serializers.CharField(allow_null=True)
    attributes = serializers.ListField(child=serializers.CharField())
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(allow_null=True)


class ConsentOut(serializers.Serializer):
    """The consent as it was told, with our id and what became of it."""

    object = serializers.ChoiceField(["consent"])
    id = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    purpose = serializers.CharField()
    channel = serializers.ChoiceField(Channel.values, allow_null=True)
    data_category = serializers.ChoiceField(DataCategory.values, allow_null=True)
    action = serializers.ChoiceField(ConsentAction.values)
    captured_at = serializers.DateTimeField()


class ResultOut(serializers.Serializer):
    """What became of the item at `index`."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES)
    id = serializers.CharField(allow_null=True)
    error = ErrorSerializer(allow_null=True)


class ResultsOut(serializers.Serializer):
    results = ResultOut(many=True)


def _list_of(name: str, row: type[serializers.Serializer]) -> serializers.Serializer:
    return inline_serializer(
        f"{name.title()}List",
        {
            "object": serializers.ChoiceField(["list"]),
            "data_ref": serializers.ChoiceField([name]),
            name: row(many=True),
            "total": serializers.IntegerField(),
            "has_more": serializers.BooleanField(),
            "more_starting_after_id": serializers.CharField(allow_null=True),
        },
    )


_ITEMS = [
    {"source_id": "85123A", "quantity": 6, "price": 255},
    {"product_id": "prod_5h1pp1ng", "price": 495},
]
EXAMPLES: dict[str, dict[str, Any]] = {
    "customers": CUSTOMER_EXAMPLE,
    "orders": {
        "source_id": "536365",
        "status": "PAID",
        "currency": "GBP",
        "created_at": "2026-05-01T09:30:00+03:00",
        "customer": {"source_id": "17850"},
        "items": _ITEMS,
    },
    "events": event_schema.EVENTS["review"],
    "returns": {
        "source_id": "R-536365-1",
        "order": {"source_id": "536365"},
        "items": [{"source_id": "85123A", "quantity": 2, "price": 255}],
        "reason": "Arrived broken",
        "returned_at": "2026-05-01T09:30:00+03:00",
    },
    "products": {
        "source_id": "85123A",
        "name": "White hanging heart",
        "category": "Decoration",
        "categories": ["Decoration", "Valentine's Day"],
        "brand": "Robin & Wren",
        "price": 255,
    },
    "consents": {
        "customer": {"source_id": "17850"},
        "data_category": "BROWSE_HISTORY",
        "action": "granted",
        "source": "checkout",
        "source_id": "consent-9",
        "captured_at": "2026-05-01T09:30:00+03:00",
        "text": "You may use what I look at to recommend things to me.",
        "locale": "en",
        "evidence": {"page": "https://shop.example.com/checkout"},
    },
}


def _examples(name: str) -> list[OpenApiExample]:
    if name == "events":
        return event_schema.EXAMPLES
    return [OpenApiExample("Example", request_only=True, value=EXAMPLES[name])]


_ORDER = OpenApiParameter(
    "order", enum=["created_at", "-created_at"], description="Oldest first, or newest first."
)
_MISSING = {**ERRORS, 404: ErrorSerializer}
_WRITTEN = {**_MISSING, 409: ErrorSerializer}


def _write(
    operation: str,
    summary: str,
    asked: type[serializers.Serializer],
    answered: type[serializers.Serializer],
    tag: str,
    description: str = "",
) -> Any:
    """A call that tells of one thing."""
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=description,
        request=asked,
        parameters=IDEMPOTENCY,
        responses={200: answered, **_WRITTEN},
        examples=_examples(tag) if operation.startswith(("create", "track", "record")) else [],
        tags=[tag.title()],
    )


def _read(operation: str, summary: str, answered: type[serializers.Serializer], tag: str) -> Any:
    return extend_schema(
        operation_id=operation,
        summary=summary,
        responses={200: answered, **_MISSING},
        tags=[tag.title()],
    )


def _list(name: str, row: type[serializers.Serializer], more: Any = ()) -> Any:
    return extend_schema(
        operation_id=f"list_{name}",
        summary=f"List {name}",
        description="In the order in which we learned of them.",
        parameters=[*PAGING, _ORDER, *more],
        responses={200: _list_of(name, row), **ERRORS},
        tags=[name.title()],
    )


def batch(name: str, item: type[serializers.Serializer]) -> Any:
    """Up to 1,000 items of one kind, each with a result of its own."""
    return extend_schema(
        operation_id=f"batch_{name}",
        summary=f"Send up to 1,000 {name}",
        description=(
            "Each item is as in the call for one. The answer has a result for each, in their "
            "order; a rejected one does not keep the others out."
        ),
        request=inline_serializer(f"{name.title()}Batch", {"items": item(many=True)}),
        parameters=IDEMPOTENCY,
        responses={200: ResultsOut, **ERRORS, 409: ErrorSerializer},
        examples=[OpenApiExample("Example", request_only=True, value={"items": [EXAMPLES[name]]})],
        tags=[name.title()],
    )


create_customer = _write(
    "create_customer",
    "Create or change a customer",
    CustomerTold,
    CustomerOut,
    "customers",
    "By source_id: who is known is changed, who is not is created.",
)
update_customer = _write(
    "update_customer", "Change a customer", CustomerTold, CustomerOut, "customers"
)
get_record = extend_schema(
    operation_id="get_customer_record",
    summary="Get everything held on a customer",
    description=(
        "For the person's right of access: rows by kind, amounts as decimal text, times in UTC. "
        "Each call is logged."
    ),
    responses={200: RECORD, **_MISSING},
    tags=["Customers"],
)
link_identity = _write(
    "link_identity",
    "Link a device, till or other identity to a customer",
    IdentityTold,
    CustomerOut,
    "customers",
    "If an anonymous customer (no profile, not known to the shop) had it, the two become one; if "
    "another known person has it, the answer is 409.",
)
get_customer = _read("get_customer", "Get a customer", CustomerOut, "customers")
list_customers = _list(
    "customers",
    CustomerOut,
    [
        OpenApiParameter("email"),
        OpenApiParameter("name", description="Any part of the name."),
        OpenApiParameter("city"),
        OpenApiParameter(
            "starting_after",
            OpenApiTypes.DATETIME,
            description=(
                "Only who was learned of before this moment (with `order=created_at` after it). "
                "`created_at` of the last one goes on there, exactly: it has more digits then. "
                "Without `page` and `starting_after_id`."
            ),
        ),
        *(
            OpenApiParameter(f"{name}[{side}]", OpenApiTypes.DATETIME)
            for name in ("created_at", "updated_at")
            for side in ("before", "after")
        ),
    ],
)
create_order = _write(
    "create_order",
    "Create or change an order",
    OrderTold,
    OrderOut,
    "orders",
    "By source_id. A customer who is not known is created.",
)
update_order = _write("update_order", "Change an order", OrderTold, OrderOut, "orders")
get_order = _read("get_order", "Get an order", OrderOut, "orders")
list_orders = _list("orders", OrderOut)
create_return = _write(
    "create_return",
    "Record or correct a return",
    ReturnTold,
    ReturnOut,
    "returns",
    "Ours. By source_id. The order may be one that we learn of later; what finds nothing that was "
    "bought is kept and shown as unmatched.",
)
get_return = _read("get_return", "Get a return", ReturnOut, "returns")
list_returns = extend_schema(
    operation_id="list_returns",
    summary="List returns",
    description="Newest first.",
    parameters=[
        *PAGING,
        OpenApiParameter("customer", description="Only this customer's: our id or the shop's."),
    ],
    responses={200: _list_of("returns", ReturnOut), **_MISSING},
    tags=["Returns"],
)
create_product = _write(
    "create_product",
    "Create or change a product",
    ProductTold,
    ProductOut,
    "products",
    "By source_id.",
)
update_product = _write("update_product", "Change a product", ProductTold, ProductOut, "products")
get_product = _read("get_product", "Get a product", ProductOut, "products")
list_products = _list("products", ProductOut)
delete_product = extend_schema(
    operation_id="delete_product",
    summary="Delete a product",
    description="With its variants. One that orders, returns or events name stays: 409.",
    parameters=[*IDEMPOTENCY, OpenApiParameter("force", description="Makes no difference here.")],
    responses={204: None, **_WRITTEN},
    tags=["Products"],
)
track_event = _write(
    "track_event",
    "Report an event",
    EventTold,
    EventOut,
    "events",
    event_schema.DESCRIPTION,
)
client_track_event = extend_schema(
    operation_id="client_track_event",
    summary="Report an event",
    description="From a page of the shop, with a publishable key and one of its origins.",
    request=EventTold,
    parameters=IDEMPOTENCY,
    responses={200: EventOut, **_WRITTEN},
    tags=["The shop's pages"],
)
record_consent = _write("record_consent", "Record a consent", ConsentTold, ConsentOut, "consents")
create_consent = extend_schema(
    operation_id="create_customer_consent",
    summary="Record a consent of this customer",
    request=ConsentFields,
    parameters=IDEMPOTENCY,
    responses={200: ConsentOut, **_WRITTEN},
    tags=["Consents"],
)
