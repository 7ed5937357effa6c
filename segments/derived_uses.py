"""Which derived attributes the rules of segments look at, for the page that lists them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared.usages import Usage
from customers import derived
from segments.fields import interests
from segments.models import Segment

# A field that is not here looks at what was told, or at single facts.
DERIVED_OF_FIELD: Final[Mapping[str, str]] = {
    "profile.zone": "profile.zone",
    "orders.count": "purchases.count",
    "orders.first": "purchases.count",
    "orders.last": "purchases.count",
    "orders.days_since": "purchases.count",
    "orders.lifecycle": "purchases.count",
    "orders.sum": "purchases.sum",
    "orders.average": "purchases.sum",
    "orders.largest": "purchases.sum",
    "orders.net": "purchases.sum",
    "orders.discount_share": "purchases.sum",
    "orders.usual_interval": "purchases.interval",
    "orders.expected_next": "purchases.interval",
    "product.favourite_category": "purchases.favourites",
    "product.price_band": "purchases.price_band",
    **interests.DERIVED_OF_FIELD,
}


def uses() -> Mapping[str, Sequence[Usage]]:
    """The segments that use each derived attribute; one statement."""
    found: dict[str, list[Usage]] = {}
    for segment in Segment.objects.order_by("name"):
        usage = Usage(
            segment.name, _("segment"), reverse("admin:segments_segment_change", args=[segment.pk])
        )
        fields = set(fields_named(segment.rules)) & DERIVED_OF_FIELD.keys()
        for key in sorted({DERIVED_OF_FIELD[field] for field in fields}):
            found.setdefault(key, []).append(usage)
    return found


def fields_named(rules: Any) -> Iterator[str]:
    """Every field a stored rule names, also of one that cannot be read any more."""
    if isinstance(rules, dict):
        if isinstance(rules.get("field"), str):
            yield rules["field"]
        for inner in rules.values():
            yield from fields_named(inner)
    elif isinstance(rules, list):
        for inner in rules:
            yield from fields_named(inner)


def declare() -> None:
    """Called once, when the app is ready."""
    derived.register_finder(uses)
