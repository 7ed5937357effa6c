"""What a customer did in the shop: how often an event happened, narrowed by its properties."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.data_use import CATEGORY_OF_EVENT, category_of_event
from customers.models import DataCategory
from segments.fields.facts import HARMLESS, PRODUCT_DETAILS, in_window, property_detail
from segments.rules import dated
from segments.rules.binding import Binder
from segments.rules.counting import counted
from segments.rules.fields import Detail, Family, Field, register_family
from segments.rules.tree import Condition

_COMING = dated.coming(
    "coming_event",
    "FROM customers_event e JOIN customers_identity i ON i.id = e.identity_id WHERE TRUE",
    "e.occurred_at",
)
NAMES: dict[str, Promise] = {
    "page_viewed": _("viewed a page"),
    "product_viewed": _("viewed a product"),
    "searched": _("searched"),
    "cart_updated": _("changed the cart"),
    "checkout_started": _("began to check out"),
    "store_visit": _("visited a store"),
    "complaint_filed": _("complained"),
    "review": _("wrote a review"),
}
LONGEST_NAME = 300
_KIND = "event.data"


def _kinds() -> dict[str, str | Promise]:
    return dict(DataCategory.choices)


def _meant(name: str, condition: Condition) -> frozenset[DataCategory]:
    """The kinds of data that a condition looks at: those of the name, or those that it says.

    An event of the shop's own is what the shop said it is, each time; who asks about it says which
    kind is meant, and needs the permission for that kind only.
    """
    meant = frozenset({category_of_event(name)})
    said = [one for one in condition.where if one.field == _KIND]
    if not said:
        return meant
    found = frozenset(DataCategory)
    for one in said:
        named = frozenset(DataCategory(value) for value in one.value)
        found = found - named if one.cmp == "not_in" else found & named
    return found


_KIND_DETAIL = Detail(
    _KIND, _("kind of data"), "members", lambda _condition, _binder: "TRUE", choices=_kinds
)


def _field(name: str) -> Field:
    category = category_of_event(name)
    is_own = name not in CATEGORY_OF_EVENT

    def events(condition: Condition, binder: Binder, *, alone: bool = False) -> str:
        parts = [
            f"e.name = {binder.value(name)}",
            # An event that the shop told of as another kind of data needs another permission.
            f"e.data_category = ANY ({binder.value(sorted(_meant(name, condition)))}::text[])",
            *in_window("e.occurred_at", condition, binder, alone=alone),
        ]
        for one in condition.where:
            detail = PRODUCT_DETAILS.get(one.field) or property_detail(one.field)
            if detail is not None:
                parts.append(detail.predicate(one, binder))
        product = any(one.field in PRODUCT_DETAILS for one in condition.where)
        if product:
            parts.append(HARMLESS)
        join = " LEFT JOIN customers_product p ON p.id = e.product_id" if product else ""
        return (
            "FROM customers_event e JOIN customers_identity i ON i.id = e.identity_id"
            f"{join} WHERE {' AND '.join(parts)}"
        )

    def predicate(condition: Condition, binder: Binder) -> str:
        return counted(condition, binder, lambda alone: events(condition, binder, alone=alone))

    return Field(
        f"event.{name}",
        NAMES.get(name, name),
        "count",
        category,
        predicate,
        lambda condition, binder: (
            f"(SELECT count(*)::text {events(condition, binder)} AND i.customer_id = c.id)"
        ),
        windowed=True,
        nullable=False,
        details={**PRODUCT_DETAILS, _KIND: _KIND_DETAIL} if is_own else PRODUCT_DETAILS,
        more_details=property_detail,
        categories=(lambda condition: _meant(name, condition)) if is_own else None,
        wakes=dated.count_of(dated.Facts(events, "e.occurred_at")),
        coming=_COMING,
    )


def _find(name: str) -> Field | None:
    if len(name) > LONGEST_NAME or not name.isprintable():
        return None
    return _field(name)


def register_fields() -> None:
    register_family(
        Family(
            "event",
            _find,
            lambda: [_field(name) for name in CATEGORY_OF_EVENT],
            _("An event's name has 1 to 300 characters."),
            _("another event…"),
        )
    )
