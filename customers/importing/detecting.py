"""From an upload to what is known about it: kept with the run, shown, corrected, read by."""

from collections.abc import Collection, Generator, Mapping, Sequence
from itertools import dropwhile, islice
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _

from config.shared.models import Project
from config.shared.spreadsheets import restored
from customers.models import ImportRun

from . import sniffing, systems, tables, workbooks
from .containers import Container, Limits, recognise
from .contents import Contents, Reader, ReadRow, Setting, all_contents
from .problems import Problem, explained
from .proposing import EXTRA_COLUMNS
from .source import UnusableFile

SAMPLED: Final = 200  # rows
_TITLE_ROWS: Final = 10  # above the header, at most


def detect(
    upload: IO[bytes], limits: Limits, *, told: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is known about the file, as kept in `ImportRun.detected`.

    `told` are the person's own answers; they are kept, and win. Raises UnusableFile.
    """
    told = dict(told or {})
    project = Project.objects.get()
    container = recognise(upload, limits)
    encoding, sheet, sheets, delimiter, count = _outside(upload, container, limits, told, project)
    layout = tables.Layout(container, encoding.name, delimiter, sheet, ".")
    with tables.rows(upload, layout, limits) as rows:
        whole = [row for row in islice(rows, SAMPLED) if not row.problem]
    if not whole:
        raise UnusableFile(_("The file has no rows."), details=_("Export it again."))
    has_header = told.get("has_header")
    keys = _heading_keys()
    above = 0 if has_header is False else _rows_above_the_header(whole, keys)
    first = [list(row.cells) for row in whole[above:]]
    if above:
        has_header = True
    elif has_header is None:
        known = _known_headings(first[0], keys)
        has_header = sniffing.has_header(first, known)
    width = len(first[0]) if has_header else max(map(len, first))
    headers = [cell.strip() for cell in first[0]] if has_header else [""] * width
    while headers and not headers[-1] and has_header and _is_empty(first, len(headers) - 1):
        headers.pop()
    tables.check_width(len(headers))
    body = [cell for row in first[bool(has_header) :] for cell in row]
    return {
        "format": container.form,
        "packed": container.packed,
        "member": container.member,
        "encoding": encoding.name,
        "encoding_certain": encoding.certain,
        "delimiter": delimiter,
        "has_header": bool(has_header),
        "begins": whole[above].first if above else 1,
        "headers": headers,
        "sheet": sheet,
        "sheets": sheets,
        "decimal_mark": told.get("decimal_mark") or sniffing.decimal_mark(body, delimiter),
        "day_first": told.get("day_first", sniffing.day_first(body, project.country)),
        "zone": told.get("zone") or project.zone,
        "system": systems.system_of(headers) if has_header else "",
        "seems": systems.seems(headers) if has_header else "",
        "corrected": set(EXTRA_COLUMNS) <= set(headers),
        "rows": count,
        "told": told,
    }


def _outside(
    upload: IO[bytes], container: Container, limits: Limits, told: dict[str, Any], project: Project
) -> tuple[sniffing.Encoding, str, list[str], str, int | None]:
    """Encoding, sheet, sheets, delimiter and number of rows."""
    if container.form == "xlsx":
        with workbooks.opened(upload) as book:
            sheets = book.sheets
            if not sheets:
                raise UnusableFile(_("The workbook has no sheet with cells."))
            sheet = str(told.get("sheet") or sheets[0])
            return sniffing.Encoding("utf-8", True), sheet, sheets, ",", book.row_count(sheet)
    scanned = tables.scan(
        upload,
        container,
        limits,
        language=project.language,
        encoding=str(told.get("encoding") or ""),
    )
    stated = sniffing.stated_delimiter(scanned.sample.partition("\n")[0])
    delimiter = str(told.get("delimiter") or stated or sniffing.delimiter(scanned.sample))
    return scanned.encoding, "", [], delimiter, scanned.line_count


def _rows_above_the_header(rows: Sequence[tables.Row], keys: Collection[str]) -> int:
    """How many rows of title stand above the names of the columns: none, unless that is plain."""
    for place, row in enumerate(rows[:_TITLE_ROWS]):
        known = len(_known_headings(row.cells, keys))
        if known and (place == 0 or known > 1):
            return place
    return 0


def _known_headings(cells: Sequence[str], keys: Collection[str]) -> list[str]:
    return [cell for cell in cells if systems.header_key(cell) in keys]


def _heading_keys() -> set[str]:
    """Every heading that some contents knows, as `header_key` gives it."""
    return {
        systems.header_key(name)
        for contents in all_contents()
        for target in contents.targets()
        for name in (target.key, *target.names)
    }


def _is_empty(rows: Sequence[Sequence[str]], column: int) -> bool:
    return not any(row[column] for row in rows if len(row) > column)


def check_contents(detected: Mapping[str, Any], wanted: Contents) -> None:
    """Raise UnusableFile for a file that plainly holds something else."""
    seems = detected["seems"]
    if not seems or seems == wanted.key:
        return
    if seems in systems.LABELS:
        label = systems.LABELS[seems]
        remedy = _("Nothing was imported; upload a list of %(wanted)s.") % {"wanted": wanted.label}
    else:
        label = next(one.label for one in all_contents() if one.key == seems)
        remedy = _("Choose “%(label)s” as its contents instead.") % {"label": label}
    raise UnusableFile(
        _("This seems to be something else than %(wanted)s: %(label)s.")
        % {"wanted": wanted.label, "label": label},
        details=remedy,
    )


def layout_of(detected: Mapping[str, Any]) -> tables.Layout:
    container = Container(detected["format"], detected["packed"], detected["member"])
    return tables.Layout(
        container,
        detected["encoding"],
        detected["delimiter"],
        detected["sheet"],
        detected["decimal_mark"],
    )


def samples(upload: IO[bytes], detected: Mapping[str, Any], limits: Limits) -> list[list[str]]:
    """The cells of the first rows behind the header."""
    found = islice(read_rows(upload, detected, limits, None), SAMPLED)
    return [list(row.cells) for row in found if not row.problems]


def read_rows(
    upload: IO[bytes],
    detected: Mapping[str, Any],
    limits: Limits,
    reader: Reader | None,
    *,
    after: int = 0,
) -> Generator[ReadRow, None, None]:
    """The rows behind line `after`, the header left out, read by `reader` where there is one."""
    width, has_header = len(detected["headers"]), detected["has_header"]
    pads, corrected = detected["format"] == "xlsx", detected["corrected"]
    with tables.rows(upload, layout_of(detected), limits, after=after) as rows:
        if not after:
            # Runs of an older release do not say where their table begins.
            begins = detected.get("begins", 1)
            rows = dropwhile(lambda row: row.first < begins, rows)
            if has_header:
                next(rows, None)
        for row in rows:
            row = tables.fitted(row, width, pads=pads)
            # Our own file of rejected rows made harmless what a spreadsheet would compute.
            cells = list(map(restored, row.cells)) if corrected else row.cells
            if row.problem:
                yield ReadRow(row.first, row.last, cells, None, (Problem(row.problem),))
                continue
            read = reader.read(cells) if reader else None
            if isinstance(read, list):
                yield ReadRow(row.first, row.last, cells, None, read)
            else:
                yield ReadRow(row.first, row.last, cells, read)


def setting_of(run: ImportRun) -> Setting:
    """How the values of this run's file are to be understood."""
    project = Project.objects.get()
    return Setting(
        columns=run.mapping["columns"],
        options=run.mapping["options"],
        decimal_mark=run.detected["decimal_mark"],
        day_first=run.detected["day_first"],
        zone=run.detected["zone"],
        system=run.detected["system"],
        country=project.country,
        language=project.language,
        currency=project.currency,
        project_zone=project.zone,
        at=run.started_at,
    )


def shown(row: ReadRow, reader: Reader | None) -> dict[str, Any]:
    """A row for the preview."""
    stored = reader.shown(row.value) if reader and row.value is not None else {}
    return {
        "row": row.number,
        "cells": list(row.cells),
        "stored": {str(column): text for column, text in stored.items()},
        "problems": [
            {"column": problem.column, **explained(problem)._asdict()} for problem in row.problems
        ],
    }
