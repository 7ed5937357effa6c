"""What customers like, resolved per topic, within what they allow us to know.

Of the rows about a topic the first origin that speaks decides: what was told, then what was bought,
then what was viewed and searched. Purchases that have faded below `interest_rules.FAINTEST` say
nothing any more, so later ones may. A told dislike silences the topic, and needs no permission for
that. Other rows of a kind of data whose permission is missing are as if they did not exist, and so
are sensitive topics.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from customers import interest_rules as rules
from customers.interest_rules import Sign
from customers.models import (
    Customer,
    DataCategory,
    Interest,
    InterestKind,
    InterestOrigin,
    ProductCategory,
)
from customers.selectors import gated_categories, permitted_categories

SOURCES: Final = (
    DataCategory.PURCHASE_HISTORY,
    DataCategory.BROWSE_HISTORY,
    DataCategory.SEARCH_HISTORY,
)
"""Kinds of data that an interest may be learned from without being told."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """So many times, the last of them then."""

    sign: Sign
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class KnownInterest:
    """What decides about one topic. `level` is from 0 to 1 (see `interest_rules.level`)."""

    kind: InterestKind
    topic: str
    key: str
    origin: InterestOrigin
    is_liked: bool
    level: float
    evidence: tuple[Evidence, ...]
    categories: tuple[DataCategory, ...]
    since: datetime | None = None  # when it was told


@dataclass(frozen=True, slots=True)
class Interests:
    """Likes first, the strongest of them first; `hidden` are kinds of data we may not look at."""

    known: Sequence[KnownInterest]
    hidden: Sequence[DataCategory]

    @property
    def likes(self) -> list[KnownInterest]:
        return [one for one in self.known if one.is_liked]


def interests_of(customer: Customer, *, at: datetime) -> Interests:
    """What this customer likes at that moment."""
    return interests_of_many([customer.pk], at=at)[customer.pk]


def interests_of_many(customer_ids: Iterable[int], *, at: datetime) -> dict[int, Interests]:
    """The same for many, in four statements."""
    ids = list(customer_ids)
    gated = gated_categories()
    permitted = permitted_categories(ids, at=at)
    sensitive = set(ProductCategory.objects.filter(is_sensitive=True).values_list("key", flat=True))
    rows: dict[int, dict[tuple[str, str], list[Interest]]] = {pk: {} for pk in ids}
    for row in Interest.objects.filter(customer__in=ids).order_by("id"):
        allowed = permitted.get(row.customer_id, set())
        usable = row.data_category not in gated - allowed or not row.is_liked
        if usable and row.topic_key not in sensitive:
            rows[row.customer_id].setdefault((row.kind, row.topic_key), []).append(row)
    return {
        pk: Interests(
            sorted(
                (one for about in rows[pk].values() if (one := _resolved(about, at))),
                key=lambda one: (not one.is_liked, -one.level, one.kind, one.key),
            ),
            [kind for kind in SOURCES if kind in gated - permitted.get(pk, set())],
        )
        for pk in ids
    }


def _resolved(rows: Sequence[Interest], at: datetime) -> KnownInterest | None:
    """What the rows about one topic come to, None where they say nothing any more."""
    told = next((row for row in rows if row.origin == InterestOrigin.DECLARED), None)
    if told is not None:
        return _known([told], at, 1.0 if told.is_liked else 0.0, told.is_liked)
    for origin in (InterestOrigin.OBSERVED, InterestOrigin.INFERRED):
        of_origin = [row for row in rows if row.origin == origin]
        points = sum(rules.faded(row.strength, row.as_of, at) for row in of_origin)
        if points >= rules.FAINTEST:
            return _known(of_origin, at, rules.level(points), True)
    return None


def _known(rows: Sequence[Interest], at: datetime, level: float, is_liked: bool) -> KnownInterest:
    first = rows[0]
    origin = InterestOrigin(first.origin)
    return KnownInterest(
        kind=InterestKind(first.kind),
        topic=first.topic,
        key=first.topic_key,
        origin=origin,
        is_liked=is_liked,
        level=level,
        evidence=tuple(
            Evidence(Sign(sign), said["times"], datetime.fromisoformat(said["last"]))
            for row in rows
            for sign, said in sorted(
                row.evidence.items(), key=lambda pair: list(Sign).index(pair[0])
            )
        ),
        categories=tuple(DataCategory(row.data_category) for row in rows),
        since=first.as_of if origin == InterestOrigin.DECLARED else None,
    )


# Points now; `greatest` because evidence may be dated a little after the moment asked for.
_POINTS: Final = (
    "s.strength * 2.0::float8 ^ (-greatest(extract(epoch FROM {at} - s.as_of), 0)::float8"
    " / {half_life})"
)


def interest_condition(
    *,
    kind: str,
    key: str,
    level: float,
    at: datetime,
    bound: Callable[[Any], str],
    customer: str = "c.id",
) -> str:
    """SQL that is true for customers whose interest in a topic is at least `level` then.

    The same rule as `interests_of`, permission included, for a whole table. `key` is folded;
    `bound` turns a value into the placeholder of a parameter; `customer` is the column of the id.
    """
    moment = bound(at)
    points = _POINTS.format(at=moment, half_life=bound(rules.HALF_LIFE.total_seconds()))
    faintest = bound(rules.FAINTEST)
    wanted = bound(max(rules.points_for(level), rules.FAINTEST))
    of_observed, of_inferred = (
        f"coalesce(sum({points}) FILTER (WHERE s.origin = {bound(origin.value)}), 0)"
        for origin in (InterestOrigin.OBSERVED, InterestOrigin.INFERRED)
    )
    return (
        f"{customer} IN (SELECT s.customer_id FROM customers_interest s CROSS JOIN shared_project g"
        f" WHERE s.kind = {bound(kind)} AND s.topic_key = {bound(key)}"
        f" AND NOT EXISTS (SELECT FROM customers_productcategory p"
        f" WHERE p.key = s.topic_key AND p.is_sensitive)"
        f" AND (NOT s.is_liked OR s.data_category <> ALL (g.gated_categories) OR EXISTS ("
        f"SELECT FROM customers_consentstate a WHERE a.customer_id = s.customer_id"
        f" AND a.data_category = s.data_category AND a.allowed"
        f" AND (a.valid_until IS NULL OR a.valid_until > {moment})))"
        f" GROUP BY s.customer_id HAVING CASE"
        f" WHEN bool_or(s.origin = 'declared') THEN bool_or(s.origin = 'declared' AND s.is_liked)"
        f" WHEN {of_observed} >= {faintest} THEN {of_observed} >= {wanted}"
        f" ELSE {of_inferred} >= {wanted} END)"
    )
