"""What purchases, views, searches and reviews say about taste: one SQL rule for any customers.

Nothing is read that the customer does not allow: each kind of data is joined only where it needs no
permission or has it. Restricted people keep what was derived before and get nothing new.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from config.shared.text import fold
from customers import interest_rules as rules
from customers.interest_rules import Sign, Topic
from customers.models import DataCategory, InterestKind, InterestOrigin, ProductCategory
from customers.models.order import LineKind, OrderStatus
from customers.sensitive import topic_of as sensitive_topic_of

DERIVED_FROM: Final = (
    DataCategory.PURCHASE_HISTORY,
    DataCategory.BROWSE_HISTORY,
    DataCategory.SEARCH_HISTORY,
)
"""The kinds of data that interests are derived from; what was declared is PROFILE."""

ORIGIN_OF: Final[Mapping[str, InterestOrigin]] = {
    DataCategory.PURCHASE_HISTORY: InterestOrigin.OBSERVED,
    DataCategory.BROWSE_HISTORY: InterestOrigin.INFERRED,
    DataCategory.SEARCH_HISTORY: InterestOrigin.INFERRED,
}

_SIGNS_OF_EVENTS: Final[Mapping[str, Sign]] = {
    "product_viewed": Sign.VIEWED,
    "page_viewed": Sign.VIEWED,
    "cart_updated": Sign.CARTED,
    "searched": Sign.SEARCHED,
}


def looks_sensitive(key: str, name: str, decided: Mapping[str, bool]) -> bool:
    """Whether a category or brand is sensitive: as the category of that key says, else by its name.

    So a brand that is called after a sensitive thing is one too.
    """
    known = decided.get(key)
    return sensitive_topic_of(name) is not None if known is None else known


@dataclass(frozen=True, slots=True)
class Name:
    """A category or brand as some product writes it, and the topic that it is."""

    written: str
    topic: Topic
    shown: str
    is_sensitive: bool


_NAMES: Final = """
SELECT 'category', name
FROM (SELECT DISTINCT unnest(categories || category) AS name FROM customers_product) c
WHERE name <> ''
UNION ALL
SELECT 'brand', brand
FROM (SELECT DISTINCT brand FROM customers_product) b
WHERE brand <> ''
"""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names of categories and brands that products carry, as topics."""

    names: Sequence[Name]
    sensitive: frozenset[str]
    shown: Mapping[Topic, str]
    by_words: Mapping[tuple[str, ...], Sequence[Topic]]  # for `interest_rules.topics_of_search`

    @classmethod
    def read(cls) -> "Catalogue":
        """Two statements, one of them over all products: for a batch, not for each customer."""
        known = list(ProductCategory.objects.values_list("key", "name", "is_sensitive"))
        decided = {key: is_sensitive for key, _name, is_sensitive in known}
        shown = {Topic(InterestKind.CATEGORY.value, key): name for key, name, _is in known}
        with connection.cursor() as cursor:
            cursor.execute(_NAMES)
            written = sorted(cursor.fetchall())
        names = []
        for kind, name in written:
            topic = Topic(kind, fold(name)[:120])
            if topic.key:
                # Without a name of its own, a topic is called by the first of its spellings.
                called = shown.setdefault(topic, name)
                is_sensitive = looks_sensitive(topic.key, name, decided)
                names.append(Name(name, topic, called, is_sensitive))
        sensitive = {key for key, is_sensitive in decided.items() if is_sensitive}
        sensitive.update(name.topic.key for name in names if name.is_sensitive)
        return cls(names, frozenset(sensitive), shown, rules.by_words(shown))


_PEOPLE: Final = """
WITH people AS MATERIALIZED (
    SELECT c.id AS customer_id, c.restriction = '' AS is_open,
           ARRAY(
               SELECT k.category
               FROM unnest(%(categories)s::text[]) AS k (category)
               WHERE k.category <> ALL (g.gated_categories)
                  OR EXISTS (
                      SELECT FROM customers_consentstate s
                      WHERE s.customer_id = c.id AND s.data_category = k.category AND s.allowed
                        AND (s.valid_until IS NULL OR s.valid_until > %(at)s)
                  )
           ) AS allowed
    FROM customers_customer c
    CROSS JOIN shared_project g
    WHERE c.id = ANY(%(customers)s)
), ways AS MATERIALIZED (
    SELECT p.customer_id, p.allowed, i.id AS identity_id
    FROM people p
    JOIN customers_identity i ON i.customer_id = p.customer_id
    WHERE p.is_open
)"""

