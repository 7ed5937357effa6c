"""What is cheap and dear within each category, measured on what was paid lately."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from customers.models import PriceScale

from .purchase_rebuilds import want_rebuild

RECENT: Final = timedelta(days=365)
FEWEST_LINES: Final = 50  # fewer say nothing about a category

_MEASURE = """
WITH sensitive AS (
    SELECT coalesce(array_agg(name), '{}') AS names FROM customers_productcategory
    WHERE is_sensitive
), measured AS (
    SELECT p.category, o.currency, count(*) AS line_count,
           percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY l.unit_amount) AS q
    FROM customers_order o
    JOIN customers_orderline l ON l.order_id = o.id
    JOIN customers_product p ON p.id = l.product_id
    WHERE o.status IN ('PAID', 'FULFILLED') AND o.placed_at > %(since)s AND o.placed_at <= %(at)s
      AND l.kind = 'product' AND l.quantity > 0 AND l.unit_amount > 0 AND p.category <> ''
      AND NOT p.categories && (SELECT names FROM sensitive)
      AND NOT p.category = ANY ((SELECT names FROM sensitive)::varchar[])
    GROUP BY 1, 2
    HAVING count(*) >= %(fewest)s
), gone AS (
    DELETE FROM customers_pricescale s
    WHERE (s.category, s.currency) NOT IN (SELECT category, currency FROM measured)
)
INSERT INTO customers_pricescale (category, currency, p20, p40, p60, p80, line_count, computed_at)
SELECT category, currency, round(q[1])::bigint, round(q[2])::bigint, round(q[3])::bigint,
       round(q[4])::bigint, line_count, %(at)s
FROM measured
ON CONFLICT (category, currency) DO UPDATE SET
    p20 = excluded.p20, p40 = excluded.p40, p60 = excluded.p60, p80 = excluded.p80,
    line_count = excluded.line_count, computed_at = excluded.computed_at
"""


def measure_prices(*, at: datetime) -> bool:
    """Make the price scales anew, in one statement; whether any edge moved.

    Then everybody's price band is wanted anew. A category needs FEWEST_LINES lines of standing
    orders within RECENT; one in which there are fewer, or that is sensitive, has no scale.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        before = _edges()
        cursor.execute(_MEASURE, {"since": at - RECENT, "at": at, "fewest": FEWEST_LINES})
        moved = _edges() != before
        if moved:
            want_rebuild(at=at)
        return moved


def _edges() -> set[tuple[object, ...]]:
    return set(
        PriceScale.objects.values_list(
            "category", "currency", "p20", "p40", "p60", "p80"
        ).order_by()
    )
