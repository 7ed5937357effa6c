"""Writing what was decided about single customers: rows, history and facts in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

ENTERED: Final = "segment.entered"
LEFT: Final = "segment.left"


@dataclass(frozen=True, slots=True)
class Row:
    """A membership as it shall be; one that is neither inside nor waking has no row.

    `version` is that of the rule it was decided by.
    """

    segment_id: int
    version: int
    customer_id: int
    inside: bool
    since: datetime | None
    next_change_at: datetime | None


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
WITH live AS MATERIALIZED (
    SELECT segment_id, version FROM segments_keptsegment
    WHERE segment_id = ANY(%(concerned)s) ORDER BY segment_id FOR KEY SHARE
), decided AS (
    SELECT d.* FROM unnest(
        %(segments)s::bigint[], %(versions)s::int[], %(customers)s::bigint[],
        %(inside)s::boolean[], %(since)s::timestamptz[], %(next)s::timestamptz[]
    ) AS d (segment_id, version, customer_id, inside, since, next_change_at)
    JOIN live USING (segment_id, version)
), gone AS (
    DELETE FROM segments_membership m USING decided d
    WHERE m.segment_id = d.segment_id AND m.customer_id = d.customer_id
      AND NOT d.inside AND d.next_change_at IS NULL
), stay AS (
    INSERT INTO segments_membership (segment_id, customer_id, inside, since, next_change_at)
    SELECT segment_id, customer_id, inside, since, next_change_at FROM decided
    WHERE inside OR next_change_at IS NOT NULL
    ORDER BY customer_id, segment_id
    ON CONFLICT (customer_id, segment_id) DO UPDATE SET
        inside = excluded.inside, since = excluded.since, next_change_at = excluded.next_change_at
), changed AS MATERIALIZED (
    SELECT c.* FROM unnest(
        %(c_segments)s::bigint[], %(c_versions)s::int[], %(c_customers)s::bigint[],
        %(c_entered)s::boolean[], %(c_because)s::text[], %(c_at)s::timestamptz[]
    ) WITH ORDINALITY AS c (segment_id, version, customer_id, entered, because, at, place)
    JOIN live USING (segment_id, version)
), history AS (
    INSERT INTO segments_membershipchange
        (segment_id, customer_id, entered, because, at, noticed_at)
    SELECT segment_id, customer_id, entered, because, at, %(now)s FROM changed ORDER BY place
)
INSERT INTO shared_fact (kind, subject_id, data, at)
SELECT CASE WHEN entered THEN %(entered)s ELSE %(left)s END, customer_id,
       jsonb_build_object('segment', segment_id, 'because', because), at
FROM changed ORDER BY place
"""


def write(rows: Sequence[Row], changes: Sequence[Change], *, now: datetime) -> None:
    """Write these rows and changes; the caller has the turns of the customers."""
    if not rows and not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "concerned": sorted(
                    {row.segment_id for row in rows} | {c.segment_id for c in changes}
                ),
                "segments": [row.segment_id for row in rows],
                "versions": [row.version for row in rows],
                "customers": [row.customer_id for row in rows],
                "inside": [row.inside for row in rows],
                "since": [row.since for row in rows],
                "next": [row.next_change_at for row in rows],
                "c_segments": [change.segment_id for change in changes],
                "c_versions": [change.version for change in changes],
                "c_customers": [change.customer_id for change in changes],
                "c_entered": [change.entered for change in changes],
                "c_because": [change.because for change in changes],
                "c_at": [change.at for change in changes],
                "now": now,
                "entered": ENTERED,
                "left": LEFT,
            },
        )
