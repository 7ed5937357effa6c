"""What customers bought, added up: the SQL of the sums, as of now or of an earlier moment.

The kept projection (`customers.services.purchases`) and questions about the past are made of it, so
they cannot differ.
"""

from collections.abc import Callable
from typing import Any, Final

from config.shared.offsets import offset_columns

# Days are days on the customer's own clock. Taste is shaped by what was kept of orders that are no
# gifts, outside of sensitive categories: the favourites by the price of the goods kept in the
# currency that the customer orders most in, the band as the median over the lines.
#
# Nobody has statistics of intermediate results, so these are never joined with each other: a plan
# for few rows would be followed for many. What is found by key is looked up (LATERAL with LIMIT),
# what is put together is grouped.
_SUMS: Final = """standing AS MATERIALIZED (
    SELECT o.*, currency = first_value(currency) OVER (
               PARTITION BY customer_id ORDER BY in_currency DESC, currency COLLATE "C"
           ) AS in_main_currency
    FROM (
        SELECT i.customer_id, o.id, o.currency, o.amount + o.charges_amount AS amount, o.placed_at,
               o.is_gift, count(*) OVER (PARTITION BY i.customer_id, o.currency) AS in_currency
        FROM customers_identity i
        JOIN customers_order o ON o.identity_id = i.id
        WHERE {whose} AND o.status IN ('PAID', 'FULFILLED'){placed}
    ) o
), sensitive AS (
    SELECT coalesce(array_agg(name), '{{}}') AS names FROM customers_productcategory
    WHERE is_sensitive
), line AS MATERIALIZED (
    SELECT s.customer_id, s.currency, s.in_main_currency, s.is_gift, l.kind, l.amount,
           l.unit_amount, {kept} AS kept, p.category, p.brand, p.harmless
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
    WHERE {whose}{returned}
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
    WHERE {whose}{returned} AND o.status NOT IN ('PAID', 'FULFILLED')
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
    FROM unnest({zones}::text[], {starts}::timestamptz[], {seconds}::integer[])
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
)"""

# Of a line, what had come back by then: the count of all less what came later.
_KEPT_THEN: Final = """l.quantity - l.returned_quantity + coalesce((
               SELECT sum(m.quantity) FROM customers_returnmatch m
               JOIN customers_returnline rl ON rl.id = m.return_line_id
               JOIN customers_return r ON r.id = rl.document_id
               WHERE m.order_line_id = l.id AND r.returned_at > {at}
           ), 0)::integer"""

NOW: Final = _SUMS.format(
    whose="i.customer_id = ANY(%(customers)s)",
    placed="",
    returned="",
    kept="l.quantity - l.returned_quantity",
    zones="%(zones)s",
    starts="%(starts)s",
    seconds="%(seconds)s",
)
"""Table expressions, `total` and `profile` the last: of `customers`, with `offset_columns`."""

# Of whom nothing was recorded after a moment, the kept figures are those of that moment too.
_THEN: Final = """
WITH later AS MATERIALIZED (
    SELECT i.customer_id
    FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
    WHERE o.placed_at > {at}
    UNION
    SELECT i.customer_id
    FROM customers_return r JOIN customers_identity i ON i.id = r.identity_id
    WHERE r.returned_at > {at}
), {sums}, main_total AS (
    SELECT DISTINCT ON (customer_id) * FROM total
    ORDER BY customer_id, orders_count DESC, currency COLLATE "C"
)
SELECT w.customer_id, p.last_order_at, p.usual AS usual_interval_days,
       p.category AS favourite_category, p.band AS price_band, t.amount, t.discount_amount
FROM later w
LEFT JOIN profile p ON p.customer_id = w.customer_id
LEFT JOIN main_total t ON t.customer_id = w.customer_id
"""


def sums_then(*, at: str, zones: list[str], bound: Callable[[Any], str]) -> str:
    """SQL of how the customers bought up to `at`, for those of whom more was recorded since.

    `at` is SQL for the moment, `zones` are those that customers live in, `bound` turns a value into
    the placeholder of a parameter. Whether an order stands, and what is cheap and dear, are as of
    now: what they were then is not kept.
    """
    columns = {name: bound(values) for name, values in offset_columns(zones).items()}
    sums = _SUMS.format(
        whose="i.customer_id IN (SELECT customer_id FROM later)",
        placed=f" AND o.placed_at <= {at}",
        returned=f" AND r.returned_at <= {at}",
        kept=_KEPT_THEN.format(at=at),
        **columns,
    )
    return _THEN.format(at=at, sums=sums)
