"""Importing orders from a file, so that it may be killed at any moment and started again.

One run per file (by content) and options. A batch of lines, the list of lines it did not keep and
the checkpoint are written in one transaction; so are a batch of matched customers and theirs. The
same file again continues where that stands, and changes nothing once it is finished.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, files
from config.shared.actors import Actor
from config.shared.errors import BadInput, Locked
from config.shared.idempotency import Overtaken
from config.shared.models import Project, StoredFile
from customers.importing import batches, online_retail, rejects
from customers.importing.batches import Batch
from customers.importing.reasons import REJECTS, Reason
from customers.importing.rejects import Rejected
from customers.importing.source import SourceFile, UnusableFile, inspect
from customers.models import ImportRun
from customers.models.import_run import ImportPhase, ImportState

from . import order_batches, return_matching

FORMATS: Final = {online_retail.NAME: online_retail.COLUMNS}
_LOCK: Final = 0x1A907  # advisory lock: one import of orders at a time
_TRIES: Final = 20  # of a batch that met another writer
_PATIENCE: Final = "3s"  # a killed import's server process may still finish its statement

Progress = Callable[[ImportRun, int], None]
"""Told the run and the number of lines in the file, after every checkpoint."""


def import_orders(
    *,
    path: Path,
    file_format: str,
    actor: Actor,
    shift_weeks: int = 0,
    progress: Progress = lambda run, line_count: None,
    batch_size: int = batches.SIZE,
) -> ImportRun:
    """Import the file, or what is left of it; returns the finished run with its counts.

    Raises UnusableFile or BadInput before anything is written, and Locked while another import
    works. Everything that is written can be written again with the same result.
    """
    if file_format not in FORMATS:
        raise BadInput(
            _("There is no format called “%(name)s”.") % {"name": file_format},
            details=_("Use one of: %(names)s.") % {"names": ", ".join(FORMATS)},
        )
    source = inspect(path)
    _check_header(source, FORMATS[file_format])
    with _alone():
        run = _run_of(source, file_format, {"shift_weeks": shift_weeks}, actor)
        if run.phase == ImportPhase.LINES and run.state != ImportState.FINISHED:
            _import_lines(run, source, shift_weeks, progress, batch_size)
        while run.state != ImportState.FINISHED:
            _match_some(run, actor)
            progress(run, source.line_count)
    return run


def _check_header(source: SourceFile, expected: tuple[str, ...]) -> None:
    found = [name.strip().strip('"') for name in source.header.split(",")]
    if tuple(found) != expected:
        raise UnusableFile(
            _("%(name)s has another format: the columns should be %(expected)s, but are %(found)s.")
            % {
                "name": source.name,
                "expected": ", ".join(expected),
                "found": ", ".join(found)[:200],
            }
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the import lock on this connection; raises Locked when somebody else does."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
            raise
        raise Locked(
            _("Another import is working."), details=_("Start this one when that has ended.")
        ) from None
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _run_of(
    source: SourceFile, file_format: str, options: dict[str, Any], actor: Actor
) -> ImportRun:
    """The run of this file, made when it has none yet."""
    with transaction.atomic():
        run, created = ImportRun.objects.get_or_create(
            kind=file_format,
            sha256=source.sha256,
            options=options,
            defaults={
                "name": source.name[:200],
                "started_at": clock.now(),
                "lines_done": 1,  # the header
                "counts": dict.fromkeys(_COUNTS, 0) | {"rejects": {}, "unknown_countries": {}},
            },
        )
        if created:
            order_batches.begin(run)
            run.rejects = files.begin(name=f"{source.name}.rejects.csv", content_type="text/csv")
            files.append(run.rejects, rejects.header())
            run.save(update_fields=["rejects", "order_lines_before", "return_lines_before"])
            audit.record(actor=actor, action="import.started", of=run)
    return run


def _list_of(run: ImportRun) -> StoredFile:
    """The list of lines that were not kept, made together with the run."""
    return StoredFile.objects.get(importrun=run)


_COUNTS: Final = (
    "lines_read",
    "orders",
    "lines",
    "cancellations",
    "cancellation_lines",
    "non_products",
    "without_customer",
    "duplicates",
    "already_stored",
    "rejected",
    "customers",
    "products",
)
_COUNT_OF_REASON: Final = {
    Reason.NO_CUSTOMER: "without_customer",
    Reason.DUPLICATE: "duplicates",
    Reason.ALREADY_STORED: "already_stored",
    Reason.NON_PRODUCT: "non_products",
}


def _import_lines(
    run: ImportRun, source: SourceFile, shift_weeks: int, progress: Progress, batch_size: int
) -> None:
    default_zone = Project.objects.get().zone
    coming = batches.batches(source, after=run.lines_done, shift_weeks=shift_weeks, size=batch_size)
    for batch in batches.read_ahead(coming):
        _write_meeting_others(run, batch, default_zone)
        progress(run, source.line_count)
    with transaction.atomic():
        order_batches.settle_names(run)
        run.phase = ImportPhase.RETURNS
        run.save(update_fields=["phase"])


def _write_meeting_others(run: ImportRun, batch: Batch, default_zone: str) -> None:
    """One batch in a transaction, begun again where somebody made or merged its customers."""
    for _try in range(_TRIES - 1):
        try:
            with transaction.atomic():
                _write(run, batch, default_zone)
        except (IntegrityError, Overtaken):
            continue
        return
    with transaction.atomic():
        _write(run, batch, default_zone)


def _write(run: ImportRun, batch: Batch, default_zone: str) -> None:
    """One batch and its checkpoint, in the caller's transaction."""
    written = order_batches.write(run, batch, default_zone=default_zone)
    listed = [
        *batch.rejected,
        *(
            Rejected(number, reason, batch.raw[number])
            for number in batch.lines
            if (reason := written.reason(number))
        ),
    ]
    _count(run, batch, listed, written.added)
    listed.sort(key=lambda row: row.line or 0)
    if listed:
        files.append(_list_of(run), rejects.as_csv(listed))
    run.lines_done = batch.last
    run.save(update_fields=["counts", "lines_done"])


