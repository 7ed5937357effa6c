"""What customers bought, added up: made from orders, lines and returns by one statement.

A write and a rebuild run the same statement, so they cannot differ.
"""

from collections.abc import Callable, Collection
from typing import Final

from django.db import connection, transaction

from config.shared.offsets import offset_columns
from customers import purchase_sums

from .locking import lock_customers

CUSTOMERS_AT_ONCE: Final = 1_000

Progress = Callable[[int, int], None]
"""Told, after every batch, the highest customer id done and how many customers were done."""

_ZONES = "SELECT DISTINCT zone FROM customers_customer WHERE id = ANY(%s)"

_NEXT = "SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s"

_PROJECT = f"""
WITH {purchase_sums.NOW}, gone_totals AS (
    DELETE FROM customers_purchasetotal t
    WHERE t.customer_id = ANY(%(customers)s)
      AND (t.customer_id, t.currency) NOT IN (SELECT customer_id, currency FROM total)
), gone_profiles AS (
    DELETE FROM customers_purchaseprofile p
    WHERE p.customer_id = ANY(%(customers)s)
      AND p.customer_id NOT IN (SELECT customer_id FROM standing)
), totals AS (
    INSERT INTO customers_purchasetotal AS t (customer_id, currency, orders_count, amount,
                                              returned_amount, discount_amount)
    SELECT customer_id, currency, orders_count, amount, returned_amount, discount_amount
    FROM total
    ON CONFLICT (customer_id, currency) DO UPDATE SET
        orders_count = excluded.orders_count, amount = excluded.amount,
        returned_amount = excluded.returned_amount, discount_amount = excluded.discount_amount
    WHERE (t.orders_count, t.amount, t.returned_amount, t.discount_amount)
        <> (excluded.orders_count, excluded.amount, excluded.returned_amount,
            excluded.discount_amount)
)
INSERT INTO customers_purchaseprofile AS p (
    customer_id, orders_count, first_order_at, last_order_at, usual_interval_days,
    favourite_category, favourite_brand, price_band
)
SELECT customer_id, orders_count, first_order_at, last_order_at, usual, category, brand, band
FROM profile
ON CONFLICT (customer_id) DO UPDATE SET
    orders_count = excluded.orders_count, first_order_at = excluded.first_order_at,
    last_order_at = excluded.last_order_at, usual_interval_days = excluded.usual_interval_days,
    favourite_category = excluded.favourite_category, favourite_brand = excluded.favourite_brand,
    price_band = excluded.price_band
WHERE (p.orders_count, p.first_order_at, p.last_order_at, p.usual_interval_days,
       p.favourite_category, p.favourite_brand, p.price_band)
    IS DISTINCT FROM
      (excluded.orders_count, excluded.first_order_at, excluded.last_order_at,
       excluded.usual_interval_days, excluded.favourite_category, excluded.favourite_brand,
       excluded.price_band)
"""


def refresh(customer_ids: Collection[int]) -> None:
    """Add up anew what these customers bought, in the caller's transaction.

    To be called after every write to orders, lines, returns and matches, and after identities or a
    customer's zone changed. The caller holds the locks of the customers, else a write at the same
    moment could be missed. Two statements, none without customers.
    """
    if not customer_ids:
        return
    customers = sorted(set(customer_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ZONES, [customers])
        zones = [zone for (zone,) in cursor.fetchall()]
        cursor.execute(_PROJECT, {"customers": customers, **offset_columns(zones)})


def rebuild(
    *,
    after: int = 0,
    batch_size: int = CUSTOMERS_AT_ONCE,
    progress: Progress = lambda last, done: None,
) -> int:
    """Add up anew for everybody with an id above `after`; returns for how many.

    Killed, it goes on behind the last id that `progress` was told; starting over is harmless.
    """
    done = 0
    while True:
        last, count = rebuild_batch(after=after, batch_size=batch_size)
        if not count:
            return done
        after = last
        done += count
        progress(after, done)


def rebuild_batch(*, after: int, batch_size: int = CUSTOMERS_AT_ONCE) -> tuple[int, int]:
    """Add up anew for the next customers; returns the highest id of them and their number.

    A transaction that locks its customers, so orders may come in meanwhile.
    """
    with transaction.atomic():
        customers = _next(after, batch_size)
        lock_customers(customers)
        refresh(customers)
    return (customers[-1], len(customers)) if customers else (after, 0)


def _next(after: int, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after, count])
        return [customer for (customer,) in cursor.fetchall()]
