"""Looking again at members for whom the passing of time may have changed something.

The rows say when. Each is looked at as of exactly that moment, and of the next it leads to, until
that lies ahead: after days without a worker the history is the one that would have been.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from segments.models import Because
from segments.turns import take_free_turns

from .reevaluating import AT_ONCE, Look, look_again

_LOOKED_AMONG: Final = 1_000  # rows; others may be at the first of them

# Ten thousand members are found by the index of moments, whatever the number of those not due.
_DUE = """
SELECT m.customer_id, m.segment_id FROM segments_membership m
WHERE m.next_change_at <= %(now)s AND m.next_change_at IS NOT NULL
  AND EXISTS (SELECT FROM segments_keptsegment k WHERE k.segment_id = m.segment_id)
ORDER BY m.next_change_at LIMIT %(among)s
"""


def pass_time(*, at: datetime) -> int:
    """Look at everybody who is due by then; returns how many answers that took.

    Several workers may: each takes customers that nobody else is at, some in each transaction.
    """
    found = 0
    while count := _some(at):
        found += count
    return found


def _some(at: datetime) -> int:
    with transaction.atomic():
        due = _due(at)
        mine = take_free_turns(dict.fromkeys(pk for pk, _segment in due), most=AT_ONCE)
        segment_ids = {segment for pk, segment in due if pk in set(mine)}
        return look_again(
            {pk: Look(at, touch=None) for pk in mine},
            segment_ids=segment_ids,
            because=Because.TIME,
            turns_taken=True,
        )


def _due(at: datetime) -> list[tuple[int, int]]:
    """Customers and segments, who is due for longest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": at, "among": _LOOKED_AMONG})
        return list(cursor.fetchall())
