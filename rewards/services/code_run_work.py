"""Working off what was asked for in `rewards.services.code_runs`, batch by batch.

A batch, its checkpoint and its piece of the list of what was left out are one transaction, so a
killed worker's successor goes on behind it. Nobody waits: who finds a run held goes to the next.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice, repeat
from tempfile import TemporaryFile
from time import monotonic
from typing import Final

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from config.shared import audit, clock, files, spreadsheets
from config.shared.actors import SYSTEM
from config.shared.errors import VesileError
from config.shared.models import Project
from customers.importing.source import UnusableFile
from rewards import code_files
from rewards.code_files import Line
from rewards.codes import CodePattern, CodePatternError, code_key, generate
from rewards.errors import CodesExhausted
from rewards.models import CodeRun, CodeRunKind, CodeRunState
from rewards.services.code_runs import end
from rewards.services.code_staging import Mould, existing, insert
from rewards.services.vouchers import ROUNDS

log = structlog.get_logger("vesile.codes")

BATCH: Final = 50_000  # codes
LONGEST_RUN: Final = 240.0  # seconds; the next sweep goes on
_WORKING: Final = (CodeRunState.WAITING, CodeRunState.RUNNING)
Left = tuple[int | str, str, str]
"""What was left out: its line (or lines), the text, and a key of `code_files.REASONS`."""


def work(*, longest: float = LONGEST_RUN, batch_size: int = BATCH) -> int:
    """Go on with every run that nobody else holds, the oldest first; returns how many batches.

    Called by a task, as often as one likes and by several at once.
    """
    ends, done = monotonic() + longest, 0
    waiting = CodeRun.objects.filter(state__in=_WORKING).order_by("pk")
    for run in waiting.select_related("file"):
        try:
            with _batches(run, batch_size) as batches:
                for batch in batches:
                    if monotonic() >= ends or not _do(run.pk, batch, batch_size):
                        break
                    done += 1
        except (VesileError, CodePatternError) as error:
            _fail(run.pk, error)
    return done


@contextmanager
def _batches(run: CodeRun, size: int) -> Iterator[Iterator[tuple[int, Sequence[Line]] | None]]:
    """For an import the line after which a batch stands, and its lines, an empty one at the end;
    generation needs none.
    """
    if run.kind == CodeRunKind.GENERATE:
        yield repeat(None)
        return
    if run.file is None:
        raise UnusableFile(_("The file is not there any more."), details=_("Import it again."))
    with TemporaryFile() as upload:
        for part in files.read(run.file):
            upload.write(part)
        with code_files.lines(upload, run.options["layout"], after=run.position) as found:
            yield _in_pieces(found, size, run.position)


def _in_pieces(
    found: Iterator[Line], size: int, after: int
) -> Iterator[tuple[int, Sequence[Line]]]:
    while lines := list(islice(found, size)):
        yield after, lines
        after = lines[-1].number
    yield after, []


def _do(pk: int, batch: tuple[int, Sequence[Line]] | None, size: int) -> bool:
    """One batch with its checkpoint; whether to go on."""
    with transaction.atomic():
        rows = CodeRun.objects.select_for_update(skip_locked=True, of=("self",))
        run = rows.select_related("promotion", "file", "rejects").filter(pk=pk).first()
        if run is None or run.state not in _WORKING:
            return False
        if run.state == CodeRunState.WAITING:
            run.state, run.started_at = CodeRunState.RUNNING, run.started_at or clock.now()
        if batch is None:
            finished = _generate(run, size)
        elif batch[0] != run.position:
            return False  # somebody else did this batch meanwhile
        else:
            finished = _import(run, batch[1])
        if finished:
            end(run, CodeRunState.FINISHED)
            told = [f"made={run.made}", f"skipped={run.skipped}"]
            audit.record(actor=SYSTEM, action="codes.finished", of=run, fields=told)
        else:
            run.save()
        return not finished


def _mould(run: CodeRun) -> Mould:
    options = run.options
    starts, ends = (
        datetime.fromisoformat(options[name]) if options[name] else None
        for name in ("starts_at", "expires_at")
    )
    return Mould(
        promotion_id=run.promotion_id,
        pooled=options["pooled"],
        test=options.get("test", False),
        redemption_limit=options["limit"],
        # A code that waits for a customer begins to live when it is given.
        expires_at=ends or (None if options["pooled"] else run.promotion.expires_at),
        starts_at=starts,
        metadata=options["metadata"],
        at=clock.now(),
    )


def _generate(run: CodeRun, size: int) -> bool:
    """Make the next codes; those that existed already are replaced. Raises CodesExhausted."""
    pattern = CodePattern(run.options["pattern"], run.options["charset"])
    mould = _mould(run)
    missing = min(size, run.wanted - run.made)
    run.made += missing
    for _round in range(ROUNDS):
        if missing == 0:
            return run.made == run.wanted
        made = insert(generate(pattern, missing), mould)
        missing -= made
        run.skipped += missing
    if missing:
        raise CodesExhausted
    return run.made == run.wanted


def _import(run: CodeRun, lines: Sequence[Line]) -> bool:
    """Take the codes of these lines and write down what is left out; whether it was the last."""
    if not lines:
        return True
    left: list[Left] = []
    codes: dict[str, Line] = {}
    for line in lines:
        if line.blanks:
            last = line.number - 1
            first = last - line.blanks + 1
            left.append((last if line.blanks == 1 else f"{first}-{last}", "", "blank"))
            run.skipped += line.blanks
        if line.problem:
            left.append((line.number, line.code, line.problem))
        elif codes.setdefault(code_key(line.code), line) is not line:
            left.append((line.number, line.code, "twice"))
    made = insert([line.code for line in codes.values()], _mould(run)) if codes else 0
    if made < len(codes):
        known = existing()
        left += [
            (line.number, line.code, "exists") for line in codes.values() if line.code in known
        ]
    run.made += made
    run.skipped += len(lines) - made
    run.position = lines[-1].number
    _write_down(run, left)
    return False


def _write_down(run: CodeRun, left: Sequence[Left]) -> None:
    if not left:
        return
    with _in_the_projects_language():
        rows: list[Sequence[object]] = [
            (line, code, *map(str, code_files.REASONS[reason])) for line, code, reason in left
        ]
        if run.rejects is None:
            name = f"{run.file.name if run.file else run.public_id}.left-out.csv"
            run.rejects = files.begin(name=name[-200:], content_type=spreadsheets.CSV_TYPE)
            files.append(run.rejects, spreadsheets.BYTE_ORDER_MARK)
            rows.insert(0, (_("Line"), _("Code"), _("Why it was left out"), _("What to do")))
        files.append(run.rejects, spreadsheets.csv_bytes(rows))


def _in_the_projects_language() -> translation.override:
    """For what a worker writes down: it does not know who will read it."""
    return translation.override(Project.objects.values_list("language", flat=True).get(pk=1))


def _fail(pk: int, error: VesileError | CodePatternError) -> None:
    """The run cannot go on: what was made stays, and it says why it ended."""
    with transaction.atomic():
        rows = CodeRun.objects.select_for_update(of=("self",)).select_related("file", "rejects")
        run = rows.get(pk=pk)
        if run.state not in _WORKING:
            return
        with _in_the_projects_language():
            told = error.translated() if isinstance(error, CodePatternError) else str(error)
        run.problem = told[:300]
        end(run, CodeRunState.FAILED)
        audit.record(actor=SYSTEM, action="codes.failed", of=run)
    log.warning("code_run_failed", run=pk, error=type(error).__name__)
