"""Building the membership of kept segments, block of customers by block.

The first build finds who is in a segment; nobody entered by it. A later one, after the rule or the
scores changed, finds who is in it now instead, and tells of those who entered and left by that.
Each block and the position behind it are one transaction: killed anywhere, it goes on there.
"""

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from config.shared import clock
from customers.models import DataCategory
from segments.fields.rfm import names_scores
from segments.kept_rules import KeptRule, fields_of, rules_of
from segments.models import KeepingState, KeptSegment
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, certainly
from segments.rules.waking import next_change
from segments.turns import BLOCK, block_of, take_block

from . import scoring
from .keeping import begin_anew
from .writing_memberships import ENTERED, LEFT

# Who is deleted meanwhile is waited for and then skipped.
_BUILD: Final = """
WITH answer AS MATERIALIZED (
    SELECT * FROM (
        SELECT c.id AS customer_id, {inside} AS inside, {moment} AS next_change_at
        FROM customers_customer c {joins}
        WHERE c.id > %(seg_after)s AND c.id <= %(seg_last)s AND {unrestricted}
    ) asked WHERE inside OR next_change_at IS NOT NULL
), stored AS MATERIALIZED (
    SELECT customer_id, inside, since, next_change_at FROM segments_membership
    WHERE segment_id = %(seg_segment)s
      AND customer_id > %(seg_after)s AND customer_id <= %(seg_last)s
), present AS MATERIALIZED (
    SELECT id FROM customers_customer
    WHERE id IN (SELECT customer_id FROM answer UNION SELECT customer_id FROM stored)
    ORDER BY id FOR KEY SHARE
), decided AS MATERIALIZED (
    SELECT p.id AS customer_id, coalesce(a.inside, FALSE) AS inside, a.next_change_at,
           coalesce(s.inside, FALSE) AS was_inside, s.since
    FROM present p
    LEFT JOIN answer a ON a.customer_id = p.id
    LEFT JOIN stored s ON s.customer_id = p.id
), gone AS (
    DELETE FROM segments_membership m USING decided d
    WHERE m.segment_id = %(seg_segment)s AND m.customer_id = d.customer_id
      AND NOT d.inside AND d.next_change_at IS NULL
), stay AS (
    INSERT INTO segments_membership AS m
        (segment_id, customer_id, inside, since, next_change_at)
    SELECT %(seg_segment)s, customer_id, inside,
           CASE WHEN NOT inside OR %(seg_first)s THEN NULL
                WHEN was_inside THEN since ELSE %(seg_now)s END,
           next_change_at
    FROM decided WHERE inside OR next_change_at IS NOT NULL ORDER BY customer_id
    ON CONFLICT (customer_id, segment_id) DO UPDATE SET
        inside = excluded.inside, since = excluded.since, next_change_at = excluded.next_change_at
    WHERE (m.inside, m.since, m.next_change_at)
        IS DISTINCT FROM (excluded.inside, excluded.since, excluded.next_change_at)
), changed AS MATERIALIZED (
    SELECT customer_id, inside AS entered FROM decided
    WHERE inside <> was_inside AND NOT %(seg_first)s
), history AS (
    INSERT INTO segments_membershipchange
        (segment_id, customer_id, entered, because, at, noticed_at)
    SELECT %(seg_segment)s, customer_id, entered, %(seg_because)s, %(seg_now)s, %(seg_now)s
    FROM changed ORDER BY customer_id
)
INSERT INTO shared_fact (kind, subject_id, data, at)
SELECT CASE WHEN entered THEN %(seg_entered)s ELSE %(seg_left)s END, customer_id,
       jsonb_build_object('segment', %(seg_segment)s, 'because', %(seg_because)s), %(seg_now)s
FROM changed ORDER BY customer_id
"""


class _NoScores(Exception):
    """The rule asks for scores, and none are kept yet."""


def build() -> int:
    """Build what waits to be built, to its end; returns how many blocks were done.

    Several workers may: each takes a segment that nobody else is at.
    """
    blocks = 0
    while True:
        try:
            if not _build_block():
                return blocks
            blocks += 1
        except _NoScores:
            # Long, so not in the transaction of a block, which holds a keeping.
            scoring.refresh(at=clock.now())


def _build_block() -> bool:
    """The next block of one segment; whether there was one to build."""
    with transaction.atomic():
        kept = (
            KeptSegment.objects.exclude(state=KeepingState.KEPT)
            .select_for_update(no_key=True, skip_locked=True)
            .order_by("state", "pk")  # what was begun before what waits
            .first()
        )
        if kept is None:
            return False
        after = _next_customer(kept.position)
        if after is None:
            kept.state, kept.built_at = KeepingState.KEPT, clock.now()
            kept.save(update_fields=["state", "built_at"])
            return True
        gated = frozenset(map(DataCategory, kept.gated))
        rule = rules_of({kept.pk: kept.digest}, gated=gated).get(kept.pk)
        if rule is None:
            begin_anew(kept)
            return True
        if any(map(names_scores, rule.fields)) and not scoring.are_kept():
            raise _NoScores
        block = block_of(after)
        take_block(block)
        _build(kept, rule, gated, block, clock.now())
        # A block is whole by primary keys, whoever of it there is.
        kept.position, kept.state = (block + 1) * BLOCK - 1, KeepingState.BUILDING
        kept.save(update_fields=["state", "position"])
        return True


def _next_customer(position: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM customers_customer WHERE id > %s", [position])
        found: int | None = cursor.fetchone()[0]
        return found


def _build(
    kept: KeptSegment, rule: KeptRule, gated: frozenset[DataCategory], block: int, now: datetime
) -> None:
    binder = Binder(now, few=True, stored_scores=True)
    with fields_of([rule]):
        parts = {
            "inside": certainly(rule.tree, True, binder, gated),
            "moment": next_change(rule.tree, binder, gated),
            "joins": binder.joins(),
            "unrestricted": UNRESTRICTED,
        }
    params: dict[str, Any] = {
        **binder.params,
        "seg_segment": kept.pk,
        "seg_after": block * BLOCK - 1,
        "seg_last": (block + 1) * BLOCK - 1,
        "seg_first": kept.built_at is None,
        "seg_because": kept.because,
        "seg_now": now,
        "seg_entered": ENTERED,
        "seg_left": LEFT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BUILD.format(**parts), params)
