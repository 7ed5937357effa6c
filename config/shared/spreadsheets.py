"""Tables as people open them: CSV and XLSX, in pieces, with cells that a spreadsheet only shows.

Whatever we write for a spreadsheet goes through here. A text that a spreadsheet could take for a
formula gets an apostrophe in front; `restored` takes it off again when such a file comes back.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final

from openpyxl import Workbook

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK: Final = "\ufeff".encode()  # without it Excel takes UTF-8 for something else
LONGEST_SHEET: Final = 1_000_000  # rows; Excel shows 1,048,576
LONGEST_CELL: Final = 32_767  # characters that a cell of a workbook can hold

# What begins a formula, also in full width, also behind blanks and characters nobody sees.
_FORMULA = re.compile(
    r"[\s\u200b-\u200f\u2060\ufeff\x00]*[=+\-@\u2212\uff0b\uff0d\uff1d\uff20]|[\t\r\n\x00]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def defused(text: str) -> str:
    """`text` so that a spreadsheet shows it and does not compute it."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What was there before `defused`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def cell(value: Any) -> str | int | float | Decimal:
    """A value as it stands in a cell: numbers stay numbers, moments are ISO 8601, None is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", defused(str(value)))


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows of a CSV file in UTF-8, separated by commas; no byte order mark."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell(value) for value in r] for r in rows)
    return text.getvalue().encode()


def write_xlsx(rows: Iterable[Sequence[Any]], into: IO[bytes], *, title: str = "") -> None:
    """Write a workbook of these rows, the first of them the header; memory stays at one row.

    Further sheets, each with the header, take what does not fit on one.
    """
    book = Workbook(write_only=True)
    header: Sequence[Any] | None = None
    sheet, used = book.create_sheet(_sheet_name(title)), 0
    for row in rows:
        header = header or row
        if used == LONGEST_SHEET:
            sheet, used = book.create_sheet(_sheet_name(title)), 1
            sheet.append([_in_book(value) for value in header])
        sheet.append([_in_book(value) for value in row])
        used += 1
    book.save(into)


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:25] or "Sheet"


def _in_book(value: Any) -> str | int | float | Decimal:
    shown = cell(value)
    return shown[:LONGEST_CELL] if isinstance(shown, str) else shown
