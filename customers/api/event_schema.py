"""The description of events: what each well-known one says of itself, with examples."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from config.shared.api.fields import Metadata
from customers.asked import Status
from customers.models import DataCategory

_TEXT: Final = {"type": "string"}
_PRODUCT: Final = ("product", _TEXT, "the shop's code of the product")
_WORTH: Final = (
    (
        "items",
        {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
        "what is in the cart, each with `product`, `quantity` and `price`",
    ),
    ("amount", {"type": "integer"}, "what they cost together, in minor units"),
    ("currency", _TEXT, "ISO 4217"),
)
_CATEGORY: Final = ("category", _TEXT, "what the page is about, where it is no product's")
_BRAND: Final = ("brand", _TEXT, "the brand that the page is about")

# Name, type and meaning. A shop may say more, and leave out what it does not know.
PROPERTIES_OF: Final[dict[str, tuple[tuple[str, dict[str, Any], str], ...]]] = {
    "page_viewed": (
        ("url", _TEXT, "address of the page"),
        ("title", _TEXT, "its title"),
        _CATEGORY,
        _BRAND,
    ),
    "product_viewed": (_PRODUCT,),
    "searched": (
        ("query", _TEXT, "the words that were searched for"),
        ("results", {"type": "integer"}, "how many results were shown"),
    ),
    "cart_updated": (_PRODUCT, *_WORTH),
    "checkout_started": _WORTH,
    "complaint_filed": (
        ("reason", _TEXT, "what was wrong"),
        ("order", _TEXT, "the shop's number of the order"),
    ),
    "review": (
        _PRODUCT,
        ("rating", {"type": "number"}, "from 1, bad, to 5, good"),
        ("text", _TEXT, "what was written"),
    ),
    "store_visit": (("store", _TEXT, "which store"),),
}


def _described() -> dict[str, Any]:
    """Each property once, with the events that have it."""
    having: dict[str, list[str]] = {}
    types: dict[str, tuple[dict[str, Any], str]] = {}
    for event, properties in PROPERTIES_OF.items():
        for name, kind, meaning in properties:
            having.setdefault(name, []).append(event)
            types[name] = kind, meaning
    return {
        name: {**kind, "description": f"{meaning.capitalize()} ({', '.join(having[name])})."}
        for name, (kind, meaning) in types.items()
    }


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": _described(),
        "additionalProperties": {},
    }
)
class EventProperties(Metadata):
    """The shop's own values of an event; those of well-known events are described."""


def _event(name: str, source_id: str, **properties: Any) -> dict[str, Any]:
    return {
        "event": name,
        "source_id": source_id,
        "occurred_at": "2026-05-01T09:30:00+03:00",
        "customer": {"source_id": "17850"},
        "metadata": properties,
    }


_CART: Final[dict[str, Any]] = {
    "items": [{"product": "85123A", "quantity": 6, "price": 255}],
    "amount": 1530,
    "currency": "GBP",
}
EVENTS: Final[dict[str, dict[str, Any]]] = {
    "review": _event(
        "review", "review-81", product="85123A", rating=5, text="Looks lovely in the window."
    ),
    "page_viewed": _event(
        "page_viewed",
        "view-7001",
        url="https://shop.example.com/lamps",
        title="Lamps",
        category="Lighting",
    ),
    "product_viewed": _event("product_viewed", "view-7002", product="85123A"),
    "searched": _event("searched", "search-310", query="white heart", results=14),
    "cart_updated": _event("cart_updated", "cart-52", product="85123A", **_CART),
    "checkout_started": _event("checkout_started", "checkout-52", **_CART),
    "complaint_filed": _event(
        "complaint_filed", "ticket-9", reason="Arrived broken", order="536365"
    ),
    "store_visit": _event("store_visit", "visit-4", store="Kadikoy"),
    "one of your own": _event("catalogue_ordered", "catalogue-1", issue="Spring")
    | {"data_category": DataCategory.PURCHASE_HISTORY.value},
}
EXAMPLES: Final = [
    OpenApiExample(name, request_only=True, value=event) for name, event in EVENTS.items()
]

_LINES: Final = "\n".join(
    f"- `{event}`: " + ", ".join(f"`{name}`" for name, _kind, _meaning in properties)
    for event, properties in PROPERTIES_OF.items()
)
DESCRIPTION: Final = f"""An event about data whose use the customer has not allowed is refused, or \
kept without the person, as the project chose. Well-known events and what they say in `metadata`, \
beside whatever else the shop wants to say:

{_LINES}

Any other name is an event of the shop's own. Whoever is known to a device only is told of with \
`customer: {{"source": "device", "source_id": ...}}`."""


class EventCustomerOut(serializers.Serializer):
    object = serializers.ChoiceField(["customer"])
    id = serializers.CharField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    source_id = serializers.CharField(allow_null=True)


class EventOut(serializers.Serializer):
    """The event as it was told, with our id and what became of it."""

    object = serializers.ChoiceField(["event"])
    id = serializers.CharField()
    type = serializers.CharField()
    status = serializers.ChoiceField([status.value for status in Status])
    customer = EventCustomerOut()
    data_category = serializers.ChoiceField(DataCategory.values)
    occurred_at = serializers.DateTimeField()
    referral = serializers.DictField(allow_null=True)
    loyalty = serializers.DictField(allow_null=True)
    metadata = serializers.DictField()
