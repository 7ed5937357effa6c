"""SQL over the orders, order lines and events of a customer, for the fields that ask about them.

Aliases: `o` order, `l` line, `p` product, `e` event, `i` identity.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.fields.pickers import BRANDS, CATEGORIES, PRODUCTS
from segments.rules import dated, expressions
from segments.rules.binding import Binder
from segments.rules.fields import Detail, Predicate
from segments.rules.tree import Condition

_STANDING: Final = "o.status IN ('PAID', 'FULFILLED')"


def _members(found: str) -> Predicate:
    """“One of” and “none of”; `found` has a place {wanted} for the array of texts."""

    def predicate(condition: Condition, binder: Binder) -> str:
        asked = found.format(wanted=binder.value(condition.value) + "::text[]")
        # Bare columns, so that indexes and statistics of products can be used.
        inside = f"(p.id IS NOT NULL AND {asked})"
        return f"NOT {inside}" if condition.cmp == "not_in" else inside

    return predicate


# What is in a sensitive category is not there for a rule; no product at all is harmless.
HARMLESS: Final = """(p.id IS NULL OR NOT p.categories && (
    SELECT coalesce(array_agg(name), '{}') FROM customers_productcategory WHERE is_sensitive
))"""
# A product is named by the shop's code or by ours; a category also where it is not the main one.
PRODUCT: Final = "(p.source_id = ANY ({wanted}) OR p.public_id = ANY ({wanted}))"
CATEGORY: Final = "(p.category = ANY ({wanted}) OR p.categories && {wanted}::varchar[])"
BRAND: Final = "p.brand = ANY ({wanted})"

_PRODUCT_DETAILS: Final = (
    Detail("product", _("product"), "members", _members(PRODUCT), search=PRODUCTS),
    Detail(
        "product.category",
        _("category of the product"),
        "members",
        _members(CATEGORY),
        search=CATEGORIES,
    ),
    Detail("product.brand", _("brand of the product"), "members", _members(BRAND), search=BRANDS),
)
PRODUCT_DETAILS: Final = {detail.id: detail for detail in _PRODUCT_DETAILS}


def _amount_in_currency(expression: str) -> Predicate:
    def predicate(condition: Condition, binder: Binder) -> str:
        if condition.cmp == "empty":
            return "FALSE"
        if condition.cmp == "not_empty":
            return "TRUE"
        asked = expressions.compared(expression, condition, binder)
        return f"(o.currency = {binder.value(condition.currency)} AND {asked})"

    return predicate


ORDER_TOTAL: Final = "(o.amount + o.charges_amount)"
_ORDER_DETAILS: Final = (
    Detail("order.amount", _("amount of the order"), "money", _amount_in_currency(ORDER_TOTAL)),
    Detail("order.is_gift", _("bought as a gift"), "boolean", expressions.boolean("o.is_gift")),
)
ORDER_DETAILS: Final[Mapping[str, Detail]] = {
    detail.id: detail for detail in (*_ORDER_DETAILS, *_PRODUCT_DETAILS)
}


def in_window(moment: str, condition: Condition, binder: Binder, *, alone: bool) -> list[str]:
    """SQL that limits the moment of a fact to those that count, to be joined by AND.

    Facts that stand alone (`alone`) are limited on the clock of the customer of `i`, else of `c`.
    """
    parts = [f"{moment} <= {binder.now()}"]
    if condition.within is None:
        return parts
    count, unit = condition.within.count, condition.within.unit
    if alone:
        return [*parts, binder.is_since(moment, count, unit, customer="i.customer_id")]
    return [*parts, binder.not_before(moment, binder.ago(count, unit))]


def currency(condition: Condition, binder: Binder) -> str:
    """SQL that limits orders to the currency of the condition; empty where it names none."""
    return f"o.currency = {binder.value(condition.currency)}" if condition.currency else ""


def orders(
    condition: Condition, binder: Binder, *, alone: bool = False, any_currency: bool = False
) -> str:
    """FROM and WHERE of standing orders up to the moment asked about, as the condition narrows
    them. Without the link to `c`: the caller adds it, or groups by `i.customer_id` (`alone`).

    Product conditions must all hold of the same position of an order.
    """
    parts = [_STANDING, *in_window("o.placed_at", condition, binder, alone=alone)]
    if condition.currency and not any_currency:
        parts.append(currency(condition, binder))
    positions = [one for one in condition.where if one.field in PRODUCT_DETAILS]
    parts += [
        ORDER_DETAILS[one.field].predicate(one, binder)
        for one in condition.where
        if one.field not in PRODUCT_DETAILS
    ]
    if positions:
        parts.append(f"EXISTS ({_positions(positions, binder)})")
    return (
        "FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id"
        f" WHERE {' AND '.join(parts)}"
    )


def _positions(positions: list[Condition], binder: Binder) -> str:
    asked = " AND ".join(PRODUCT_DETAILS[one.field].predicate(one, binder) for one in positions)
    return (
        "SELECT 1 FROM customers_orderline l JOIN customers_product p ON p.id = l.product_id"
        f" WHERE l.order_id = o.id AND l.quantity > 0 AND {HARMLESS} AND {asked}"
    )


ORDERS: Final = dated.Facts(orders, "o.placed_at")
COMING_ORDER: Final = dated.coming(
    "coming_order",
    f"FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id WHERE {_STANDING}",
    ORDERS.moment,
)


def property_detail(name: str) -> Detail | None:
    """A property of an event, `property.<key>`: text, number or yes and no as it was sent."""
    group, _dot, key = name.partition(".")
    if group != "property" or not key or len(key) > 60:
        return None

    def predicate(condition: Condition, binder: Binder) -> str:
        value = f"(e.properties -> {binder.value(key)})"
        if isinstance(condition.value, bool):
            return f"coalesce({value} = '{str(condition.value).lower()}'::jsonb, FALSE)"
        if condition.cmp in expressions.COMPARISON or condition.cmp == "between":
            number = (
                f"CASE jsonb_typeof({value}) WHEN 'number' THEN ({value} #>> '{{}}')::numeric END"
            )
            return expressions.compared(number, condition, binder)
        return expressions.text(f"({value} #>> '{{}}')")(condition, binder)

    label: str | Promise = key
    return Detail(name, label, "property", predicate)
