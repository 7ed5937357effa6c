"""What customers bought, added up: made from orders, lines and returns by one statement.

A write and a rebuild run the same statement, so they cannot differ.
"""

from collections.abc import Callable, Collection
from typing import Final

from django.db import connection, transaction

from config.shared.offsets import offset_columns

from .locking import lock_customers

CUSTOMERS_AT_ONCE: Final = 1_000

Progress = Callable[[int, int], None]
"""Told, after every batch, the highest customer id done and how many customers were done."""

_ZONES = "SELECT DISTINCT zone FROM customers_customer WHERE id = ANY(%s)"

_NEXT = "SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s"

# Days are days on the customer's own clock. Taste is shaped by what was kept of orders that are no
# gifts, outside of sensitive categories: the favourites by the price of the goods kept in the
# currency that the customer orders most in, the band as the median over the lines.
#
# Nobody has statistics of intermediate results, so these are never joined with each other: a plan
# for few rows would be followed for many. What is found by key is looked up (LATERAL with LIMIT),
# what is put together is grouped.
_PROJECT = """
WITH standing AS MATERIALIZED (
    SELECT o.*, currency = first_value(currency) OVER (
               PARTITION BY customer_id ORDER BY in_currency DESC, currency COLLATE "C"
           ) AS in_main_currency
    FROM (
        SELECT i.customer_id, o.id, o.currency, o.amount + o.charges_amount AS amount, o.placed_at,
               o.is_gift, count(*) OVER (PARTITION BY i.customer_id, o.currency) AS in_currency
        FROM customers_identity i
        JOIN customers_order o ON o.identity_id = i.id
        WHERE i.customer_id = ANY(%(customers)s) AND o.status IN ('PAID', 'FULFILLED')
    ) o
), sensitive AS (
    SELECT coalesce(array_agg(name), '{}') AS names FROM customers_productcategory
    WHERE is_sensitive
), line AS MATERIALIZED (
    SELECT s.customer_id, s.currency, s.in_main_currency, s.is_gift, l.kind, l.amount,
           l.unit_amount, l.quantity - l.returned_quantity AS kept, p.category, p.brand, p.harmless
    FROM standing s
    JOIN customers_orderline l ON l.order_id = s.id
    LEFT JOIN LATERAL (
        SELECT category, brand,
               NOT categories && (SELECT names FROM sensitive)
               AND NOT category = ANY ((SELECT names FROM sensitive)::varchar[]) AS harmless
        FROM customers_product
        WHERE id = l.product_id
        LIMIT 1
    ) p ON TRUE
), given_back AS (
    SELECT i.customer_id, r.currency, sum(r.amount) AS amount
    FROM customers_identity i
    JOIN customers_return r ON r.identity_id = i.id
    WHERE i.customer_id = ANY(%(customers)s)
    GROUP BY 1, 2
    UNION ALL
    -- What came back of an order that does not stand is not counted as bought either.
    SELECT i.customer_id, r.currency, -sum(div(rl.amount::numeric * m.quantity, rl.quantity))
    FROM customers_identity i
    JOIN customers_return r ON r.identity_id = i.id
    JOIN customers_returnline rl ON rl.document_id = r.id
    JOIN customers_returnmatch m ON m.return_line_id = rl.id
    JOIN customers_orderline l ON l.id = m.order_line_id
    JOIN customers_order o ON o.id = l.order_id
    WHERE i.customer_id = ANY(%(customers)s) AND o.status NOT IN ('PAID', 'FULFILLED')
    GROUP BY 1, 2
), total AS MATERIALIZED (
    SELECT customer_id, currency, sum(orders)::integer AS orders_count,
           sum(amount)::bigint AS amount, sum(returned)::bigint AS returned_amount,
           sum(discount)::bigint AS discount_amount
    FROM (
        SELECT customer_id, currency, 1 AS orders, amount, 0 AS returned, 0 AS discount
        FROM standing
        UNION ALL
        SELECT customer_id, currency, 0, 0, amount, 0 FROM given_back
        UNION ALL
        SELECT customer_id, currency, 0, 0, 0, -amount FROM line WHERE kind = 'discount'
    ) part
    GROUP BY 1, 2
    HAVING sum(orders) > 0 OR sum(returned) <> 0
), clock AS (
    SELECT zone, array_agg(starts ORDER BY starts) AS starts,
           array_agg(seconds ORDER BY starts) AS seconds
    FROM unnest(%(zones)s::text[], %(starts)s::timestamptz[], %(seconds)s::integer[])
        AS change (zone, starts, seconds)
    GROUP BY zone
), visit AS (
    SELECT DISTINCT s.customer_id,
           floor((extract(epoch FROM s.placed_at)
                  + clock.seconds[width_bucket(s.placed_at, clock.starts)]) / 86400) AS day
    FROM standing s
    CROSS JOIN LATERAL (
        SELECT zone FROM customers_customer WHERE id = s.customer_id LIMIT 1
    ) c
    JOIN clock ON clock.zone = c.zone
), pause AS (
    SELECT customer_id, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS days
    FROM visit
), usual AS (
    SELECT customer_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY days::float8) AS days
    FROM pause
    WHERE days IS NOT NULL
    GROUP BY 1
), kept AS MATERIALIZED (
    SELECT customer_id, currency, in_main_currency, category, brand, unit_amount, kept
    FROM line
    WHERE kind = 'product' AND kept > 0 AND NOT is_gift AND harmless
), favourite_category AS (
    SELECT DISTINCT ON (customer_id) customer_id, category AS name
    FROM kept
    WHERE in_main_currency AND category <> ''
    GROUP BY customer_id, category
    ORDER BY customer_id, sum(unit_amount * kept) DESC, sum(kept) DESC, category COLLATE "C"
), favourite_brand AS (
    SELECT DISTINCT ON (customer_id) customer_id, brand AS name
    FROM kept
    WHERE in_main_currency AND brand <> ''
    GROUP BY customer_id, brand
    ORDER BY customer_id, sum(unit_amount * kept) DESC, sum(kept) DESC, brand COLLATE "C"
), band AS (
    SELECT k.customer_id,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY
               1 + (k.unit_amount > s.p20)::int + (k.unit_amount > s.p40)::int
                 + (k.unit_amount > s.p60)::int + (k.unit_amount > s.p80)::int
           ) AS number
    FROM kept k
    CROSS JOIN LATERAL (
        SELECT * FROM customers_pricescale
        WHERE category = k.category AND currency = k.currency
        LIMIT 1
    ) s
    GROUP BY 1
), profile AS (
    SELECT customer_id, max(orders_count) AS orders_count, min(first_order_at) AS first_order_at,
           max(last_order_at) AS last_order_at, max(usual) AS usual,
           coalesce(max(category), '') AS category, coalesce(max(brand), '') AS brand,
           max(band) AS band
    FROM (
        SELECT customer_id, count(*)::integer AS orders_count, min(placed_at) AS first_order_at,
               max(placed_at) AS last_order_at, NULL::float8 AS usual, NULL AS category,
               NULL AS brand, NULL::integer AS band
        FROM standing GROUP BY 1
        UNION ALL
        SELECT customer_id, NULL, NULL, NULL, days, NULL, NULL, NULL FROM usual
        UNION ALL
        SELECT customer_id, NULL, NULL, NULL, NULL, name, NULL, NULL FROM favourite_category
        UNION ALL
        SELECT customer_id, NULL, NULL, NULL, NULL, NULL, name, NULL FROM favourite_brand
        UNION ALL
        SELECT customer_id, NULL, NULL, NULL, NULL, NULL, NULL, number FROM band
    ) part
    GROUP BY 1
), gone_totals AS (
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
