"""Finding for every returned line the purchases it takes back, and keeping what was found."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection, transaction

from config.shared import clock, facts
from customers.importing.matching import Bought, GivenBack, match
from customers.models import ReturnMatch

from . import purchases
from .locking import lock_customers

CUSTOMERS_AT_ONCE = 500
_ARRIVING: Final = (
    0x0BDE12  # advisory lock: orders share it, a return without its order has it alone
)

_CUSTOMERS = """
SELECT DISTINCT i.customer_id
FROM customers_return r JOIN customers_identity i ON i.id = r.identity_id
WHERE i.customer_id > %s
ORDER BY i.customer_id
LIMIT %s
"""

_GIVEN_BACK = """
SELECT i.customer_id, l.id, l.product_id, l.unit_amount, r.returned_at, l.quantity, r.source_id,
       CASE WHEN r.order_source_id = '' THEN '' ELSE r.source || ':' || r.order_source_id END
FROM customers_returnline l
JOIN customers_return r ON r.id = l.document_id
JOIN customers_identity i ON i.id = r.identity_id
WHERE i.customer_id = ANY(%(customers)s) AND l.kind = 'product'
"""

_BOUGHT = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT i.customer_id, l.product_id
    FROM customers_identity i
    JOIN customers_return r ON r.identity_id = i.id
    JOIN customers_returnline l ON l.document_id = r.id
    WHERE i.customer_id = ANY(%(customers)s) AND l.kind = 'product'
)
SELECT i.customer_id, l.id, l.product_id, l.unit_amount, o.placed_at, l.quantity,
       l.returned_quantity, o.source || ':' || o.source_id, o.status IN ('PAID', 'FULFILLED')
FROM wanted w
JOIN customers_identity i ON i.customer_id = w.customer_id
JOIN customers_order o ON o.identity_id = i.id
JOIN customers_orderline l ON l.order_id = o.id AND l.product_id = w.product_id
"""

_CLAIM = """
-- Of a return that came before its order, the currency was a guess.
UPDATE customers_return r
SET identity_id = coalesce(r.identity_id, o.identity_id), currency = o.currency
FROM customers_order o
JOIN customers_identity i ON i.id = o.identity_id
WHERE o.id = ANY(%(orders)s::bigint[])
  AND r.source = o.source AND r.order_source_id = o.source_id AND r.order_source_id <> ''
  AND (r.identity_id IS NULL OR r.identity_id IN (
      SELECT id FROM customers_identity WHERE customer_id = i.customer_id))
"""

_CLAIM_AND_TELL = f"""
WITH claimed AS ({_CLAIM} RETURNING r.identity_id)
SELECT DISTINCT i.customer_id
FROM customers_identity i
WHERE i.customer_id = ANY(%(customers)s)
  AND (EXISTS (SELECT FROM customers_return r WHERE r.identity_id = i.id)
       OR i.id IN (SELECT identity_id FROM claimed))
"""

_PART = """
WITH apart AS (
    DELETE FROM customers_returnmatch m
    USING customers_orderline l, customers_order o, customers_identity buyer,
          customers_returnline rl, customers_return r, customers_identity returner
    WHERE l.id = m.order_line_id AND o.id = l.order_id AND buyer.id = o.identity_id
      AND rl.id = m.return_line_id AND r.id = rl.document_id AND returner.id = r.identity_id
      AND buyer.customer_id = ANY(%(customers)s) AND returner.customer_id <> buyer.customer_id
    RETURNING m.order_line_id, m.quantity
)
UPDATE customers_orderline l SET returned_quantity = l.returned_quantity - part.quantity
FROM (SELECT order_line_id, sum(quantity) AS quantity FROM apart GROUP BY 1) part
WHERE l.id = part.order_line_id
"""

_FORGET = "DELETE FROM customers_returnmatch WHERE return_line_id = ANY(%s)"

_SET_RETURNED = """
UPDATE customers_orderline l SET returned_quantity = new.units
FROM unnest(%s::bigint[], %s::int[]) AS new (id, units)
WHERE l.id = new.id
"""

_SET_MATCHED = """
UPDATE customers_returnline l SET matched_quantity = new.units
FROM unnest(%s::bigint[], %s::int[]) AS new (id, units)
WHERE l.id = new.id AND l.matched_quantity <> new.units
"""


