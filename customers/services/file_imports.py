"""Importing a file through the screens: uploaded, looked at, mapped, checked, then run.

What a person decides is kept in the `ImportRun`; `customers.services.file_import_work` works it
off. The kinds of contents are registered in `customers.importing.contents`.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, dispatch, files, localtime
from config.shared.actors import Actor
from config.shared.errors import BadInput, Refused
from config.shared.models import StoredFile
from customers.importing import detecting, proposing
from customers.importing.containers import MEBIBYTE, Limits
from customers.importing.contents import IGNORED, Contents, contents_of
from customers.importing.problems import Text
from customers.importing.sniffing import DELIMITERS, ENCODINGS
from customers.importing.source import UnusableFile
from customers.models import ImportedNumber, ImportMapping, ImportRun
from customers.models.import_run import ImportState, ImportWish

TASK: Final = "customers.work_on_imports"
_OPEN: Final = (ImportState.UPLOADED, ImportState.CHECKED)
_WORKING: Final = (ImportState.CHECKING, ImportState.WAITING, ImportState.RUNNING)


def limits() -> Limits:
    return Limits(
        unpacked=settings.IMPORT_LARGEST_UNPACKED,
        shared_texts=settings.IMPORT_LARGEST_SHARED_TEXTS,
    )


def receive_upload(*, name: str, parts: Iterable[bytes], contents: str, actor: Actor) -> ImportRun:
    """Keep an upload, look at it and propose what its columns are.

    `parts` are the bytes as they come in; memory stays at one of them. Raises UnusableFile, with
    nothing kept, for a file that is too large, no table, or plainly something else.
    """
    kind = contents_of(contents)
    with TemporaryFile() as upload:
        _spool(parts, upload)
        detected = detecting.detect(upload, limits())
        detecting.check_contents(detected, kind)
        upload.seek(0)
        with transaction.atomic():
            stored = files.store(
                name=name,
                content_type="application/octet-stream",
                parts=iter(lambda: upload.read(MEBIBYTE), b""),
            )
            run = ImportRun(
                kind=kind.key,
                name=name[:200],
                sha256=stored.sha256,
                state=ImportState.UPLOADED,
                file=stored,
                uploader_kind=actor.kind,
                uploader_id=actor.id,
                actor_kind=actor.kind,
                actor_id=actor.id,
                started_at=clock.now(),
            )
            _propose(run, kind, detected, upload)
            run.save()
            audit.record(actor=actor, action="import.uploaded", of=run)
    return run


def _spool(parts: Iterable[bytes], upload: IO[bytes]) -> None:
    size = 0
    for part in parts:
        size += len(part)
        if size > settings.IMPORT_LARGEST_UPLOAD:
            raise UnusableFile(
                _("The file is larger than %(limit)s MB.")
                % {"limit": settings.IMPORT_LARGEST_UPLOAD // MEBIBYTE},
                details=_("Pack it with gzip or zip, or split it into several files."),
            )
        upload.write(part)


def _propose(run: ImportRun, kind: Contents, detected: dict[str, Any], upload: IO[bytes]) -> None:
    """Put what was detected and a fresh proposal on an unsaved run."""
    headers = detected["headers"]
    samples = detecting.samples(upload, detected, limits())
    columns = proposing.propose(
        kind,
        headers=headers,
        samples=samples,
        system=detected["system"],
        has_header=detected["has_header"],
    )
    options = {option.key: option.default for option in kind.options}
    saved = ""
    for mapping in ImportMapping.objects.filter(kind=kind.key).order_by("-created_at"):
        recalled = proposing.recalled(mapping.columns, headers, columns)
        if recalled is not None:
            columns, saved = recalled, mapping.name
            options |= mapping.options
            break
    run.detected = detected
    run.line_count = detected["rows"]
    run.mapping = {"columns": columns, "options": options, "saved": saved}
    run.report = {}


def change_detection(
    *,
    run: ImportRun,
    encoding: str | None = None,
    delimiter: str | None = None,
    has_header: bool | None = None,
    sheet: str | None = None,
    decimal_mark: str | None = None,
    day_first: bool | None = None,
    zone: str | None = None,
) -> ImportRun:
    """Look at the file again with what the person corrected; what is None stays as it was.

    The mapping is kept where the columns stay the same, else proposed anew. Raises BadInput for
    what is no encoding, separator, sheet or zone, Refused once the import has begun.
    """
    told = {
        "encoding": encoding,
        "delimiter": delimiter,
        "has_header": has_header,
        "sheet": sheet,
        "decimal_mark": decimal_mark,
        "day_first": day_first,
        "zone": zone,
    }
    _one_of(_("encoding"), encoding, ENCODINGS)
    _one_of(_("separator"), delimiter, DELIMITERS)
    _one_of(_("decimal mark"), decimal_mark, (".", ","))
    with transaction.atomic():
        run = _locked(run, _OPEN)
        _one_of(_("sheet"), sheet, run.detected["sheets"])
        if zone is not None and not localtime.is_zone(zone):
            raise BadInput(str(localtime.UnknownZoneError(zone).translated()))
        kept = {key: value for key, value in told.items() if value is not None}
        before, mapping = run.detected, run.mapping
        with files.opened(upload_of(run)) as upload:
            detected = detecting.detect(upload, limits(), told={**before["told"], **kept})
            _propose(run, contents_of(run.kind), detected, upload)
        if detected["headers"] == before["headers"]:
            run.mapping = mapping
        run.state, run.started_at = ImportState.UPLOADED, clock.now()
        run.save()
    return run


def set_mapping(
    *,
    run: ImportRun,
    columns: Mapping[str, Mapping[str, Any]],
    options: Mapping[str, Any],
    actor: Actor,
) -> ImportRun:
    """Keep what the person decided about columns and options; the file has to be checked again.

    Raises BadInput for columns, targets or choices that do not exist, or two columns for one
    target. What is merely missing is told by `missing`.
    """
    kind = contents_of(run.kind)
    with transaction.atomic():
        run = _locked(run, _OPEN)
        decided = _checked_columns(kind, columns, len(run.detected["headers"]))
        chosen = {option.key: option.default for option in kind.options}
        for key, value in options.items():
            known = next((option for option in kind.options if option.key == key), None)
            allowed = {choice for choice, _label in known.choices} if known else set()
            given = set(value) if known and known.many else {value}
            if not given <= allowed:
                raise BadInput(_("“%(name)s” is no option here.") % {"name": key})
            chosen[key] = value
        run.mapping = {**run.mapping, "columns": decided, "options": chosen}
        run.state, run.report, run.started_at = ImportState.UPLOADED, {}, clock.now()
        run.save(update_fields=["mapping", "state", "report", "started_at"])
        audit.record(actor=actor, action="import.mapped", of=run, fields=["mapping"])
    return run


def _checked_columns(
    kind: Contents, columns: Mapping[str, Mapping[str, Any]], width: int
) -> dict[str, dict[str, Any]]:
    targets = {target.key: target for target in kind.targets()}
    decided: dict[str, dict[str, Any]] = {}
    taken: dict[str, str] = {}
    for number in range(width):
        how = dict(columns.get(str(number), {"target": IGNORED}))
        key = str(how.get("target", IGNORED))
        target = targets.get(key)
        if target is None and key != IGNORED and not key.startswith("metadata:"):
            raise BadInput(_("“%(name)s” is nowhere a column can go.") % {"name": key})
        if key != IGNORED and key in taken and not (target and target.many):
            raise BadInput(
                _("Columns %(first)s and %(second)s go to the same place.")
                % {"first": int(taken[key]) + 1, "second": number + 1},
                details=_("Leave one of them out."),
            )
        taken[key] = str(number)
        decided[str(number)] = how
    return decided


def missing(*, run: ImportRun) -> list[Text]:
    """What keeps the file from being checked, as sentences; empty when it can be."""
    return contents_of(run.kind).missing(run.mapping["columns"], run.mapping["options"])


def save_mapping(*, run: ImportRun, name: str) -> ImportMapping:
    """Keep the mapping under a name; it is proposed for the next file with the same headings.

    A mapping with this name is replaced. Raises BadInput without a name, or where the file has no
    headings or two that are the same.
    """
    headers = run.detected["headers"]
    if not name.strip() or len(name) > 120:
        raise BadInput(_("Give the mapping a name of at most 120 characters."))
    if not run.detected["has_header"] or len(set(headers)) < len(headers):
        raise BadInput(
            _("A mapping is known again by the headings, and these do not tell columns apart."),
            details=_("Give each column a heading of its own."),
        )
    with transaction.atomic():
        kept, _created = ImportMapping.objects.update_or_create(
            kind=run.kind,
            name=name.strip(),
            defaults={
                "columns": proposing.remembered(run.mapping["columns"], headers),
                "options": run.mapping["options"],
                "created_at": clock.now(),
            },
        )
        run.mapping = {**run.mapping, "saved": kept.name}
        run.save(update_fields=["mapping"])
    return kept


def check(*, run: ImportRun) -> ImportRun:
    """Queue the dry run; raises BadInput while something is missing."""
    with transaction.atomic():
        run = _locked(run, _OPEN)
        if lacking := missing(run=run):
            raise BadInput(" ".join(map(str, lacking)))
        run.state, run.report, run.wish = ImportState.CHECKING, {}, ""
        run.lines_done, run.started_at = 0, clock.now()
        run.save(update_fields=["state", "report", "wish", "lines_done", "started_at"])
        dispatch.after_commit(TASK)
    return run


def start(*, run: ImportRun, actor: Actor) -> ImportRun:
    """Queue the import itself, after a check; one writes at a time, the others wait their turn."""
    with transaction.atomic():
        run = _locked(run, (ImportState.CHECKED,))
        run.state, run.wish, run.counts = ImportState.WAITING, "", {}
        run.lines_done, run.started_at = 0, clock.now()
        run.actor_kind, run.actor_id = actor.kind, actor.id
        run.rejects = files.begin(name=f"{run.name}.rejected.csv"[:200], content_type="text/csv")
        run.save()
        audit.record(actor=actor, action="import.started", of=run)
        dispatch.after_commit(TASK)
    return run


def pause(*, run: ImportRun) -> ImportRun:
    """Ask a working import to stop after the batch in hand; one that waits stops at once."""
    with transaction.atomic():
        run = _locked(run, (ImportState.WAITING, ImportState.RUNNING))
        if run.state == ImportState.WAITING:
            run.state = ImportState.PAUSED
        else:
            run.wish = ImportWish.PAUSE
        run.save(update_fields=["state", "wish"])
    return run


def resume(*, run: ImportRun) -> ImportRun:
    """Let a paused import go on from its checkpoint."""
    with transaction.atomic():
        run = _locked(run, (ImportState.PAUSED,))
        run.state, run.wish = ImportState.WAITING, ""
        run.save(update_fields=["state", "wish"])
        dispatch.after_commit(TASK)
    return run


def cancel(*, run: ImportRun, actor: Actor) -> ImportRun:
    """End an import; what it has written stays. A working one ends after the batch in hand."""
    with transaction.atomic():
        run = _locked(run, (*_OPEN, *_WORKING, ImportState.PAUSED))
        if run.state in (ImportState.CHECKING, ImportState.RUNNING):
            run.wish = ImportWish.CANCEL
            run.save(update_fields=["wish"])
            dispatch.after_commit(TASK)
        else:
            end(run, ImportState.CANCELLED)
        audit.record(actor=actor, action="import.cancelled", of=run)
    return run


def end(run: ImportRun, state: ImportState) -> None:
    """Leave a run in its last state, in the caller's transaction: its upload is deleted."""
    run.state, run.wish, run.finished_at = state, "", clock.now()
    upload, run.file = run.file, None
    ImportedNumber.objects.filter(run=run).delete()
    if run.rejects is not None:
        files.finish(run.rejects)
    run.save()
    if upload is not None:
        upload.delete()


