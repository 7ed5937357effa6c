"""What customers like, one field for each kind of data that it is known from.

A field looks at one kind of evidence, and its data category is that of the evidence: so a like that
we know from purchases needs no permission to look at pages viewed, and nobody is reached, or left
out, by what they searched for unless they allow it. Whoever wants any of them joins conditions by
“or”. A told dislike silences a topic, and needs no permission for that; sensitive topics are none.

Interests are those of now, faded to the moment asked about.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared.text import fold
from customers import interest_rules
from customers.models import DataCategory, InterestKind, InterestOrigin
from segments.fields.pickers import BRANDS, CATEGORIES
from segments.rules import expressions
from segments.rules.binding import Binder
from segments.rules.fields import Detail, Field, Wakes, register
from segments.rules.tree import Condition

# What somebody likes may be nothing that the shop sells (any more), and is written in any case.
_SEARCH: Final = {
    InterestKind.CATEGORY: replace(CATEGORIES, complete=False),
    InterestKind.BRAND: replace(BRANDS, complete=False),
}
_LABELS: Final[dict[str, tuple[InterestKind, DataCategory, Promise]]] = {
    "told_category": (
        InterestKind.CATEGORY,
        DataCategory.PROFILE,
        _("told us to like the category"),
    ),
    "told_brand": (InterestKind.BRAND, DataCategory.PROFILE, _("told us to like the brand")),
    "bought_category": (
        InterestKind.CATEGORY,
        DataCategory.PURCHASE_HISTORY,
        _("likes by purchases the category"),
    ),
    "bought_brand": (
        InterestKind.BRAND,
        DataCategory.PURCHASE_HISTORY,
        _("likes by purchases the brand"),
    ),
    "viewed_category": (
        InterestKind.CATEGORY,
        DataCategory.BROWSE_HISTORY,
        _("likes by views the category"),
    ),
    "viewed_brand": (
        InterestKind.BRAND,
        DataCategory.BROWSE_HISTORY,
        _("likes by views the brand"),
    ),
    "searched_category": (
        InterestKind.CATEGORY,
        DataCategory.SEARCH_HISTORY,
        _("likes by searches the category"),
    ),
    "searched_brand": (
        InterestKind.BRAND,
        DataCategory.SEARCH_HISTORY,
        _("likes by searches the brand"),
    ),
}
DERIVED_FROM: Final = {
    DataCategory.PROFILE: "interests.declared",
    DataCategory.PURCHASE_HISTORY: "interests.purchases",
    DataCategory.BROWSE_HISTORY: "interests.views",
    DataCategory.SEARCH_HISTORY: "interests.searches",
}
DERIVED_OF_FIELD: Final = {
    f"interest.{name}": DERIVED_FROM[category] for name, (_kind, category, _l) in _LABELS.items()
}
"""Which derived attribute each of these fields looks at."""

_LIKES: Final = """FROM customers_interest s
WHERE s.kind = {kind} AND s.topic_key = ANY ({keys}::text[])
  AND s.origin {origin} 'declared' AND s.data_category = {category} AND s.is_liked
  AND s.topic_key NOT IN (SELECT key FROM customers_productcategory WHERE is_sensitive)
  AND NOT EXISTS (
      SELECT FROM customers_interest d
      WHERE d.customer_id = s.customer_id AND d.kind = s.kind AND d.topic_key = s.topic_key
        AND d.origin = 'declared' AND NOT d.is_liked
  ) AND {strong}"""
# `greatest`: evidence may be dated a little after the moment asked about.
_POINTS: Final = (
    "s.strength * 2.0::float8 ^ (-greatest(extract(epoch FROM {at} - s.as_of), 0)::float8"
    " / {half_life})"
)
_ROUNDING: Final = 0.05  # percent
_LEVEL: Final = "round((100 * {points} / (1 + {points}))::numeric, 1)"


def _points(binder: Binder) -> str:
    half_life = f"{binder.value(interest_rules.HALF_LIFE.total_seconds())}::float8"
    return f"({_POINTS.format(at=binder.now(), half_life=half_life)})"


def _level(binder: Binder) -> str:
    """Strength in percent, see `interest_rules.level`; what was told is as strong as can be."""
    return (
        f"CASE WHEN s.origin = '{InterestOrigin.DECLARED}' THEN 100"
        f" ELSE {_LEVEL.format(points=_points(binder))} END"
    )


def _strong(condition: Condition, binder: Binder) -> str:
    return expressions.compared(_level(binder), condition, binder)


_STRENGTH: Final = Detail("interest.strength", _("strength in percent"), "number", _strong)


def _likes(kind: InterestKind, category: DataCategory, condition: Condition, binder: Binder) -> str:
    told = category == DataCategory.PROFILE
    strong = [_STRENGTH.predicate(one, binder) for one in condition.where]
    if not told:
        strong.append(f"{_points(binder)} >= {binder.value(interest_rules.FAINTEST)}")
    return _LIKES.format(
        kind=binder.value(kind.value),
        keys=binder.value([fold(topic)[:120] for topic in condition.value]),
        origin="=" if told else "<>",
        category=binder.value(category.value),
        strong=" AND ".join(strong) or "TRUE",
    )


def _fades(kind: InterestKind, category: DataCategory) -> Wakes:
    """When a like falls below what the condition tells apart; what was told does not fade."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if category == DataCategory.PROFILE:
            return None
        edges = [interest_rules.FAINTEST, *_edges(condition)]
        keys = binder.value([fold(topic)[:120] for topic in condition.value])
        half_life = binder.value(interest_rules.HALF_LIFE.total_seconds())
        # The points are those of an edge then, and less a moment later.
        falls = (
            f"s.as_of + make_interval(secs => {half_life}::float8"
            " * ln(s.strength / e.points) / ln(2.0::float8)) + interval '1 millisecond'"
        )
        return (
            f"(SELECT min({falls}) FROM customers_interest s"
            f" JOIN unnest({binder.value(edges)}::float8[]) AS e(points) ON s.strength > e.points"
            f" WHERE s.customer_id = c.id AND s.kind = {binder.value(kind.value)}"
            f" AND s.topic_key = ANY ({keys}::text[])"
            f" AND s.data_category = {binder.value(category.value)}"
            f" AND s.origin <> 'declared' AND {falls} > {binder.now()})"
        )

    return wakes