def next_customers(*, after: int) -> list[int]:
    """The next customers with returns, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, [after, CUSTOMERS_AT_ONCE])
        return [customer for (customer,) in cursor.fetchall()]


def settle_returns(*, customers: Collection[int], new_orders: Collection[int]) -> set[int]:
    """Match anew the returns that orders of these customers may belong to; whose there were any.

    A return that waited for one of these new orders takes its currency and, where it had no person
    yet, its customer. In the caller's transaction, which holds the customers' locks and announced
    the new orders with `await_returns` before it wrote them.
    """
    if not customers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_AND_TELL, {"orders": list(new_orders), "customers": list(customers)})
        concerned = sorted(customer for (customer,) in cursor.fetchall())
    if concerned:
        match_returns(customers=concerned)
    return set(concerned)


def claim_returns(*, new_orders: Collection[int]) -> None:
    """Give the returns that waited for these orders their currency and, where missing, customer.

    For whoever matches the returns of all customers afterwards; others call `settle_returns`, which
    asks for the same: locks held, orders announced with `await_returns`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"orders": list(new_orders)})


def await_returns() -> None:
    """To be called before orders are made: a return for an unknown order waits for this one.

    Otherwise an order and its return that arrive at one moment would not see each other. Orders do
    not wait for orders.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_ARRIVING])


def await_orders() -> None:
    """To be called before a return of an unknown order looks for it a last time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ARRIVING])


def part_returns(*, customers: Sequence[int]) -> None:
    """Undo matches of returns with orders of another customer, as the undo of a merge leaves them.

    The caller holds the customers locked and matches anew afterwards.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PART, {"customers": list(customers)})


def match_returns(*, customers: Sequence[int]) -> None:
    """Match all returns of these customers anew; the same rows give the same matches.

    Adds up their purchases too. Locks the customers, so that no order or return of theirs comes in
    between.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_customers(customers)
        given_back = _given_back(cursor, customers)
        bought, returned_before = _bought(cursor, customers)
        for customer, lines in given_back.items():
            match(bought[customer], lines)
        lines = [line for lines in given_back.values() for line in lines]
        cursor.execute(_FORGET, [[line.id for line in lines]])
        ReturnMatch.objects.bulk_create(
            (
                ReturnMatch(return_line_id=line.id, order_line_id=order_line, quantity=units)
                for line in lines
                for order_line, units in line.found
            ),
            batch_size=5_000,
        )
        cursor.execute(
            _SET_MATCHED,
            [[line.id for line in lines], [sum(u for _, u in line.found) for line in lines]],
        )
        _set_returned(cursor, lines, returned_before)
        purchases.refresh(customers)
        facts.record_many(kind="purchases.changed", subject_ids=customers, at=clock.now())


def _given_back(cursor: Any, customers: Sequence[int]) -> dict[int, list[GivenBack]]:
    cursor.execute(_GIVEN_BACK, {"customers": list(customers)})
    found: dict[int, list[GivenBack]] = defaultdict(list)
    for customer, pk, product, unit_amount, at, quantity, document, order in cursor.fetchall():
        found[customer].append(
            GivenBack(pk, product, unit_amount, at, quantity, (document, pk), order)
        )
    return found


def _bought(
    cursor: Any, customers: Sequence[int]
) -> tuple[dict[int, list[Bought]], dict[int, int]]:
    """The order lines that can be taken back, all units left; and what is stored as returned."""
    cursor.execute(_BOUGHT, {"customers": list(customers)})
    found: dict[int, list[Bought]] = defaultdict(list)
    stored: dict[int, int] = {}
    for customer, pk, product, unit_amount, at, quantity, returned, *order in cursor.fetchall():
        found[customer].append(Bought(pk, product, unit_amount, at, quantity, *order))
        stored[pk] = returned
    return found, stored


def _set_returned(cursor: Any, lines: Sequence[GivenBack], before: dict[int, int]) -> None:
    """Write the returned units of the order lines whose number changed."""
    returned: dict[int, int] = defaultdict(int)
    for line in lines:
        for order_line, units in line.found:
            returned[order_line] += units
    changed = {pk: returned[pk] for pk, units in before.items() if units != returned[pk]}
    cursor.execute(_SET_RETURNED, [list(changed), list(changed.values())])
