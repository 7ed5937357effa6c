"""XLSX as rows of text: what is stored, never what a formula would give.

Numbers come in the file's notation, dates as YYYY-MM-DD with a time where one is stored, booleans
as true and false. A formula whose result is not stored comes as its own text, so that it is named.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .containers import MEBIBYTE
from .source import UnusableFile

_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
# A document type, where entities are declared, in any encoding that XML parsers guess.
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE|<\0!\0D\0O\0C\0|\0<\0!\0D\0O\0C", re.IGNORECASE)
_LONGEST_MARK: Final = 20  # bytes
_BROKEN: Final = (
    KeyError,
    ValueError,
    TypeError,
    ParseError,
    zipfile.BadZipFile,
    InvalidFileException,
    OSError,
)


def _unusable() -> UnusableFile:
    return UnusableFile(
        _("The workbook is damaged."), details=_("Open it, save it again, or save it as CSV.")
    )


@contextmanager
def _readable() -> Iterator[None]:
    """Errors of the XML as one sentence."""
    try:
        yield
    except UnusableFile:
        raise
    except _BROKEN:
        raise _unusable() from None


class Workbook:
    def __init__(self, upload: IO[bytes]) -> None:
        upload.seek(0)
        self._upload = upload
        self._has_formulas = _looked_through(upload)
        self._values = load_workbook(upload, read_only=True, data_only=True, keep_links=False)

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that hold cells, as they stand in the workbook."""
        return [sheet.title for sheet in self._values.worksheets]

    def row_count(self, sheet: str) -> int | None:
        """As the workbook states it; None where it does not."""
        with _readable():
            rows: int | None = self._values[sheet].max_row
            return rows

    def rows(self, sheet: str, *, decimal_mark: str) -> Iterator[list[str]]:
        """All rows of the sheet from the first, as text. Raises UnusableFile."""
        with _readable():
            if self._has_formulas:
                yield from self._with_formulas(sheet, decimal_mark)
            else:
                for row in _cells(self._values, sheet):
                    yield [_text(value, decimal_mark) for value in row]

    def _with_formulas(self, sheet: str, decimal_mark: str) -> Iterator[list[str]]:
        """Values and formulas side by side: an empty value over a formula was never computed."""
        self._upload.seek(0)
        formulas = load_workbook(self._upload, read_only=True, data_only=False, keep_links=False)
        for values, sources in zip(
            _cells(self._values, sheet), _cells(formulas, sheet), strict=True
        ):
            yield [
                str(source)
                if value is None and isinstance(source, str)
                else _text(value, decimal_mark)
                for value, source in zip(values, sources, strict=True)
            ]

    def close(self) -> None:
        self._values.close()


def _looked_through(upload: IO[bytes]) -> bool:
    """Whether a sheet holds formulas; raises UnusableFile for a part with a document type.

    Parsers with defusedxml refuse entities too, but not every part is read by one of them.
    """
    formulas = False
    with zipfile.ZipFile(upload) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            is_sheet = name.startswith("xl/worksheets/")
            with archive.open(name) as part:
                tail = b""
                while piece := part.read(MEBIBYTE):
                    seen = tail + piece
                    if _DOCTYPE.search(seen):
                        raise UnusableFile(
                            _("The workbook refers to things outside itself."),
                            details=_("Save it again with your spreadsheet program, or as CSV."),
                        )
                    formulas = formulas or (is_sheet and bool(_FORMULA.search(seen)))
                    tail = piece[-_LONGEST_MARK:]
    return formulas


def _cells(book: Any, sheet: str) -> Iterator[tuple[Any, ...]]:
    worksheet = book[sheet]
    worksheet.reset_dimensions()  # what the workbook states may be too small
    return iter(worksheet.iter_rows(values_only=True))


def _text(value: Any, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return format(Decimal(repr(value)), "f").replace(".", decimal_mark)
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)


@contextmanager
def opened(upload: IO[bytes]) -> Iterator[Workbook]:
    """The workbook; its shared texts are in memory. Raises UnusableFile."""
    with _readable():
        book = Workbook(upload)
    with closing(book):
        yield book
