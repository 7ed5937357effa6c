"""How a customer usually buys.

Of the present it is answered from the projection that is kept with every order; of the past from
orders and returns up to then (`customers.purchase_sums`), where more was recorded since. Whether an
order stands, and the edges of the price bands, are as of now.
"""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory, ProductCategory
from customers.purchase_sums import sums_then
from customers.selectors import zones_of_customers
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
_MAIN_TOTAL: Final = """(
SELECT t.amount, t.discount_amount FROM customers_purchasetotal t WHERE t.customer_id = c.id
ORDER BY t.orders_count DESC, t.currency COLLATE "C" LIMIT 1)"""
_DISCOUNT_SHARE: Final = (
    "round(100.0 * {row}.discount_amount / nullif({row}.amount + {row}.discount_amount, 0), 2)"
)
_EXPECTED_NEXT: Final = "{row}.last_order_at + {row}.usual_interval_days * interval '1 day'"
# What became sensitive is known to no rule, also before everything was added up anew.
_FAVOURITE: Final = """CASE WHEN {row}.favourite_category <> ALL (ARRAY(
SELECT name FROM customers_productcategory WHERE is_sensitive)) THEN {row}.favourite_category END"""


def _bands() -> Mapping[str, Promise]:
    return BANDS


def _categories() -> Mapping[str, str]:
    """Categories that may be used, by name."""
    names = ProductCategory.objects.filter(is_sensitive=False).values_list("name", flat=True)
    return {name: name for name in names}


def _then(binder: Binder) -> str:
    """The alias of how they bought up to the moment, for those who did more since."""
    return binder.join(
        "habit_then",
        lambda: f"({sums_then(at=binder.now(), zones=zones_of_customers(), bound=binder.value)})",
    )


def _kept(template: str, binder: Binder) -> str:
    habit = binder.join("habit", lambda: "customers_purchaseprofile")
    return template.format(row=habit)


def _kept_share(template: str, _binder: Binder) -> str:
    return f"(SELECT {template.format(row='t')} FROM {_MAIN_TOTAL} t)"


def _valued(template: str, binder: Binder, kept: Callable[[str, Binder], str]) -> str:
    """The value of `template` over the row of sums that answers for the moment asked about."""
    if not binder.is_past:
        return kept(template, binder)
    then = _then(binder)
    return (
        f"CASE WHEN {then}.customer_id IS NULL THEN {kept(template, binder)}"
        f" ELSE {template.format(row=then)} END"
    )


def _band(expression: str) -> Predicate:
    """A price band, compared as the number that it is, so that a column's statistics serve."""

    def predicate(condition: Condition, binder: Binder) -> str:
        match condition.cmp:
            case "empty":
                return f"({expression}) IS NULL"
            case "not_empty":
                return f"({expression}) IS NOT NULL"
        wanted = condition.value if isinstance(condition.value, list) else [condition.value]
        numbers = binder.value([int(band) for band in wanted if band in BANDS])
        found = expressions.sure(expression, f"{expression} = ANY ({numbers}::smallint[])")
        return found if condition.cmp in {"is", "in"} else f"NOT {found}"

    return predicate


_COMPARING: Final[Mapping[str, Callable[[str], Predicate]]] = {
    "number": expressions.number,
    "choice": expressions.choice,
    "datetime": expressions.moment,
}


def _field(
    field_id: str,
    label: Promise,
    kind: str,
    template: str,
    *,
    choices: Choices | None = None,
    search: Search | None = None,
    kept: Callable[[str, Binder], str] = _kept,
    comparing: Callable[[str], Predicate] | None = None,
) -> Field:
    def predicate(condition: Condition, binder: Binder) -> str:
        compared = comparing or _COMPARING[kind]
        return compared(_valued(template, binder, kept))(condition, binder)

    def seen(_condition: Condition, binder: Binder) -> str:
        return f"({_valued(template, binder, kept)})::text"

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if kind != "datetime":
            return None
        return passing.of_moment(_valued(template, binder, kept), condition, binder)

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
            "{row}.usual_interval_days",
        ),
        _field("orders.expected_next", _("next order expected"), "datetime", _EXPECTED_NEXT),
        _field(
            "orders.discount_share",
            _("share of discounts in percent"),
            "number",
            _DISCOUNT_SHARE,
            kept=_kept_share,
        ),
        _field(
            "product.favourite_category",
            _("favourite category"),
            "choice",
            _FAVOURITE,
            choices=_categories,
            search=CATEGORIES,
        ),
        _field(
            "product.price_band",
            _("price band"),
            "choice",
            "{row}.price_band",
            choices=_bands,
            comparing=_band,
        ),
    ):
        register(field)
