"""Adding up everybody's purchases anew in the background, so that it may stop at any moment."""

from datetime import datetime

from django.db import transaction

from config.shared import dispatch, facts
from customers.models import PurchaseRebuild

from .purchases import rebuild_batch

TASK = "customers.rebuild_purchases"
REBUILT = "purchases.rebuilt"  # of everybody: its subject is nobody


def want_rebuild(*, at: datetime) -> None:
    """Have everybody's purchases added up anew; one under way begins again, in this transaction."""
    PurchaseRebuild.objects.update_or_create(
        pk=1,
        defaults={"wanted_at": at, "position": 0, "customers_done": 0, "finished_at": None},
    )
    dispatch.after_commit(TASK)


def work(*, at: datetime) -> int:
    """Go on where the wanted rebuild stands, to its end; returns how many customers were done.

    Each batch and its position are one transaction. Two workers take turns.
    """
    done = 0
    while True:
        with transaction.atomic():
            run = (
                PurchaseRebuild.objects.select_for_update(skip_locked=True)
                .filter(finished_at=None)
                .first()
            )
            if run is None:
                return done
            last, count = rebuild_batch(after=run.position)
            done += count
            if count:
                run.position, run.customers_done = last, run.customers_done + count
            else:
                run.finished_at = at
                facts.record(kind=REBUILT, subject_id=0, at=at)
            run.save()
