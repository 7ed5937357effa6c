"""Lists of customers as files: asked for, written in the background, kept for a week.

Rows are written in batches by ascending id; each batch, its piece of the file and the position are
one transaction, so a killed worker's successor goes on behind it. One worker per export: an
advisory lock that ends with its connection. A workbook is made of the finished CSV, because a ZIP
cannot be continued; killed there, that step begins again.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import audit, clock, dispatch, files, spreadsheets
from config.shared.actors import SYSTEM, Actor
from config.shared.errors import BadInput, Conflict
from config.shared.models import StoredFile
from customers.export_columns import KEY, Column, available, rows_of
from customers.listing import SEARCH, listed
from customers.models import ExportRun, ExportState

CUSTOMERS: Final = "customers"
FORMATS: Final = {"csv": spreadsheets.CSV_TYPE, "xlsx": spreadsheets.XLSX_TYPE}
BATCH: Final = 2_000  # customers
KEPT: Final = timedelta(days=7)
LONGEST_RUN: Final = 240.0  # seconds; the next sweep goes on
TASK: Final = "customers.work_on_exports"
_LOCK: Final = 0x0E4B  # the first half of the advisory lock; the second is the run's id


class ExportOver(Conflict):
    message = gettext_lazy("The export has ended already.")


def request_export(
    *,
    query: Mapping[str, str],
    columns: Sequence[str],
    file_format: str,
    actor: Actor,
    at: datetime,
) -> ExportRun:
    """Ask for the customers that the list shows for `query`, with these columns.

    Our id is always the first column. Raises BadInput for a column or format there is not.
    """
    if file_format not in FORMATS:
        raise BadInput(
            _("There is no format called “%(name)s”.") % {"name": file_format},
            details=_("Use one of: %(names)s.") % {"names": ", ".join(FORMATS)},
        )
    known = available()
    unknown = [key for key in columns if key not in known]
    if unknown:
        raise BadInput(_("There is no column “%(name)s”.") % {"name": unknown[0]})
    kept = {name: value for name, value in query.items() if value}
    with transaction.atomic():
        run = ExportRun.objects.create(
            kind=CUSTOMERS,
            file_format=file_format,
            filters={"query": kept, "columns": [KEY, *(key for key in columns if key != KEY)]},
            actor_kind=actor.kind,
            actor_id=actor.id,
            requested_at=at,
            expires_at=at + KEPT,
        )
        audit.record(
            actor=actor, action="export.requested", of=run, fields=[*kept, *run.filters["columns"]]
        )
        dispatch.after_commit(TASK)
    return run


def cancel_export(*, run: ExportRun, actor: Actor, at: datetime) -> None:
    """Stop an export and delete what it wrote. Raises ExportOver when it has ended."""
    with transaction.atomic():
        current = ExportRun.objects.select_for_update().select_related(None).get(pk=run.pk)
        if current.state not in (ExportState.WAITING, ExportState.RUNNING):
            raise ExportOver
        _end(current, ExportState.CANCELLED, at)
        _delete_file(current)
        audit.record(actor=actor, action="export.cancelled", of=current)


def record_download(*, run: ExportRun, actor: Actor) -> StoredFile:
    """The finished file, its download written down. Raises ExportOver when it is gone."""
    if run.file is None or run.state != ExportState.FINISHED:
        raise ExportOver(_("The file is not there (any more)."), details=_("Export again."))
    audit.record(actor=actor, action="export.downloaded", of=run)
    return run.file


def work_on_exports(*, longest: float = LONGEST_RUN) -> int:
    """Write what is asked for, the oldest first; returns how many exports were finished.

    Any number of workers: each takes exports that no other holds.
    """
    ends, finished = monotonic() + longest, 0
    unfinished = ExportRun.objects.filter(state__in=[ExportState.WAITING, ExportState.RUNNING])
    for pk in unfinished.order_by("id").values_list("pk", flat=True):
        with _held(pk) as mine:
            if mine:
                finished += _write(pk, ends)
        if monotonic() >= ends:
            break
    return finished


@contextmanager
def _held(pk: int) -> Iterator[bool]:
    """Whether this worker, and no other, now works on the export."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, pk])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, pk])


def _write(pk: int, ends: float) -> bool:
    """Batches until the end or until time is up; whether the export is finished now."""
    while _write_batch(pk):
        if monotonic() >= ends:
            return False
    run = ExportRun.objects.select_related("file").get(pk=pk)
    if run.state != ExportState.RUNNING or run.file is None:
        return False
    if run.file_format != "xlsx":
        return _finish(pk, None)
    with TemporaryFile() as workbook:
        spreadsheets.write_xlsx(_rows(run.file, _columns(run)), workbook, title=_("Customers"))
        return _finish(pk, workbook)