# What an event without a product may name, in this order; a search its words.
_TEXTS_OF_EVENT: Final = """
CROSS JOIN LATERAL (
    SELECT 'query' AS what, left(coalesce(
               nullif(e.properties ->> 'query', ''), nullif(e.properties ->> 'q', ''),
               nullif(e.properties ->> 'search_term', ''), nullif(e.properties ->> 'term', '')
           ), 200) AS text
    WHERE e.name = 'searched'
    UNION ALL
    SELECT 'category', left(e.properties ->> 'category', 200)
    WHERE e.name <> 'searched' AND e.product_id IS NULL
    UNION ALL
    SELECT 'brand', left(e.properties ->> 'brand', 200)
    WHERE e.name <> 'searched' AND e.product_id IS NULL
) t"""

_TEXTS: Final = f"""
{_PEOPLE}
SELECT DISTINCT t.what, t.text
FROM ways w
JOIN customers_event e ON e.identity_id = w.identity_id
    AND e.name = ANY(%(events)s) AND e.data_category = ANY(w.allowed)
{_TEXTS_OF_EVENT}
WHERE t.text <> ''
"""

_DERIVE: Final = f"""
{_PEOPLE}, names AS MATERIALIZED (
    SELECT *
    FROM unnest(%(kinds)s::text[], %(written)s::text[], %(keys)s::text[], %(shown)s::text[],
                %(sensitive)s::boolean[]) AS n (kind, written, key, shown, is_sensitive)
), meanings AS MATERIALIZED (
    SELECT *
    FROM unnest(%(whats)s::text[], %(texts)s::text[], %(text_kinds)s::text[],
                %(text_keys)s::text[], %(text_sensitive)s::boolean[])
        AS m (what, text, kind, key, is_sensitive)
), events AS MATERIALIZED (
    SELECT w.customer_id, e.id, e.name, e.product_id, e.data_category, e.properties,
           e.occurred_at AS at,
           floor(extract(epoch FROM e.occurred_at) / %(hour)s)::bigint AS once,
           CASE
               WHEN e.name <> 'review' THEN %(signs)s::jsonb ->> e.name
               WHEN jsonb_typeof(e.properties -> 'rating') <> 'number' THEN NULL
               WHEN (e.properties ->> 'rating')::numeric BETWEEN %(good)s AND %(best)s
                   THEN 'praised'
               WHEN (e.properties ->> 'rating')::numeric BETWEEN 1 AND %(bad)s THEN 'panned'
           END AS sign
    FROM ways w
    JOIN customers_event e ON e.identity_id = w.identity_id
        AND e.name = ANY(%(events)s) AND e.data_category = ANY(w.allowed)
), about_products AS MATERIALIZED (
    SELECT w.customer_id, l.product_id, 'PURCHASE_HISTORY' AS data_category, 'bought' AS sign,
           o.id AS once, o.placed_at AS at
    FROM ways w
    JOIN customers_order o ON o.identity_id = w.identity_id
        AND o.status = ANY(%(standing)s) AND NOT o.is_gift
    JOIN customers_orderline l ON l.order_id = o.id
        AND l.kind = %(product_line)s AND l.quantity > l.returned_quantity
    WHERE 'PURCHASE_HISTORY' = ANY(w.allowed)
    UNION ALL
    SELECT customer_id, product_id, data_category, sign, once, at
    FROM events
    WHERE product_id IS NOT NULL AND name <> 'searched' AND sign IS NOT NULL
), topics AS MATERIALIZED (
    SELECT product_id, kind, key
    FROM (
        SELECT p.id AS product_id, n.kind, n.key,
               bool_or(n.is_sensitive) OVER (PARTITION BY p.id) AS is_sensitive
        FROM (SELECT DISTINCT product_id FROM about_products) met
        JOIN customers_product p ON p.id = met.product_id
        CROSS JOIN LATERAL (
            SELECT 'category' AS kind, unnest(p.categories || p.category) AS written
            UNION SELECT 'brand', p.brand
        ) t
        JOIN names n ON n.kind = t.kind AND n.written = t.written
    ) named
    WHERE NOT is_sensitive
), counted AS (
    SELECT customer_id, kind, key, data_category, sign, max(at) AS at
    FROM (
        SELECT a.customer_id, t.kind, t.key, a.data_category, a.sign, a.once, a.at
        FROM about_products a
        JOIN topics t ON t.product_id = a.product_id
        UNION ALL
        SELECT customer_id, kind, key, data_category, sign, once, at
        FROM (
            SELECT e.customer_id, m.kind, m.key, e.data_category, e.sign, e.once, e.at,
                   bool_or(m.is_sensitive) OVER (PARTITION BY e.id) AS is_sensitive
            FROM events e
            {_TEXTS_OF_EVENT}
            JOIN meanings m ON m.what = t.what AND m.text = t.text
            WHERE e.sign IS NOT NULL
        ) meant
        WHERE NOT is_sensitive
    ) said
    GROUP BY customer_id, kind, key, data_category, sign, once
), by_sign AS (
    SELECT customer_id, kind, key, data_category, sign, count(*) AS times, max(at) AS last,
           sum(2.0::float8 ^ (extract(epoch FROM at - %(landmark)s)::float8 / %(half_life)s))
           * (%(weights)s::jsonb ->> sign)::float8 AS points
    FROM counted
    GROUP BY customer_id, kind, key, data_category, sign
), derived AS MATERIALIZED (
    SELECT customer_id, kind, key, data_category, max(last) AS as_of,
           round((sum(points) * 2.0::float8 ^
                  (-extract(epoch FROM max(last) - %(landmark)s)::float8 / %(half_life)s)
           )::numeric, 9)::float8 AS strength,
           jsonb_object_agg(sign, jsonb_build_object('times', times, 'last', last)) AS evidence
    FROM by_sign
    GROUP BY customer_id, kind, key, data_category
), gone AS (
    DELETE FROM customers_interest s
    USING people p
    WHERE s.customer_id = p.customer_id AND s.origin <> 'declared'
      AND (s.data_category <> ALL (p.allowed)
           OR p.is_open AND NOT EXISTS (
               SELECT FROM derived d
               WHERE d.customer_id = s.customer_id AND d.kind = s.kind AND d.key = s.topic_key
                 AND d.data_category = s.data_category AND d.strength > 0
           ))
    RETURNING s.id
), written AS (
    INSERT INTO customers_interest AS s
        (customer_id, kind, topic, topic_key, origin, data_category, is_liked, strength, as_of,
         evidence, updated_at)
    SELECT d.customer_id, d.kind, n.shown, d.key, %(origins)s::jsonb ->> d.data_category,
           d.data_category, TRUE, d.strength, d.as_of, d.evidence, %(at)s
    FROM derived d
    JOIN (SELECT DISTINCT kind, key, shown FROM names) n ON n.kind = d.kind AND n.key = d.key
    WHERE d.strength > 0
    ORDER BY d.customer_id, d.kind, d.key, d.data_category
    ON CONFLICT (customer_id, kind, topic_key, data_category) DO UPDATE SET
        topic = excluded.topic, strength = excluded.strength, as_of = excluded.as_of,
        evidence = excluded.evidence, updated_at = excluded.updated_at
    WHERE (s.topic, s.strength, s.as_of, s.evidence)
        IS DISTINCT FROM (excluded.topic, excluded.strength, excluded.as_of, excluded.evidence)
    RETURNING s.id
)
SELECT (SELECT count(*) FROM written) + (SELECT count(*) FROM gone)
"""


