"""Working off checks and imports of files, killed at any moment and started again.

A batch of rows, the list of those it did not take and the checkpoint are one transaction. A check
writes nothing but its report and begins anew after a kill. One import writes at a time; checks run
beside it. Who works on a run holds an advisory lock, which ends with its connection: a killed
worker's run is simply free for the next sweep.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import count
from tempfile import TemporaryFile
from time import sleep
from typing import Any, Final

import structlog
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, files
from config.shared.actors import Actor
from config.shared.errors import Conflict, VesileError
from config.shared.idempotency import Overtaken
from config.shared.models import Project
from customers.importing import detecting
from customers.importing.ahead import Batch, batches, read_ahead
from customers.importing.contents import Contents, Tally, Writer, contents_of
from customers.importing.reports import Report, rejected_header, rejected_rows
from customers.models import ImportRun, ImportTouch
from customers.models.import_run import ImportState, ImportWish

from .file_imports import end, limits, upload_of

log = structlog.get_logger("vesile.imports")

BATCH: Final = 20_000  # rows
_WRITING: Final = 0x1A907  # advisory lock, shared with the command import_orders
_CHECKING: Final = 0x1A908  # advisory lock of one run's check: (this, run)
_TRIES: Final = 20  # of a batch that met another writer
_PAUSE: Final = 0.05  # seconds after the first try, twice that after the second
FORGOTTEN_AFTER: Final = timedelta(days=7)  # an upload that nobody went on with


def work(*, batch_size: int = BATCH) -> int:
    """Work off every run that waits and that nobody else works on; returns how many ended.

    Called by a task, as often as one likes and by several at once.
    """
    done = _forget_old()
    for run in ImportRun.objects.filter(state=ImportState.CHECKING).order_by("pk"):
        with _held(_CHECKING, run.pk) as mine:
            done += mine and _check(run.pk, batch_size)
    with _held(_WRITING) as mine:
        while mine and (run_pk := _next()) is not None:
            done += _import(run_pk, batch_size)
    return done


@contextmanager
def _held(*key: int) -> Iterator[bool]:
    """Whether we hold the advisory lock of this key in the block; never waits for it."""
    places = ", ".join(["%s"] * len(key))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({places})", key)
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({places})", key)


def _next() -> int | None:
    """The run to go on with: one whose worker was killed, else the one that waits the longest."""
    states = (ImportState.RUNNING, ImportState.WAITING)
    waiting = ImportRun.objects.filter(state__in=states, file__isnull=False)
    return waiting.order_by("state", "started_at", "pk").values_list("pk", flat=True).first()


def _forget_old() -> int:
    """End uploads that nobody touched for long: while one lies about, nobody can be erased."""
    old = clock.now() - FORGOTTEN_AFTER
    states = (ImportState.UPLOADED, ImportState.CHECKED)
    forgotten = 0
    for pk in ImportRun.objects.filter(state__in=states, started_at__lt=old).values_list("pk"):
        with transaction.atomic():
            run = _reread(pk[0])
            if run.state in states and run.started_at < old:
                with _in_the_projects_language():
                    run.problem = gettext(
                        "Nobody went on with this upload for %(days)d days, so its file was "
                        "deleted. Nothing was imported; upload it again."
                    ) % {"days": FORGOTTEN_AFTER.days}
                end(run, ImportState.CANCELLED)
                forgotten += 1
    return forgotten


def _in_the_projects_language() -> translation.override:
    """For what a worker writes down: it does not know who will read it."""
    return translation.override(Project.objects.values_list("language", flat=True).get(pk=1))


def _reread(pk: int) -> ImportRun:
    """The run, locked until the end of the transaction."""
    rows = ImportRun.objects.select_for_update(of=("self",)).select_related("file", "rejects")
    return rows.get(pk=pk)


@contextmanager
def _batches(run: ImportRun, kind: Contents, batch_size: int) -> Iterator[Iterator[Batch]]:
    """The batches behind the checkpoint. The upload is copied to disk, so that the thread that
    reads ahead needs no database.
    """
    setting = detecting.setting_of(run)
    reader = kind.reader(setting)
    with TemporaryFile() as upload:
        for part in files.read(upload_of(run)):
            upload.write(part)
        found = detecting.read_rows(upload, run.detected, limits(), reader, after=run.lines_done)
        group = kind.group(setting) if kind.group else None
        with (
            closing(found) as rows,
            read_ahead(batches(rows, size=batch_size, group=group)) as coming,
        ):
            yield coming


def _check(pk: int, batch_size: int) -> int:
    run = ImportRun.objects.select_related("file").get(pk=pk)
    kind, report = contents_of(run.kind), Report()
    run.lines_done = 0
    writer = kind.writer(run, detecting.setting_of(run), dry_run=True)
    try:
        with _batches(run, kind, batch_size) as coming:
            for batch in coming:
                with transaction.atomic():
                    report.add(batch, _taken(kind, writer, batch))
                    if not _checkpoint(pk, batch, report):
                        return 1
    except VesileError as error:
        return _fail(pk, error)
    with transaction.atomic():
        report.add(None, writer.finish())
        run = _reread(pk)
        run.state, run.report = ImportState.CHECKED, report.as_json()
        run.line_count, run.lines_done = max(run.lines_done, 1), 0
        run.save(update_fields=["state", "report", "line_count", "lines_done"])
    return 1


def _checkpoint(pk: int, batch: Batch, report: Report) -> bool:
    """Tell how far a check has come; False when it was not to go on."""
    run = _reread(pk)
    if run.wish == ImportWish.CANCEL:
        end(run, ImportState.CANCELLED)
        return False
    run.lines_done, run.report = batch.last, report.as_json()
    run.save(update_fields=["lines_done", "report"])
    return True


def _taken(kind: Contents, writer: Writer, batch: Batch) -> Tally:
    """Give the writer the rows that could be read; the others are rejected."""
    if kind.whole_groups:
        return writer.write(batch.rows)
    tally = writer.write([row for row in batch.rows if not row.problems])
    tally.rejected.extend((row, problem) for row in batch.rows for problem in row.problems)
    return tally


def _import(pk: int, batch_size: int) -> int:
    """Go on with a run until it ends or is to pause."""
    with transaction.atomic():
        run = _reread(pk)
        if not _obeys(run):
            return 1
        if run.state == ImportState.WAITING:
            if run.lines_done == 0 and run.rejects is not None and not run.rejects.chunks.exists():
                files.append(run.rejects, rejected_header(run))
            run.state = ImportState.RUNNING
            run.save(update_fields=["state"])
    kind = contents_of(run.kind)
    setting = detecting.setting_of(run)
    try:
        writer = kind.writer(run, setting, dry_run=False)
        with _batches(run, kind, batch_size) as coming:
            for batch in coming:
                if not _write(pk, kind, writer, batch):
                    return 1
        _finish(pk, writer)
    except VesileError as error:
        return _fail(pk, error)
    return 1


def _write(pk: int, kind: Contents, writer: Writer, batch: Batch) -> bool:
    """One batch and its checkpoint in one transaction; False when it was the last for now."""
    for attempt in count(1):
        try:
            with transaction.atomic():
                tally = _taken(kind, writer, batch)
                return _write_down(pk, batch, tally)
        except (IntegrityError, Overtaken) as error:
            # Somebody made one of our new customers, or merged one we know, at this moment.
            if attempt == _TRIES:
                raise Conflict(
                    _("Another system keeps writing the same customers."),
                    details=_("Import the file again when it has ended."),
                ) from error
            sleep(_PAUSE * attempt)
    return False


def _write_down(pk: int, batch: Batch | None, tally: Tally) -> bool:
    run = _reread(pk)
    report = Report.of(run.counts)
    report.add(batch, tally)
    run.counts = report.as_json()
    if tally.rejected and run.rejects is not None:
        with _in_the_projects_language():
            files.append(run.rejects, rejected_rows(run, tally.rejected))
    if batch is not None:
        run.lines_done = batch.last
    run.save(update_fields=["counts", "lines_done"])
    return _obeys(run)


def _obeys(run: ImportRun) -> bool:
    """Whether to go on; a wish to pause or stop is fulfilled now, in the caller's transaction."""
    if run.wish == ImportWish.PAUSE:
        run.state, run.wish = ImportState.PAUSED, ""
        run.save(update_fields=["state", "wish"])
        return False
    if run.wish == ImportWish.CANCEL:
        _end(run, ImportState.CANCELLED)
        return False
    return True