def _write_batch(pk: int) -> bool:
    """The next customers and the new position; False when none are left or the export ended."""
    with transaction.atomic():
        run = ExportRun.objects.select_for_update().get(pk=pk)
        if run.state not in (ExportState.WAITING, ExportState.RUNNING):
            return False
        at, columns = run.requested_at, _columns(run)
        rows = listed(run.filters["query"], at=at)
        if run.state == ExportState.WAITING:
            run.state, run.row_count = ExportState.RUNNING, rows.count()
            run.file = files.begin(name=_name(run), content_type=spreadsheets.CSV_TYPE)
            heading = spreadsheets.csv_bytes([[str(column.title) for column in columns]])
            files.append(run.file, spreadsheets.BYTE_ORDER_MARK + heading)
        found = list(rows.filter(pk__gt=run.position).order_by("pk")[:BATCH])
        if found and run.file is not None:
            files.append(run.file, spreadsheets.csv_bytes(rows_of(found, columns, at=at)))
            run.position = found[-1].pk
            run.rows_done += len(found)
        run.save(update_fields=["state", "row_count", "file", "position", "rows_done"])
        return bool(found)


def _columns(run: ExportRun) -> list[Column]:
    known = available()
    # An attribute may have been retired, or marked sensitive, since.
    return [known[key] for key in run.filters["columns"] if key in known]


def _name(run: ExportRun) -> str:
    return f"{run.kind}-{run.requested_at:%Y-%m-%d}-{run.pk}.{run.file_format}"


def _rows(source: StoredFile, columns: Sequence[Column]) -> Iterator[list[Any]]:
    """The rows of a CSV file of ours, the first of them the heading."""
    reader = csv.reader(_lines(source))
    yield next(reader)
    for row in reader:
        yield [
            int(text) if column.is_number and text else spreadsheets.restored(text)
            for column, text in zip(columns, row, strict=True)
        ]


def _lines(source: StoredFile) -> Iterator[str]:
    rest = b""
    for number, part in enumerate(files.read(source)):
        body = part.removeprefix(spreadsheets.BYTE_ORDER_MARK) if number == 0 else part
        *whole, rest = (rest + body).split(b"\n")
        for line in whole:
            yield f"{line.decode()}\n"
    if rest:
        yield io.TextIOWrapper(io.BytesIO(rest)).read()


def _finish(pk: int, workbook: IO[bytes] | None) -> bool:
    """Put the finished file in its place, unless the export was stopped meanwhile."""
    with transaction.atomic():
        run = ExportRun.objects.select_for_update().get(pk=pk)
        if run.state != ExportState.RUNNING or run.file is None:
            return False
        if workbook is None:
            files.finish(run.file)
        else:
            workbook.seek(0)
            rows, run.file = (
                run.file,
                files.store(
                    name=run.file.name,
                    content_type=spreadsheets.XLSX_TYPE,
                    parts=iter(lambda: workbook.read(files.CHUNK), b""),
                ),
            )
        _end(run, ExportState.FINISHED, clock.now())
        if workbook is not None:
            rows.delete()
        audit.record(actor=SYSTEM, action="export.finished", of=run)
        return True


def _end(run: ExportRun, state: str, at: datetime) -> None:
    """Whom somebody searched for is not kept once the file is there."""
    query = {name: value for name, value in run.filters["query"].items() if name != SEARCH}
    searched = SEARCH in run.filters["query"]
    run.filters = {**run.filters, "query": query, "searched": searched}
    run.state, run.finished_at = state, at
    run.save(update_fields=["filters", "state", "finished_at", "file"])


def _delete_file(run: ExportRun) -> None:
    if run.file is not None:
        file, run.file = run.file, None
        run.save(update_fields=["file"])
        file.delete()


def delete_expired(*, at: datetime) -> int:
    """Delete the files whose week is over; returns how many. The run stays and says what it was."""
    deleted = 0
    for run in ExportRun.objects.filter(expires_at__lte=at).exclude(file=None):
        with transaction.atomic():
            current = ExportRun.objects.select_for_update().get(pk=run.pk)
            if current.state in (ExportState.WAITING, ExportState.RUNNING):
                _end(current, ExportState.CANCELLED, at)
            _delete_file(current)
            deleted += 1
    return deleted


def exports_of(actor: Actor) -> Any:
    """What this colleague asked for, the newest first."""
    return ExportRun.objects.filter(actor_kind=actor.kind, actor_id=actor.id).order_by("-id")


def listed_count(query: Mapping[str, str], *, at: datetime) -> int:
    """How many customers an export of this list would hold."""
    return listed(query, at=at).count()
