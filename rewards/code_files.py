"""Files of codes: which column holds them, and the codes line by line.

Any table that customers can be imported from: text, CSV in any encoding, packed or not, or the
first sheet of a workbook. One column needs no heading; of several, one must be called “code”.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared.models import Project
from config.shared.text import fold
from customers.importing import tables
from customers.importing.containers import Container
from customers.importing.headed import layout_of
from customers.importing.source import UnusableFile
from customers.services.file_imports import limits
from rewards.codes import problem_of, trimmed

HEADINGS: Final = frozenset(
    {
        *("code", "codes", "voucher", "voucher code", "coupon", "coupon code", "promo code"),
        *(
            "discount code",
            "kod",
            "kodlar",
            "kupon",
            "kupon kodu",
            "indirim kodu",
            "promosyon kodu",
        ),
    }
)
_SAMPLED: Final = 50  # rows

REASONS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "exists": (_("exists already"), _("Nothing to do: the code stays as it was.")),
    "twice": (_("is in the file twice"), _("Nothing to do: it was imported once.")),
    "blank": (_("no code"), _("Write a code into this line, or delete the line.")),
    "formula": (
        _("a formula, or the error of one"),
        _("Paste the values instead of the formulas. No code begins with =, +, - or @."),
    ),
    "rounded": (
        _("a number that the spreadsheet rounded"),
        _("Format the column as text and put the whole codes in again."),
    ),
    "inner_blank": (_("a blank inside"), _("Write the code without blanks.")),
    "invisible": (_("characters that nobody sees"), _("Type the code anew.")),
    "too_short": (_("too short"), _("A code has at least 3 characters.")),
    "too_long": (_("too long"), _("A code has at most 60 characters.")),
    "mixed_letters": (
        _("letters of several alphabets that look alike"),
        _("Type the code anew in one alphabet; customers could not type it."),
    ),
    "unreadable": (_("cannot be read"), _("Save the file as CSV in UTF-8 and import it again.")),
}
"""Why a line was left out, and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A code with where it stands, or why there is none. `blanks` empty lines stood before it."""

    number: int
    code: str
    problem: str = ""
    blanks: int = 0


def detect(upload: IO[bytes]) -> dict[str, Any]:
    """How to read the file, as kept with the run. Raises UnusableFile."""
    found, count = layout_of(upload, limits(), language=Project.objects.get().language)
    layout = {
        "form": found.container.form,
        "packed": found.container.packed,
        "member": found.container.member,
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.sheet,
    }
    with _rows(upload, layout, after=0) as rows:
        first = [row.cells for row in islice(rows, _SAMPLED) if not row.problem]
    if not first:
        raise UnusableFile(_("The file has no rows."), details=_("Export it again."))
    return {**layout, **_column(first), "rows": count or 0}


def _column(first: list[Any]) -> dict[str, Any]:
    """Where the codes are. Raises UnusableFile where nobody can tell."""
    headings = [fold(cell.replace("_", " ")).strip() for cell in first[0]]
    named = [number for number, heading in enumerate(headings) if heading in HEADINGS]
    if named:
        return {"column": named[0], "has_header": True}
    used = {number for row in first for number, cell in enumerate(row) if cell.strip()}
    if len(used) == 1:
        return {"column": used.pop(), "has_header": False}
    raise UnusableFile(
        _("The file has several columns, and none of them is called “code”."),
        details=_("Give the column with the codes the heading “code”."),
    )


def _rows(upload: IO[bytes], layout: Mapping[str, Any], *, after: int) -> Any:
    container = Container(layout["form"], layout["packed"], layout["member"])
    read = tables.Layout(
        container, layout["encoding"], layout["delimiter"], layout["sheet"], decimal_mark="."
    )
    return tables.rows(upload, read, limits(), after=after)


@contextmanager
def lines(upload: IO[bytes], layout: Mapping[str, Any], *, after: int) -> Iterator[Iterator[Line]]:
    """The codes behind line `after`, those that cannot be used with their problem."""
    with _rows(upload, layout, after=after) as rows:
        if layout["has_header"] and not after:
            next(rows, None)
            after = 1
        yield _read(rows, layout["column"], after)


def _read(rows: Iterator[tables.Row], column: int, last: int) -> Iterator[Line]:
    for row in rows:
        cell = row.cells[column] if column < len(row.cells) else ""
        code = trimmed(cell)
        problem = "unreadable" if row.problem else problem_of(code)
        yield Line(row.last, code, problem, row.first - last - 1)
        last = row.last
