"""Alarms: an offer that refuses many customers by one rule."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from config.shared import audit
from config.shared.actors import Actor
from rewards.errors import AlarmOver
from rewards.models import RefusalAlarm

WITHIN: Final = timedelta(hours=1)
MANY: Final = 5
"""Customers; one who tries again and again is nobody's alarm. An attempt that names no customer
counts as one. Offers with a lower threshold need no more customers than that."""
_TURN: Final = 0x4E0A  # the advisory lock of whoever raises or closes alarms

_REFUSED: Final = "r.result = 'FAILURE' AND NOT r.test"

# Only where something new was refused, so that alarms nobody sees to cost one look at an index.
_RISE: Final = f"""
UPDATE rewards_refusalalarm AS a
SET attempts = found.attempts, customers = found.customers, last_at = found.last_at
FROM (
    SELECT o.id, count(*) AS attempts, count(DISTINCT i.customer_id) AS customers,
           max(r.created_at) AS last_at
    FROM rewards_refusalalarm o
    JOIN rewards_redemption r ON r.promotion_id = o.promotion_id AND r.failure_rule = o.rule
        AND {_REFUSED} AND r.created_at BETWEEN o.first_at AND %(at)s
    LEFT JOIN customers_identity i ON i.id = r.identity_id
    WHERE o.closed_at IS NULL AND EXISTS (
        SELECT FROM rewards_redemption r
        WHERE r.promotion_id = o.promotion_id AND r.failure_rule = o.rule
          AND {_REFUSED} AND r.created_at > o.last_at AND r.created_at <= %(at)s)
    GROUP BY o.id
) AS found
WHERE a.id = found.id
"""

# What was refused before somebody saw to the alarm before it, does not raise another.
_RAISE: Final = f"""
INSERT INTO rewards_refusalalarm
    (promotion_id, rule, attempts, customers, first_at, last_at, raised_at, note)
SELECT p.id, found.rule, found.attempts, found.customers, found.first_at, found.last_at,
       %(at)s, ''
FROM rewards_promotion p
CROSS JOIN LATERAL (
    SELECT r.failure_rule AS rule, count(*) AS attempts,
           count(DISTINCT i.customer_id) AS customers,
           min(r.created_at) AS first_at, max(r.created_at) AS last_at
    FROM rewards_redemption r
    LEFT JOIN customers_identity i ON i.id = r.identity_id
    WHERE r.promotion_id = p.id AND {_REFUSED} AND r.failure_rule <> ''
      AND r.created_at > %(since)s AND r.created_at <= %(at)s
      AND NOT EXISTS (
          SELECT FROM rewards_refusalalarm c
          WHERE c.promotion_id = p.id AND c.rule = r.failure_rule
            AND (c.closed_at IS NULL OR c.closed_at >= r.created_at))
    GROUP BY r.failure_rule
    HAVING count(*) >= p.alarm_refusals
       AND count(DISTINCT i.customer_id) + count(*) FILTER (WHERE r.identity_id IS NULL)
           >= LEAST(p.alarm_refusals, %(many)s)
) AS found
WHERE p.alarm_refusals IS NOT NULL
"""


def watch_refusals(*, at: datetime) -> int:
    """Raise alarms for the hour up to `at`, and the numbers of those that are open.

    An alarm is raised once an offer refused `alarm_refusals` attempts of many customers by the same
    rule; attempts of keys in test mode never count. There is one open alarm for each offer and
    rule. Returns how many were raised. Whoever raises or closes alarms takes turns, so it may run
    anywhere, also twice at once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _take_turn()
        asked: dict[str, Any] = {"at": at, "since": at - WITHIN, "many": MANY}
        cursor.execute(_RISE, asked)
        cursor.execute(_RAISE, asked)
        return int(cursor.rowcount)


def see_to(*, alarm: RefusalAlarm, note: str, actor: Actor, at: datetime) -> RefusalAlarm:
    """Close an alarm and keep what was done about it; the same again raises another one.

    Raises AlarmOver where somebody else was faster.
    """
    with transaction.atomic():
        _take_turn()
        current = RefusalAlarm.objects.select_for_update().get(pk=alarm.pk)
        if current.closed_at is not None:
            raise AlarmOver
        current.closed_at, current.note = at, note.strip()[:300]
        current.closed_by_id = int(actor.id) if actor.kind == "staff" else None
        current.save(update_fields=["closed_at", "note", "closed_by"])
        audit.record(actor=actor, action="alarm.seen_to", of=current, fields=["closed_at", "note"])
    return current


def _take_turn() -> None:
    """Wait for the turn before looking: what is read after it is what the one before wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
