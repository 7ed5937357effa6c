"""Finding for every returned line the purchases it takes back, and keeping what was found."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from config.shared import clock, facts
from customers.importing.matching import Bought, GivenBack, match
from customers.models import ReturnMatch

from . import purchases
from .locking import lock_customers

CUSTOMERS_AT_ONCE = 500

_CUSTOMERS = """
SELECT DISTINCT i.customer_id
FROM customers_return r JOIN customers_identity i ON i.id = r.identity_id
WHERE i.customer_id > %s
ORDER BY i.customer_id
LIMIT %s
"""

_GIVEN_BACK = """
SELECT i.customer_id, l.id, l.product_id, l.unit_amount, r.returned_at, l.quantity, r.source_id
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
       l.returned_quantity
FROM wanted w
JOIN customers_identity i ON i.customer_id = w.customer_id
JOIN customers_order o ON o.identity_id = i.id
JOIN customers_orderline l ON l.order_id = o.id AND l.product_id = w.product_id
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
    for customer, pk, product, unit_amount, returned_at, quantity, document in cursor.fetchall():
        found[customer].append(
            GivenBack(pk, product, unit_amount, returned_at, quantity, (document, pk))
        )
    return found


def _bought(
    cursor: Any, customers: Sequence[int]
) -> tuple[dict[int, list[Bought]], dict[int, int]]:
    """The order lines that can be taken back, all units left; and what is stored as returned."""
    cursor.execute(_BOUGHT, {"customers": list(customers)})
    found: dict[int, list[Bought]] = defaultdict(list)
    stored: dict[int, int] = {}
    for customer, pk, product, unit_amount, placed_at, quantity, returned in cursor.fetchall():
        found[customer].append(Bought(pk, product, unit_amount, placed_at, quantity))
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