def _finish(pk: int, writer: Writer) -> None:
    with transaction.atomic():
        _write_down(pk, None, writer.finish())
        run = _reread(pk)
        if run.state == ImportState.RUNNING:
            _end(run, ImportState.FINISHED)
            actor = Actor(run.actor_kind, run.actor_id)
            audit.record(actor=actor, action="import.finished", of=run, fields=_counted(run))


def _counted(run: ImportRun) -> list[str]:
    """The counts for the audit log, which holds names only: created=12."""
    counts: Counter[str] = Counter(run.counts.get("counts", {}))
    return [f"{name}={number}" for name, number in counts.items()]


def _end(run: ImportRun, state: ImportState) -> None:
    ImportTouch.objects.filter(run=run).delete()
    end(run, state)


def _fail(pk: int, error: VesileError) -> int:
    """The file cannot be read on: what was written stays, and the run says why it ended."""
    with transaction.atomic():
        run = _reread(pk)
        with _in_the_projects_language():
            run.problem = str(error)
        _end(run, ImportState.FAILED)
        audit.record(actor=Actor(run.actor_kind, run.actor_id), action="import.failed", of=run)
    log.warning("import_failed", run=pk, error=type(error).__name__)
    return 1


def progress(run: ImportRun) -> dict[str, Any]:
    """How far a run has come, as it is stored: rows read and the share of the file, 0 to 1."""
    told = run.report if run.state == ImportState.CHECKING else run.counts
    lines = run.line_count or 0
    return {
        "read": int(told.get("read", 0)),
        "share": min(1.0, run.lines_done / lines) if lines else 0.0,
    }
