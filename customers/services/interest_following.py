"""Interests follow the facts: who bought, viewed, agreed, merged, or whose products changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from config.shared import facts
from config.shared.facts import ReadFact
from customers.models import ProductCategory

from .interest_derivation import Catalogue
from .interests import refresh

READER: Final = "customers.interests"
STALE: Final = "interests.stale"
DERIVED: Final = "interest.derived"
PRODUCT_CHANGED: Final = "product.changed"
CATEGORY_DECIDED: Final = "category.decided"
# `customer` in the data of a fact says of whom it is, else its subject.
OF_CUSTOMERS: Final = frozenset(
    {
        "order.placed",
        "order.changed",
        "return.received",
        "event.received",
        "consent.changed",
        "customer.changed",
        "customer.merged",
        "customer.unmerged",
        "purchases.changed",
        STALE,
    }
)
OF_PRODUCTS: Final = frozenset({PRODUCT_CHANGED, CATEGORY_DECIDED})
BATCH: Final = 1_000  # facts


def follow(*, at: datetime) -> int:
    """Derive again for whoever something happened to since the last time; returns the customers.

    The cursor moves in the transaction that derives: killed anywhere, nothing is skipped.
    """
    done = 0
    catalogue: Catalogue | None = None
    while facts.behind(READER):
        with facts.following(READER, kinds=set(OF_CUSTOMERS | OF_PRODUCTS), limit=BATCH) as found:
            about_products = [fact for fact in found if fact.kind in OF_PRODUCTS]
            if about_products:
                catalogue = Catalogue.read()
                _spread(about_products, catalogue, at)
            customer_ids = {
                int(fact.data.get("customer", fact.subject_id))
                for fact in found
                if fact.kind in OF_CUSTOMERS
            }
            if customer_ids:
                catalogue = catalogue or Catalogue.read()
                if refresh(customer_ids=customer_ids, at=at, catalogue=catalogue):
                    facts.record_many(kind=DERIVED, subject_ids=sorted(customer_ids), at=at)
            done += len(customer_ids)
    return done


# Told as facts about each customer, so that many of them are worked off in batches of their own.
_SPREAD: Final = """
WITH product AS MATERIALIZED (
    SELECT id FROM customers_product WHERE id = ANY(%(products)s)
    UNION SELECT id FROM customers_product
          WHERE categories && %(names)s::varchar[] OR category = ANY(%(names)s)
), touched AS (
    SELECT i.customer_id
    FROM product p
    JOIN customers_orderline l ON l.product_id = p.id
    JOIN customers_order o ON o.id = l.order_id
    JOIN customers_identity i ON i.id = o.identity_id
    UNION
    SELECT i.customer_id
    FROM product p
    JOIN customers_event e ON e.product_id = p.id
    JOIN customers_identity i ON i.id = e.identity_id
    UNION
    SELECT customer_id FROM customers_interest WHERE topic_key = ANY(%(keys)s)
)
INSERT INTO shared_fact (kind, subject_id, data, at)
SELECT %(kind)s, customer_id, '{}', %(at)s FROM touched ORDER BY customer_id
"""


def _spread(found: Sequence[ReadFact], catalogue: Catalogue, at: datetime) -> None:
    """Tell of every customer who met these products, or products of these categories."""
    keys = _keys_of(fact.subject_id for fact in found if fact.kind == CATEGORY_DECIDED)
    with connection.cursor() as cursor:
        cursor.execute(
            _SPREAD,
            {
                "products": [fact.subject_id for fact in found if fact.kind == PRODUCT_CHANGED],
                "names": [name.written for name in catalogue.names if name.topic.key in keys],
                "keys": sorted(keys),
                "kind": STALE,
                "at": at,
            },
        )


def _keys_of(category_ids: Iterable[int]) -> set[str]:
    categories = ProductCategory.objects.filter(pk__in=list(category_ids))
    return set(categories.values_list("key", flat=True))
