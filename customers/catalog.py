"""What the screens of products and categories show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from customers.models import OrderLine, ProductCategory

# Distinct buyers are counted among so many order lines at most; beyond, “more than” is said.
LINES_COUNTED = 50_000


@dataclass(frozen=True, slots=True)
class Sold:
    """Units of standing orders, and how many of them came back."""

    units: int = 0
    returned: int = 0

    @property
    def returned_share(self) -> float | None:
        return self.returned / self.units if self.units else None


_SOLD = """
SELECT l.product_id, sum(l.quantity), sum(l.returned_quantity)
FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
WHERE l.product_id = ANY(%s) AND o.status IN ('PAID', 'FULFILLED')
GROUP BY 1
"""


def sold_of(product_ids: Iterable[int]) -> dict[int, Sold]:
    """What was sold of these products, in one statement."""
    found = {pk: Sold() for pk in product_ids}
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, [list(found)])
        return found | {pk: Sold(units, returned) for pk, units, returned in cursor.fetchall()}


def latest_sales(product_id: int, *, count: int = 10) -> Sequence[OrderLine]:
    """The positions told of last in which this product was sold, with order and customer."""
    return list(
        OrderLine.objects.filter(product=product_id)
        .select_related("order__identity__customer")
        .order_by("-order_id", "-id")[:count]
    )


_PRODUCTS = """
SELECT named.category, count(*)
FROM customers_product p, unnest(p.categories) AS named (category)
WHERE p.categories && %s::varchar[] AND named.category = ANY(%s::varchar[])
GROUP BY 1
"""


def product_counts(names: Iterable[str]) -> dict[str, int]:
    """How many products name each of these categories, in one statement."""
    wanted = list(names)
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS, [wanted, wanted])
        return dict(cursor.fetchall())


_BUYERS = """
SELECT count(DISTINCT customer_id), count(*)
FROM (
    SELECT i.customer_id
    FROM customers_product p
    JOIN customers_orderline l ON l.product_id = p.id
    JOIN customers_order o ON o.id = l.order_id
    JOIN customers_identity i ON i.id = o.identity_id
    WHERE p.categories @> ARRAY[%s::varchar] AND o.status IN ('PAID', 'FULFILLED')
    LIMIT %s
) line
"""


@dataclass(frozen=True, slots=True)
class Buyers:
    """How many customers bought; `more` where not everything was looked at."""

    count: int
    more: bool


def buyers_of(category: ProductCategory) -> Buyers:
    with connection.cursor() as cursor:
        cursor.execute(_BUYERS, [category.name, LINES_COUNTED])
        count, lines = cursor.fetchone()
    return Buyers(count, lines >= LINES_COUNTED)