def _count(run: ImportRun, batch: Batch, listed: list[Rejected], added: Counter[str]) -> None:
    added["lines_read"] += batch.record_count
    by_reason = Counter(row.reason for row in listed)
    for reason, count in by_reason.items():
        added["rejected" if reason in REJECTS else _COUNT_OF_REASON[reason]] += count
    for name in _COUNTS:
        run.counts[name] += added[name]
    _add(run.counts["rejects"], {r.value: n for r, n in by_reason.items() if r in REJECTS})
    _add(run.counts["unknown_countries"], batch.unknown_countries)


def _add(totals: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        totals[name] = totals.get(name, 0) + count


def _match_some(run: ImportRun, actor: Actor) -> None:
    """Match the returns of the next customers, or finish the run when there are none."""
    customers = return_matching.next_customers(after=run.customers_done)
    with transaction.atomic():
        if customers:
            return_matching.match_returns(customers=customers)
            run.customers_done = customers[-1]
            run.save(update_fields=["customers_done"])
        else:
            _finish(run, actor)


def _finish(run: ImportRun, actor: Actor) -> None:
    counts, missing = order_batches.matched(run)
    if missing:
        listed = [
            Rejected(
                None,
                Reason.UNMATCHED_RETURN,
                f"{one.document},{one.code},{one.name},-{one.units}",
            )
            for one in missing
        ]
        files.append(_list_of(run), rejects.as_csv(listed))
    files.finish(_list_of(run))
    run.counts |= counts
    run.state, run.finished_at = ImportState.FINISHED, clock.now()
    run.save(update_fields=["counts", "state", "finished_at"])
    audit.record(actor=actor, action="import.finished", of=run)
