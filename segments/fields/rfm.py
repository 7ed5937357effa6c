"""Recency, frequency and monetary value over the customers who bought, scored from 1 to 5.

A purchase is a line with a quantity and a price above zero on an order that was more than begun;
what was cancelled or given back later does not undo that somebody came and bought. Frequency counts
orders. Recency is in whole days (of 24 hours) up to the moment asked about.

Scores are quintiles: a value belongs to the group whose upper edge it does not pass, with edges by
linear interpolation (Hyndman and Fan's type 7, as `percentile_cont`). Frequency has so many ties
that it is ranked first, in ties by the shop's id of the customer (numbers as numbers), and the
ranks are cut. Recency is reversed, so that 5 bought latest.

Kept memberships read scores that are stored (`segments.services.scoring`), as does an estimate.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments import rfm
from segments.rules import expressions, passing
from segments.rules.binding import Binder
from segments.rules.fields import Field, Predicate, Seen, register
from segments.rules.tree import Condition

_SCORED: Final = """(
WITH bought AS (
    SELECT i.customer_id, count(DISTINCT o.id) AS frequency, sum(l.amount) AS monetary,
           floor(extract(epoch FROM {at} - max(o.placed_at)) / 86400) AS recency
    FROM customers_order o
    JOIN customers_identity i ON i.id = o.identity_id
    JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.status <> 'CREATED' AND o.placed_at <= {at} AND l.quantity > 0 AND l.unit_amount > 0
    GROUP BY 1
), shop_id AS (
    SELECT i.customer_id, min(i.external_id) AS id FROM customers_identity i
    WHERE i.source = 'shop' GROUP BY 1
), ranked AS (
    SELECT b.*, row_number() OVER (
        ORDER BY b.frequency,
                 CASE WHEN s.id ~ '^[0-9]{{1,18}}$' THEN s.id::bigint END NULLS LAST,
                 s.id COLLATE "C", b.customer_id
    ) AS place
    FROM bought b LEFT JOIN shop_id s ON s.customer_id = b.customer_id
), edge AS (
    SELECT percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY recency) AS recency,
           percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY place) AS frequency,
           percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY monetary) AS monetary
    FROM ranked
)
SELECT r.customer_id,
       5 - (SELECT count(*) FROM unnest(e.recency) AS x WHERE x < r.recency) AS recency,
       1 + (SELECT count(*) FROM unnest(e.frequency) AS x WHERE x < r.place) AS frequency,
       1 + (SELECT count(*) FROM unnest(e.monetary) AS x WHERE x < r.monetary) AS monetary
FROM ranked r CROSS JOIN edge e
)"""


def live_scores(binder: Binder) -> str:
    """A subquery of every buyer's scores as of the moment asked about."""
    return _SCORED.format(at=binder.now())


def scores(binder: Binder) -> str:
    """The alias of the scores of a customer, joined once however many conditions ask for them."""
    if binder.stored_scores:
        return binder.join("rfm", lambda: "segments_rfmscore")
    return binder.join("rfm", lambda: live_scores(binder))


def names_scores(field_id: str) -> bool:
    """Whether the field with this id asks for scores."""
    return field_id.startswith("rfm.")


def _score(name: str, label: Promise) -> Field:
    def predicate(condition: Condition, binder: Binder) -> str:
        return expressions.compared(f"{scores(binder)}.{name}", condition, binder)

    return _field(name, label, "number", predicate, _seen(name))


def _seen(name: str) -> Seen:
    return lambda _condition, binder: f"{scores(binder)}.{name}::text"


def _segments() -> Mapping[str, str | Promise]:
    return rfm.NAMES


def _segment(condition: Condition, binder: Binder) -> str:
    pair = f"{scores(binder)}.recency * 10 + {scores(binder)}.frequency"
    match condition.cmp:
        case "empty":
            return f"({pair}) IS NULL"
        case "not_empty":
            return f"({pair}) IS NOT NULL"
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    cells = [r * 10 + f for name in wanted for r, f in rfm.cells(name)]
    found = f"coalesce(({pair}) = ANY ({binder.value(cells)}::int[]), FALSE)"
    return f"NOT {found}" if condition.cmp in {"is_not", "not_in"} else found


def _segment_seen(_condition: Condition, binder: Binder) -> str:
    alias = scores(binder)
    return f"'R' || {alias}.recency || ' F' || {alias}.frequency || ' M' || {alias}.monetary"


def _field(name: str, label: Promise, kind: str, predicate: Predicate, seen: Seen) -> Field:
    return Field(
        f"rfm.{name}",
        label,
        kind,
        DataCategory.PURCHASE_HISTORY,
        predicate,
        seen,
        choices=_segments if kind == "choice" else None,
        # Recency grows by the day, but kept scores only change when they are made anew.
        wakes=passing.never,
    )


def register_fields() -> None:
    for field in (
        _score("recency", _("recency score (5 bought latest)")),
        _score("frequency", _("frequency score (5 bought most often)")),
        _score("monetary", _("monetary score (5 spent most)")),
        _field("segment", _("RFM segment"), "choice", _segment, _segment_seen),
    ):
        register(field)
