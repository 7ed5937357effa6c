"""Writing what was decided about single customers: rows, history and facts in one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from config.shared.rows import array
from customers.models import DataCategory
from segments.answering import Asked, moments
from segments.rules.tree import Condition

ENTERED: Final = "segment.entered"
LEFT: Final = "segment.left"


@dataclass(frozen=True, slots=True)
class Row:
    """A membership as it shall be; one that is neither inside nor waking has no row.

    `version` is that of the rule it was decided by, `watched` are the conditions whose earliest
    change is its next moment.
    """

    segment_id: int
    version: int
    customer_id: int
    inside: bool
    since: datetime | None
    watched: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """That a customer entered or left."""

    segment_id: int
    version: int
    customer_id: int
    entered: bool
    because: str
    at: datetime


# Nothing is written by a rule that is another one meanwhile, or for a segment kept no longer. The
# lock lets builds and other writers on, and whoever stops the keeping waits for it.
_WRITE = """
, live AS MATERIALIZED (
    SELECT segment_id, version FROM segments_keptsegment
    WHERE segment_id = ANY(%(seg_concerned)s::bigint[]) ORDER BY segment_id FOR KEY SHARE
), decided AS MATERIALIZED (
    SELECT d.segment_id, d.customer_id, d.inside, d.since, (
        SELECT min(moments[place]) FROM moment, unnest(d.watched::int[]) AS place
        WHERE moment.customer_id = d.customer_id
    ) AS next_change_at
    FROM unnest(
        %(seg_segments)s::bigint[], %(seg_versions)s::int[], %(seg_customers)s::bigint[],
        %(seg_inside)s::boolean[], %(seg_since)s::timestamptz[], %(seg_watched)s::text[]
    ) AS d (segment_id, version, customer_id, inside, since, watched)
    JOIN live USING (segment_id, version)
), gone AS (
    DELETE FROM segments_membership m USING decided d
    WHERE m.segment_id = d.segment_id AND m.customer_id = d.customer_id
      AND NOT d.inside AND d.next_change_at IS NULL
), stay AS (
    INSERT INTO segments_membership AS m
        (segment_id, customer_id, inside, since, next_change_at)
    SELECT segment_id, customer_id, inside, since, next_change_at FROM decided
    WHERE inside OR next_change_at IS NOT NULL
    ORDER BY customer_id, segment_id
    ON CONFLICT (customer_id, segment_id) DO UPDATE SET
        inside = excluded.inside, since = excluded.since, next_change_at = excluded.next_change_at
    WHERE (m.inside, m.since, m.next_change_at)
        IS DISTINCT FROM (excluded.inside, excluded.since, excluded.next_change_at)
), changed AS MATERIALIZED (
    SELECT c.* FROM unnest(
        %(seg_c_segments)s::bigint[], %(seg_c_versions)s::int[], %(seg_c_customers)s::bigint[],
        %(seg_c_entered)s::boolean[], %(seg_c_because)s::text[], %(seg_c_at)s::timestamptz[]
    ) WITH ORDINALITY AS c (segment_id, version, customer_id, entered, because, at, place)
    JOIN live USING (segment_id, version)
), history AS (
    INSERT INTO segments_membershipchange
        (segment_id, customer_id, entered, because, at, noticed_at)
    SELECT segment_id, customer_id, entered, because, at, %(seg_now)s
    FROM changed ORDER BY place
), told AS (
    INSERT INTO shared_fact (kind, subject_id, data, at)
    SELECT CASE WHEN entered THEN %(seg_entered)s ELSE %(seg_left)s END, customer_id,
           jsonb_build_object('segment', segment_id, 'because', because), at
    FROM changed ORDER BY place
)
SELECT customer_id, segment_id, next_change_at FROM decided
WHERE next_change_at <= %(seg_now)s::timestamptz
"""


def write(
    rows: Sequence[Row],
    changes: Sequence[Change],
    *,
    as_of: Mapping[int, tuple[str, datetime]],
    conditions: Mapping[str, Condition],
    gated: frozenset[DataCategory],
    now: datetime,
) -> list[tuple[int, int, datetime]]:
    """Write what was decided of customers, each in a zone and as of a moment, in one statement.

    Returns whose next moment has come already: customer, segment and moment. The caller has the
    turns of the customers; `conditions` are those that are watched, by their keys.
    """
    watched: dict[int, set[str]] = {row.customer_id: set() for row in rows}
    for row in rows:
        watched[row.customer_id] |= row.watched
    places = {
        pk: {key: place for place, key in enumerate(sorted(keys), start=1)}
        for pk, keys in watched.items()
    }
    sql, params = moments(_alike(watched, as_of, conditions), gated)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {sql}{_WRITE}",
            {
                **params,
                "seg_concerned": array(sorted({row.segment_id for row in rows})),
                "seg_segments": array(row.segment_id for row in rows),
                "seg_versions": array(row.version for row in rows),
                "seg_customers": array(row.customer_id for row in rows),
                "seg_inside": array(row.inside for row in rows),
                "seg_since": [row.since for row in rows],
                "seg_watched": [
                    "{" + ",".join(str(places[row.customer_id][key]) for key in row.watched) + "}"
                    for row in rows
                ],
                "seg_c_segments": [change.segment_id for change in changes],
                "seg_c_versions": [change.version for change in changes],
                "seg_c_customers": [change.customer_id for change in changes],
                "seg_c_entered": [change.entered for change in changes],
                "seg_c_because": [change.because for change in changes],
                "seg_c_at": [change.at for change in changes],
                "seg_now": now,
                "seg_entered": ENTERED,
                "seg_left": LEFT,
            },
        )
        return list(cursor.fetchall())


def _alike(
    watched: Mapping[int, Collection[str]],
    as_of: Mapping[int, tuple[str, datetime]],
    conditions: Mapping[str, Condition],
) -> list[Asked]:
    """The customers of whom the same is watched, with that in the order of its keys."""
    alike: dict[tuple[str, datetime, tuple[str, ...]], list[int]] = defaultdict(list)
    for pk, keys in watched.items():
        alike[(*as_of[pk], tuple(sorted(keys)))].append(pk)
    return [
        Asked(customer_ids, zone, at, {key: conditions[key] for key in keys})
        for (zone, at, keys), customer_ids in alike.items()
        if keys
    ]
