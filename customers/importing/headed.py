"""A file with headings as the shop's developer sends it: one mapping of texts a row."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.text import fold

from . import sniffing, tables, workbooks
from .cells import is_formula
from .containers import Limits, recognise
from .source import UnusableFile

UNREADABLE: Final = gettext_lazy("The line cannot be read; export the file again as CSV in UTF-8.")


@dataclass(frozen=True, slots=True)
class Headed:
    """A row: its line, and its cells by the headings as they are written; or why it is none, in
    words. Blanks around values are left out, and so are empty cells.
    """

    line: int
    cells: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def layout_of(
    upload: IO[bytes], limits: Limits, *, language: str
) -> tuple[tables.Layout, int | None]:
    """How to read a file, and how many lines it has. Raises UnusableFile for what is no table."""
    container = recognise(upload, limits)
    if container.form == "xlsx":
        with workbooks.opened(upload) as book:
            if not book.sheets:
                raise UnusableFile(gettext_lazy("The workbook has no sheet with cells."))
            sheet = book.sheets[0]
            return tables.Layout(container, "utf-8", ",", sheet, "."), book.row_count(sheet)
    scanned = tables.scan(upload, container, limits, language=language)
    delimiter = sniffing.delimiter(scanned.sample)
    layout = tables.Layout(container, scanned.encoding.name, delimiter, "", ".")
    return layout, scanned.line_count


@contextmanager
def rows(
    upload: IO[bytes], limits: Limits, *, language: str, needed: Sequence[str]
) -> Iterator[Iterator[Headed]]:
    """The rows below the headings. Raises UnusableFile, also where one of `needed` is no heading
    or two headings are the same.
    """
    layout, _lines = layout_of(upload, limits, language=language)
    with tables.rows(upload, layout, limits) as found:
        first = next(found, None)
        headings = [cell.strip() for cell in first.cells] if first and not first.problem else []
        tables.check_width(len(headings))
        named = [plain(heading) for heading in headings]
        if not set(needed) <= set(named):
            raise UnusableFile(
                _("The file has no column %(names)s.") % {"names": ", ".join(needed)},
                details=_("Write the names of the columns into the first line."),
            )
        twice = sorted({name for name in named if name and named.count(name) > 1})
        if twice:
            raise UnusableFile(
                _("The file has the column %(name)s twice.") % {"name": twice[0]},
                details=_("Leave one of them out."),
            )
        pads = layout.container.form == "xlsx"
        yield (_headed(tables.fitted(row, len(headings), pads=pads), headings) for row in found)


@lru_cache(1_000)
def plain(heading: str) -> str:
    """A heading however it is written: small letters, _ for blanks."""
    return "_".join(fold(heading).split())


def _headed(row: tables.Row, headings: Sequence[str]) -> Headed:
    match row.problem:
        case "":
            cells = {
                heading: text
                for heading, cell in zip(headings, row.cells, strict=True)
                if heading and (text := cell.strip())
            }
        case "too_many_cells":
            return Headed(row.first, problem=_("The line has more cells than there are columns."))
        case "too_few_cells":
            return Headed(row.first, problem=_("The line has fewer cells than there are columns."))
        case _other:
            return Headed(row.first, problem=str(UNREADABLE))
    wrong = next((heading for heading, text in cells.items() if is_formula(text)), None)
    if wrong is not None:
        told = _("%(name)s: it is a formula; paste the value instead.") % {"name": wrong}
        return Headed(row.first, problem=told)
    return Headed(row.first, cells)
