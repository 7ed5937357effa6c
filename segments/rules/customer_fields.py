"""The fields of customers and their orders, and how each becomes SQL."""

from collections.abc import Mapping

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from config.shared.zones import is_country
from customers.models import DataCategory
from segments.rules.binding import Binder
from segments.rules.fields import Field, Predicate, Seen, register
from segments.rules.tree import Condition

COMPARISON = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_STANDING = "o.status IN ('PAID', 'FULFILLED')"


def _locale() -> Locale:
    return Locale.parse(translation.get_language() or "en", sep="-")


def countries() -> Mapping[str, str]:
    """ISO 3166 codes with names in the reader's language."""
    return {code: name for code, name in _locale().territories.items() if is_country(code)}


def languages() -> Mapping[str, str]:
    """ISO 639 codes with names in the reader's language."""
    return {code: name for code, name in _locale().languages.items() if len(code) == 2}


def _column_choice(column: str) -> Predicate:
    """Comparisons of a text column where the empty text means: not known."""

    def predicate(condition: Condition, binder: Binder) -> str:
        match condition.cmp:
            case "empty":
                return f"{column} = ''"
            case "not_empty":
                return f"{column} <> ''"
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        word = "= ANY" if condition.cmp in {"is", "in"} else "<> ALL"
        return f"{column} {word} ({binder.value(values)}::text[])"

    return predicate


def _moment(expression: str) -> Predicate:
    """Comparisons of a moment that may be NULL; days are days on the customer's own clock."""

    def predicate(condition: Condition, binder: Binder) -> str:
        match condition.cmp:
            case "empty":
                return f"{expression} IS NULL"
            case "not_empty":
                return f"{expression} IS NOT NULL"
            case "in_last":
                start = binder.ago(*condition.value)
                end = f"{binder.value(binder.at)}::timestamptz"
                inside = f"{expression} >= {start} AND {expression} <= {end}"
            case "more_than_ago":
                inside = f"{expression} < {binder.ago(*condition.value)}"
            case "before":
                inside = f"{expression} < {binder.start_of(condition.value)}"
            case "after":
                inside = f"{expression} >= {binder.start_of(condition.value, plus_days=1)}"
            case _:  # on
                inside = (
                    f"{expression} >= {binder.start_of(condition.value)}"
                    f" AND {expression} < {binder.start_of(condition.value, plus_days=1)}"
                )
        return f"coalesce({inside}, FALSE)"

    return predicate


def _orders(condition: Condition, binder: Binder, *, joins: str = "", extra: str = "") -> str:
    """FROM and WHERE of a customer's standing orders up to the moment asked about.

    Without the link to `c`: the caller adds it, or groups by `i.customer_id`.
    """
    window = ""
    if condition.within:
        window = f" AND o.placed_at >= {binder.ago(condition.within.count, condition.within.unit)}"
    return (
        f"FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id {joins}"
        f" WHERE {_STANDING} AND o.placed_at <= {binder.value(binder.at)}{window}{extra}"
    )


def _of_currency(condition: Condition, binder: Binder) -> str:
    return f" AND o.currency = {binder.value(condition.currency)}" if condition.currency else ""


def _compared(condition: Condition, aggregate: str, binder: Binder) -> tuple[str, bool]:
    """The comparison in SQL, and whether a customer without any order satisfies it (value 0)."""
    if condition.cmp == "between":
        low, high = condition.value
        return (
            f"{aggregate} BETWEEN {binder.value(low)} AND {binder.value(high)}",
            low <= 0 <= high,
        )
    zero_satisfies = {
        "eq": condition.value == 0,
        "ne": condition.value != 0,
        "lt": condition.value > 0,
        "lte": condition.value >= 0,
        "gt": condition.value < 0,
        "gte": condition.value <= 0,
    }[condition.cmp]
    sql = f"{aggregate} {COMPARISON[condition.cmp]} {binder.value(condition.value)}"
    return sql, zero_satisfies


def _aggregated(aggregate: str) -> Predicate:
    """Comparisons of a count or sum over orders, 0 where there is none.

    One grouping of the fact table. Where zero satisfies the comparison the complement is grouped,
    so that customers without orders are in without being visited. A window counted in local days
    needs each customer's zone, so there the subquery is correlated.
    """

    def predicate(condition: Condition, binder: Binder) -> str:
        orders = _orders(condition, binder, extra=_of_currency(condition, binder))
        compared, zero_satisfies = _compared(condition, aggregate, binder)
        if binder.few or (condition.within and condition.within.unit != "hour"):
            return f"(SELECT {_with_zero(compared, aggregate)} {orders} AND i.customer_id = c.id)"
        if zero_satisfies:
            return f"c.id NOT IN (SELECT i.customer_id {orders} GROUP BY 1 HAVING NOT ({compared}))"
        return f"c.id IN (SELECT i.customer_id {orders} GROUP BY 1 HAVING {compared})"

    return predicate