def upload_of(run: ImportRun) -> StoredFile:
    """The upload; raises Refused once it is deleted."""
    if run.file is None:
        raise Refused(_("This import has ended."), details=_("Upload the file again."))
    return run.file


def _locked(run: ImportRun, states: Iterable[str]) -> ImportRun:
    """The run, locked and as stored; raises Refused where it is in no state for what is asked."""
    stored = ImportRun.objects.select_for_update(of=("self",)).select_related("file", "rejects")
    current = stored.get(pk=run.pk)
    if current.state not in set(states):
        raise Refused(
            _("This import is %(state)s.") % {"state": current.get_state_display()},
            details=_("Look at it again: somebody was quicker."),
        )
    return current


def _one_of(what: Text, value: str | None, allowed: Iterable[str]) -> None:
    if value is not None and value not in set(allowed):
        raise BadInput(
            _("“%(value)s” is no %(what)s of this file.") % {"value": value, "what": what}
        )


def preview(*, run: ImportRun, rows: int = 20) -> list[dict[str, Any]]:
    """The first rows: {"row", "cells", "stored": {column: text}, "problems": [...]}.

    Each problem is {"column": number or None, "reason", "remedy"} in the active language. Undecided
    consent columns show nothing.
    """
    kind = contents_of(run.kind)
    setting = detecting.setting_of(run)
    reader = kind.reader(setting)
    with files.opened(upload_of(run)) as upload:
        found = islice(detecting.read_rows(upload, run.detected, limits(), reader), rows)
        return [detecting.shown(row, reader) for row in found]
