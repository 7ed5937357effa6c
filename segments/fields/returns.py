"""What of the orders was kept: cancelled orders, returns, net spend, units.

Orders that were cancelled are those cancelled by now: when that was told is not kept. Returns count
from the day they came back.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.fields.facts import HARMLESS, ORDER_DETAILS, ORDER_TOTAL, PRODUCT_DETAILS
from segments.rules import counting, dated, expressions, passing
from segments.rules.binding import Binder
from segments.rules.fact_fields import About
from segments.rules.fields import Coming, Detail, register
from segments.rules.sums import Facts
from segments.rules.tree import Condition

_KEPT_ORDERS: Final = "o.status IN ('PAID', 'FULFILLED')"
_OWNER: Final = "i.customer_id"
_LINES: Final = """SELECT 1 FROM {lines} JOIN customers_product p ON p.id = l.product_id
WHERE {of} AND {harmless} AND {asked}"""


def _with_lines(
    details: Mapping[str, Detail], lines: str, of: str, condition: Condition, binder: Binder
) -> list[str]:
    """What `where` asks: of the document itself, and of one and the same of its lines."""
    asked = [
        details[one.field].predicate(one, binder)
        for one in condition.where
        if one.field in PRODUCT_DETAILS
    ]
    parts = [
        details[one.field].predicate(one, binder)
        for one in condition.where
        if one.field not in PRODUCT_DETAILS
    ]
    if asked:
        found = _LINES.format(lines=lines, of=of, harmless=HARMLESS, asked=" AND ".join(asked))
        parts.append(f"EXISTS ({found})")
    return parts


def _currency(column: str, condition: Condition, binder: Binder) -> list[str]:
    return [f"{column} = {binder.value(condition.currency)}"] if condition.currency else []


_CANCEL_REASON: Final = Detail(
    "order.cancel_reason",
    _("reason of the cancellation"),
    "text",
    expressions.text("o.cancel_reason"),
)
_OF_CANCELLED: Final = {**ORDER_DETAILS, _CANCEL_REASON.id: _CANCEL_REASON}
_RETURN_REASON: Final = Detail(
    "return.reason", _("reason of the return"), "text", expressions.text("r.reason")
)
_OF_RETURN: Final = {_RETURN_REASON.id: _RETURN_REASON, **PRODUCT_DETAILS}
_OF_LINE: Final = {"order.is_gift": ORDER_DETAILS["order.is_gift"], **PRODUCT_DETAILS}

_CANCELLED: Final = Facts(
    "customers_order o JOIN customers_identity i ON i.id = o.identity_id",
    _OWNER,
    "o.placed_at",
    lambda condition, binder: [
        "o.status = 'CANCELED'",
        *_with_lines(
            _OF_CANCELLED,
            "customers_orderline l",
            "l.order_id = o.id AND l.quantity > 0",
            condition,
            binder,
        ),
    ],
)
_RETURNS: Final = Facts(
    "customers_return r JOIN customers_identity i ON i.id = r.identity_id",
    _OWNER,
    "r.returned_at",
    lambda condition, binder: [
        *_currency("r.currency", condition, binder),
        *_with_lines(
            _OF_RETURN, "customers_returnline l", "l.document_id = r.id", condition, binder
        ),
    ],
)
_UNITS: Final = Facts(
    "customers_order o JOIN customers_identity i ON i.id = o.identity_id"
    " JOIN customers_orderline l ON l.order_id = o.id"
    " JOIN customers_product p ON p.id = l.product_id",
    _OWNER,
    "o.placed_at",
    lambda condition, binder: [
        _KEPT_ORDERS,
        "l.quantity > 0",
        HARMLESS,
        *(_OF_LINE[one.field].predicate(one, binder) for one in condition.where),
    ],
)

# Net spend is what orders asked for, less what came back. What came back of an order that does not
# stand was not counted as spent either.
_SPENT: Final = Facts(
    "customers_order o JOIN customers_identity i ON i.id = o.identity_id",
    _OWNER,
    "o.placed_at",
    lambda condition, binder: [_KEPT_ORDERS, *_currency("o.currency", condition, binder)],
)
_GIVEN_BACK: Final = Facts(
    "customers_return r JOIN customers_identity i ON i.id = r.identity_id",
    _OWNER,
    "r.returned_at",
    lambda condition, binder: _currency("r.currency", condition, binder),
)
_OF_NO_ORDER: Final = Facts(
    "customers_return r JOIN customers_identity i ON i.id = r.identity_id"
    " JOIN customers_returnline rl ON rl.document_id = r.id"
    " JOIN customers_returnmatch m ON m.return_line_id = rl.id"
    " JOIN customers_orderline l ON l.id = m.order_line_id"
    " JOIN customers_order o ON o.id = l.order_id",
    _OWNER,
    "r.returned_at",
    lambda condition, binder: [
        f"NOT {_KEPT_ORDERS}",
        *_currency("r.currency", condition, binder),
    ],
)
_COMING_ORDER: Final = _SPENT.coming("coming_trade")
_COMING_RETURN: Final = _GIVEN_BACK.coming("coming_return")
_NET: Final = (
    (_SPENT, ORDER_TOTAL),
    (_GIVEN_BACK, "-r.amount"),
    (_OF_NO_ORDER, "div(rl.amount::numeric * m.quantity, rl.quantity)"),
)


def _net_of_one(condition: Condition, binder: Binder) -> str:
    """Net spend of the customer `c`, minor units."""
    parts = [
        f"coalesce((SELECT sum({amount}) {facts.of(condition, binder)}), 0)"
        for facts, amount in _NET
    ]
    return f"({' + '.join(parts)})"


def _net(condition: Condition, binder: Binder) -> str:
    if binder.looks_up(condition.path):
        return counting.from_zero(condition, binder, _net_of_one(condition, binder))
    rows = " UNION ALL ".join(
        f"SELECT {facts.owner} AS customer_id, {amount} AS amount"
        f" {facts.asked(condition, binder)(True)}"
        for facts, amount in _NET
    )
    table = f"SELECT x.customer_id, sum(x.amount) AS value FROM ({rows}) x GROUP BY 1"
    alias = binder.join_grouped(condition.path, table)
    return counting.from_zero(condition, binder, f"{alias}.value")


def _net_moves(condition: Condition, binder: Binder) -> str | None:
    return passing.soonest(
        *(dated.total_of(facts.dated)(condition, binder) for facts, _amount in _NET)
    )


def _coming_trade(condition: Condition, binder: Binder) -> str:
    return f"LEAST({_COMING_ORDER(condition, binder)}, {_COMING_RETURN(condition, binder)})"


def _about(facts: Facts, details: Mapping[str, Detail], coming: Coming) -> About:
    return About(facts, DataCategory.PURCHASE_HISTORY, details, coming)


def register_fields() -> None:
    returned = _about(_RETURNS, _OF_RETURN, _COMING_RETURN)
    for field in (
        _about(_SPENT, {}, _coming_trade).field(
            "orders.net",
            _("net spend (after cancellations and returns)"),
            "money",
            _net,
            lambda condition, binder: f"{_net_of_one(condition, binder)}::text",
            _net_moves,
        ),
        _about(_CANCELLED, _OF_CANCELLED, _COMING_ORDER).count(
            "orders.cancelled", _("number of cancelled orders")
        ),
        returned.count("orders.returns", _("number of returns")),
        returned.total("orders.returned", _("sum of returns"), "r.amount"),
        returned.last("orders.last_return", _("last return")),
        _about(_UNITS, _OF_LINE, _COMING_ORDER).total(
            "product.units", _("units bought"), "l.quantity", kind="count"
        ),
    ):
        register(field)
