"""After a backup was restored: erase again whom it brought back."""

from datetime import datetime

from django.db import connection, transaction

from config.shared import actors, async_actions
from customers.models import Customer, Erasure, ImportRun
from customers.models.import_run import ImportState

from . import erasure_list
from .erasure import UNFINISHED, ErasureReason, erase_customers

_NEVER_AGAIN = """
SELECT setval('customers_customer_id_seq', greatest(%s, (SELECT last_value FROM
    customers_customer_id_seq)))
"""


def replay_erasures(*, at: datetime) -> tuple[int, int]:
    """Erase the listed people whom the database has again; returns how many lines it did not know
    and how many people were erased.

    Somebody who was stored after their number was erased is somebody else (the restored counter
    gave the number a second time) and stays; the counter is moved behind all that are listed.
    Killed in between, it goes on when called again.
    """
    unknown = erased = 0
    for batch in erasure_list.to_be_replayed():
        with transaction.atomic():
            _cancel_imports()
            with connection.cursor() as cursor:
                cursor.execute(_NEVER_AGAIN, [max(entry.customer_pk for entry in batch)])
            moments = {e.customer_pk: e.erased_at for e in sorted(batch, key=_by_time)}
            there = Customer.objects.filter(pk__in=moments).values_list("pk", "created_at")
            back = [pk for pk, created_at in there if created_at <= moments[pk]]
            erased += erase_customers(
                customer_ids=back, actor=actors.SYSTEM, reason=ErasureReason.REPLAYED, at=at
            )
            _know(moments)
        unknown += len(batch)
    return unknown, erased


def _by_time(entry: erasure_list.Listed) -> datetime:
    return entry.erased_at


def _know(moments: dict[int, datetime]) -> None:
    """Rows for all lines, with the time of the line or of this replay."""
    Erasure.objects.bulk_create(
        [Erasure(customer_pk=pk, erased_at=at, listed_at=at) for pk, at in moments.items()],
        ignore_conflicts=True,
    )
    for row in Erasure.objects.filter(customer_pk__in=moments):
        if row.erased_at < moments[row.customer_pk]:
            row.erased_at = moments[row.customer_pk]
            row.save(update_fields=["erased_at"])


def _cancel_imports() -> None:
    """What was being imported when the backup was made may hold people who were erased since."""
    for run in ImportRun.objects.filter(state__in=UNFINISHED).select_related("file"):
        upload, run.file, run.state = run.file, None, ImportState.CANCELLED
        run.save(update_fields=["file", "state"])
        if upload is not None:
            upload.delete()
    async_actions.cancel_those_about_people()