def _edges(condition: Condition) -> Iterator[float]:
    """The points at which the shown percentage becomes, and ceases to be, one that is named."""
    for one in condition.where:
        named = one.value if isinstance(one.value, tuple) else (one.value,)
        for percent in filter(None, named):
            for edge in (float(percent) - _ROUNDING, float(percent) + _ROUNDING):
                if 0 < edge < 100:
                    yield interest_rules.points_for(edge / 100)


def _field(name: str) -> Field:
    kind, category, label = _LABELS[name]

    def predicate(condition: Condition, binder: Binder) -> str:
        likes = _likes(kind, category, condition, binder)
        if binder.few:
            found = f"EXISTS (SELECT 1 {likes} AND s.customer_id = c.id)"
        else:
            found = f"c.id IN (SELECT s.customer_id {likes})"
        return f"NOT {found}" if condition.cmp == "not_in" else found

    def seen(condition: Condition, binder: Binder) -> str:
        likes = _likes(kind, category, condition, binder)
        shown = f"s.topic || ' ' || ({_level(binder)})::text || ' %%'"
        return (
            f"(SELECT string_agg({shown}, ', ' ORDER BY s.topic_key) {likes}"
            " AND s.customer_id = c.id)"
        )

    return Field(
        f"interest.{name}",
        label,
        "members",
        category,
        predicate,
        seen,
        nullable=False,
        search=_SEARCH[kind],
        details={_STRENGTH.id: _STRENGTH},
        wakes=_fades(kind, category),
    )


def register_fields() -> None:
    for name in _LABELS:
        register(_field(name))