def derive(customer_ids: Sequence[int], *, catalogue: Catalogue, at: datetime) -> int:
    """Bring the derived rows of these customers in line with what is stored; rows changed.

    Two statements, inside the caller's transaction, which has locked the customers.
    """
    values = _values(customer_ids, catalogue, at)
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, values)
        meanings = _meanings(cursor.fetchall(), catalogue)
        cursor.execute(_DERIVE, {**values, **meanings})
        return int(cursor.fetchone()[0])


def _values(customer_ids: Sequence[int], catalogue: Catalogue, at: datetime) -> dict[str, Any]:
    names = catalogue.names
    return {
        "customers": list(customer_ids),
        "at": at,
        "categories": [category.value for category in DERIVED_FROM],
        "events": [*_SIGNS_OF_EVENTS, "review"],
        "signs": json.dumps({name: sign.value for name, sign in _SIGNS_OF_EVENTS.items()}),
        "weights": json.dumps({sign.value: weight for sign, weight in rules.WEIGHTS.items()}),
        "origins": json.dumps({kind: origin.value for kind, origin in ORIGIN_OF.items()}),
        "good": rules.GOOD_RATING,
        "bad": rules.BAD_RATING,
        "best": rules.BEST_RATING,
        "hour": rules.HOUR.total_seconds(),
        "landmark": rules.LANDMARK,
        "half_life": rules.HALF_LIFE.total_seconds(),
        "standing": [OrderStatus.PAID.value, OrderStatus.FULFILLED.value],
        "product_line": LineKind.PRODUCT.value,
        "kinds": [name.topic.kind for name in names],
        "written": [name.written for name in names],
        "keys": [name.topic.key for name in names],
        "shown": [name.shown for name in names],
        "sensitive": [name.is_sensitive for name in names],
    }


def _meanings(texts: Iterable[tuple[str, str]], catalogue: Catalogue) -> dict[str, list[Any]]:
    """Which topics the words of events mean: arrays for the statement."""
    found: dict[str, list[Any]] = {
        name: [] for name in ("whats", "texts", "text_kinds", "text_keys", "text_sensitive")
    }
    for what, text in texts:
        if what == "query":
            meant = rules.topics_of_search(fold(text), catalogue.by_words)
        else:
            meant = frozenset({Topic(what, fold(text)[:120])}) & catalogue.shown.keys()
        for topic in meant:
            found["whats"].append(what)
            found["texts"].append(text)
            found["text_kinds"].append(topic.kind)
            found["text_keys"].append(topic.key)
            found["text_sensitive"].append(topic.key in catalogue.sensitive)
    return found
