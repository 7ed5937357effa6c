"""Keeping the relative scores of buyers for kept memberships, and following those that changed.

Whoever asks a question gets scores of that moment. A kept membership cannot: one order moves the
edges between all the others. So its scores stand in rows as of one moment, are made anew at most
hourly and only while a kept segment asks for them, and whose scores are others then is looked at
again. All are of one moment: they are written in one transaction.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from segments.fields.rfm import live_scores, names_scores
from segments.kept_rules import conditions_of, tree_of
from segments.models import Because, KeptSegment, RfmMoment, RfmScore
from segments.rules.binding import Binder
from segments.turns import take_free_turns

from .reevaluating import AT_ONCE, Look, look_again

EVERY: Final = timedelta(hours=1)
_LOCK: Final = 0x5E93  # advisory lock: one refresh at a time
_LOOKED_AMONG: Final = 1_000  # rows; others may be at the first of them

# Everything is computed and sorted before the first row is written. Only writing makes this a
# transaction that readers of the outbox wait for, so the lock is an advisory one.
_REFRESH: Final = """
INSERT INTO segments_rfmscore AS kept (customer_id, recency, frequency, monetary, pending)
SELECT customer_id, live.recency, live.frequency, live.monetary, %(seg_pending)s
FROM {live} AS live FULL JOIN segments_rfmscore stored USING (customer_id)
WHERE (live.recency, live.frequency, live.monetary)
    IS DISTINCT FROM (stored.recency, stored.frequency, stored.monetary)
ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET
    recency = excluded.recency, frequency = excluded.frequency, monetary = excluded.monetary,
    pending = TRUE
"""


def refresh(*, at: datetime) -> bool:
    """Make the kept scores anew if there are none or they are an hour old, or forget them where
    nothing asks for them; returns whether they are of this moment now.

    Several workers may ask at once: one of them does it.
    """
    if not _is_due(at):
        return False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not _is_due(at):
            return False
        asking = _asking()
        if not asking:
            RfmScore.objects.all().delete()
            RfmMoment.objects.all().delete()
            return False
        _make(at, anew=any(kept.built_at or kept.position for kept in asking))
    return True


def are_kept() -> bool:
    """Whether there are scores to build by."""
    return RfmMoment.objects.exists()


def look_at_changed() -> int:
    """Look again at whose scores changed, in the kept segments that ask for scores.

    As of the moment of the scores; returns how many were looked at. Several workers may: each takes
    customers that nobody else is at, some in each transaction.
    """
    found = 0
    while count := _some():
        found += count
    return found


def _some() -> int:
    with transaction.atomic():
        pending = RfmScore.objects.filter(pending=True).order_by("pk")
        waiting = list(pending.values_list("pk", flat=True)[:_LOOKED_AMONG])
        if not waiting:
            return 0
        mine = take_free_turns(waiting, most=AT_ONCE)
        # Said to be done before it is read: a refresh that comes in between waits, and says anew
        # that there is something to look at.
        taken = list(pending.filter(pk__in=mine).select_for_update().values_list("pk", flat=True))
        rows = RfmScore.objects.filter(pk__in=taken)
        rows.filter(recency=None).delete()
        rows.update(pending=False)
        moment = RfmMoment.objects.first()
        segment_ids = [kept.pk for kept in _asking()]
        if moment and segment_ids:
            look_again(
                {pk: Look(moment.at) for pk in taken},
                segment_ids=segment_ids,
                because=Because.SCORES,
                turns_taken=True,
            )
        return len(taken)


def _is_due(at: datetime) -> bool:
    """Whether there are no scores, or old ones; what is of the future says nothing."""
    moment = RfmMoment.objects.first()
    return moment is None or not at - EVERY < moment.at <= at


def _asking() -> list[KeptSegment]:
    """The kept segments that ask for scores, by themselves or by one that they name."""
    return [
        kept
        for kept in KeptSegment.objects.select_related("segment").order_by("pk")
        if any(names_scores(one.field) for one in conditions_of(tree_of(kept.segment)))
    ]


def _make(at: datetime, *, anew: bool) -> None:
    """Write what is different; where nothing was built by scores yet nobody is to be looked at."""
    binder = Binder(at)
    statement = _REFRESH.format(live=live_scores(binder))
    with connection.cursor() as cursor:
        cursor.execute(statement, {**binder.params, "seg_pending": anew})
    RfmMoment.objects.update_or_create(pk=1, defaults={"at": at})
