"""How a customer usually buys, from the projection that is kept with every order.

These are of now, whatever moment a rule asks about: what they are made from is not kept by day.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory, ProductCategory
from segments.fields.pickers import CATEGORIES
from segments.rules import expressions, passing
from segments.rules.binding import Binder
from segments.rules.fields import Choices, Field, Predicate, register
from segments.rules.search import Search
from segments.rules.tree import Condition

BANDS: Final[dict[str, Promise]] = {
    "1": _("economy"),
    "2": _("value"),
    "3": _("middle"),
    "4": _("premium"),
    "5": _("luxury"),
}

# The share in the currency that the customer orders most in.
_DISCOUNT_SHARE: Final = """(
SELECT round(100.0 * t.discount_amount / nullif(t.amount + t.discount_amount, 0), 2)
FROM customers_purchasetotal t WHERE t.customer_id = c.id
ORDER BY t.orders_count DESC, t.currency LIMIT 1)"""


def _bands() -> Mapping[str, Promise]:
    return BANDS


def _categories() -> Mapping[str, str]:
    """Categories that may be used, by name."""
    names = ProductCategory.objects.filter(is_sensitive=False).values_list("name", flat=True)
    return {name: name for name in names}


def _habits(binder: Binder) -> str:
    return binder.join("habit", lambda: "customers_purchaseprofile")


def _of_profile(template: str, compare: str) -> tuple[Predicate, Predicate]:
    """Predicate and shown value of an expression over the projection."""
    comparing = {
        "number": expressions.number,
        "choice": expressions.choice,
        "moment": expressions.moment,
    }[compare]

    def predicate(condition: Condition, binder: Binder) -> str:
        return comparing(template.format(habit=_habits(binder)))(condition, binder)

    def seen(_condition: Condition, binder: Binder) -> str:
        return f"({template.format(habit=_habits(binder))})::text"

    return predicate, seen


def _field(
    field_id: str,
    label: Promise,
    kind: str,
    template: str,
    compare: str,
    choices: Choices | None = None,
    search: Search | None = None,
) -> Field:
    predicate, seen = _of_profile(template, compare)

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if compare != "moment":
            return None
        return passing.of_moment(template.format(habit=_habits(binder)), condition, binder)

    return Field(
        field_id,
        label,
        kind,
        DataCategory.PURCHASE_HISTORY,
        predicate,
        seen,
        choices=choices,
        search=search,
        wakes=wakes,
    )


def register_fields() -> None:
    for field in (
        _field(
            "orders.usual_interval",
            _("usual days between orders"),
            "number",
            "{habit}.usual_interval_days",
            "number",
        ),
        _field(
            "orders.expected_next",
            _("next order expected"),
            "datetime",
            "{habit}.last_order_at + {habit}.usual_interval_days * interval '1 day'",
            "moment",
        ),
        Field(
            "orders.discount_share",
            _("share of discounts in percent"),
            "number",
            DataCategory.PURCHASE_HISTORY,
            expressions.number(_DISCOUNT_SHARE),
            expressions.shown(_DISCOUNT_SHARE),
            wakes=passing.never,
        ),
        _field(
            "product.favourite_category",
            _("favourite category"),
            "choice",
            "{habit}.favourite_category",
            "choice",
            _categories,
            CATEGORIES,
        ),
        _field(
            "product.price_band",
            _("price band"),
            "choice",
            "{habit}.price_band::text",
            "choice",
            _bands,
        ),
    ):
        register(field)