def _with_zero(compared: str, aggregate: str) -> str:
    return compared.replace(aggregate, f"coalesce({aggregate}, 0)", 1)


def _aggregate_seen(aggregate: str) -> Seen:
    def seen(condition: Condition, binder: Binder) -> str:
        orders = _orders(condition, binder, extra=_of_currency(condition, binder))
        return f"(SELECT coalesce({aggregate}, 0)::text {orders} AND i.customer_id = c.id)"

    return seen


def _last_order(condition: Condition, binder: Binder) -> str:
    return f"(SELECT max(o.placed_at) {_orders(condition, binder)} AND i.customer_id = c.id)"


def _last_order_predicate(condition: Condition, binder: Binder) -> str:
    return _moment(_last_order(condition, binder))(condition, binder)


_LINES = """JOIN customers_orderline l ON l.order_id = o.id
    JOIN customers_product p ON p.id = l.product_id"""


def _bought(condition: Condition, binder: Binder) -> str:
    wanted = f" AND p.source_id = ANY({binder.value(condition.value)}::text[]) AND l.quantity > 0"
    orders = _orders(condition, binder, joins=_LINES, extra=wanted)
    word = "EXISTS" if condition.cmp == "in" else "NOT EXISTS"
    return f"{word} (SELECT 1 {orders} AND i.customer_id = c.id)"


def _bought_seen(condition: Condition, binder: Binder) -> str:
    wanted = f" AND p.source_id = ANY({binder.value(condition.value)}::text[]) AND l.quantity > 0"
    orders = _orders(condition, binder, joins=_LINES, extra=wanted)
    return f"(SELECT string_agg(DISTINCT p.source_id, ', ') {orders} AND i.customer_id = c.id)"


def _email_allowed(condition: Condition, binder: Binder) -> str:
    exists = (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        " AND s.purpose = 'marketing' AND s.channel = 'email' AND s.allowed"
        f" AND (s.valid_until IS NULL OR s.valid_until > {binder.value(binder.at)}))"
    )
    return exists if condition.value else f"NOT {exists}"


def register_all() -> None:
    """Called once, when the app is ready."""
    for field in (
        Field(
            "profile.country",
            _("country"),
            "choice",
            DataCategory.PROFILE,
            _column_choice("c.country"),
            lambda _condition, _binder: "c.country",
            choices=countries,
        ),
        Field(
            "profile.language",
            _("language"),
            "choice",
            DataCategory.PROFILE,
            _column_choice("c.language"),
            lambda _condition, _binder: "c.language",
            choices=languages,
        ),
        Field(
            "profile.signed_up",
            _("sign-up"),
            "date",
            DataCategory.PROFILE,
            _moment("c.signed_up_at"),
            lambda _condition, _binder: "c.signed_up_at::text",
        ),
        Field(
            "consent.email",
            _("may be written to by e-mail"),
            "boolean",
            DataCategory.PROFILE,
            _email_allowed,
            lambda condition, binder: f"({_email_allowed(condition, binder)})::text",
        ),
        Field(
            "orders.count",
            _("number of orders"),
            "number",
            DataCategory.PURCHASE_HISTORY,
            _aggregated("count(*)"),
            _aggregate_seen("count(*)"),
            windowed=True,
        ),
        Field(
            "orders.sum",
            _("sum of orders"),
            "money",
            DataCategory.PURCHASE_HISTORY,
            _aggregated("sum(o.amount)"),
            _aggregate_seen("sum(o.amount)"),
            windowed=True,
        ),
        Field(
            "orders.last",
            _("last order"),
            "date",
            DataCategory.PURCHASE_HISTORY,
            _last_order_predicate,
            lambda condition, binder: f"{_last_order(condition, binder)}::text",
        ),
        Field(
            "product.bought",
            _("bought"),
            "product",
            DataCategory.PURCHASE_HISTORY,
            _bought,
            _bought_seen,
            windowed=True,
        ),
    ):
        register(field)
