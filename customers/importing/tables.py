"""The rows of an upload, whatever it is: CSV in any encoding, or a sheet of a workbook.

Constant memory: one piece or one row at a time (of a workbook also its shared texts).
"""

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import IO, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from . import sniffing, workbooks
from .containers import MEBIBYTE, Container, Limits, unpacked
from .records import records
from .source import UnusableFile

MOST_COLUMNS: Final = 500
_LONGEST_LINE: Final = MEBIBYTE  # characters
_SAMPLE: Final = 64 * 1024  # bytes
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]+")
_DAMAGED_AT_MOST: Final = 0.05  # share of unreadable characters in what still is UTF-8


class Row(NamedTuple):
    """`first` and `last` count from 1 and include the header; `problem` is a code or empty.

    `cells` is what could be read: of a broken line the line itself.
    """

    first: int
    last: int
    cells: Sequence[str]
    problem: str = ""


class Scanned(NamedTuple):
    """What a look through the whole file tells. `sample` is its beginning."""

    encoding: sniffing.Encoding
    line_count: int
    sample: str


class Layout(NamedTuple):
    """Everything that is needed to read the rows."""

    container: Container
    encoding: str
    delimiter: str
    sheet: str
    decimal_mark: str


def scan(
    upload: IO[bytes], container: Container, limits: Limits, *, language: str, encoding: str = ""
) -> Scanned:
    """Look through a csv container once: encoding (unless told), number of lines, beginning.

    Raises UnusableFile for what has no lines, or lines no memory should hold.
    """
    with unpacked(upload, container, limits) as stream:
        begin = stream.read(_SAMPLE)
        if not begin.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
            raise UnusableFile(_("The file is empty."), details=_("Export it again."))
        stated = sniffing.by_bom(begin) or sniffing.utf16_without_bom(begin)
        guess = encoding or stated or "utf-8"
        decoder = codecs.getincrementaldecoder(guess)("strict")
        valid, lines, high, ends = True, 0, bytearray(), True
        piece = begin
        while piece:
            lines, ends = lines + _breaks(piece, guess), piece[-2:].strip(b"\0")[-1:] in b"\r\n"
            if len(high) < _SAMPLE:
                high += b" ".join(_HIGH_RUN.findall(piece)) + b" "
            valid = valid and _decodes(decoder, piece)
            piece = stream.read(MEBIBYTE)
    if encoding or stated:
        found = sniffing.Encoding(guess, True)
    elif valid:
        found = sniffing.Encoding("utf-8", True)
    else:
        found = _damaged_utf8(bytes(high)) or sniffing.eight_bit(bytes(high), language)
    text = begin.decode(found.name, "replace").removeprefix("\ufeff")
    return Scanned(found, lines + (not ends), text)


def _breaks(piece: bytes, encoding: str) -> int:
    count = piece.count(b"\n") or piece.count(b"\r")
    if not count and len(piece) == _LONGEST_LINE:
        raise UnusableFile(
            _("The file has a line of more than a million characters."),
            details=_("It is no table; export it as CSV."),
        )
    return count


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _damaged_utf8(high: bytes) -> sniffing.Encoding | None:
    """UTF-8 with a few bytes destroyed stays UTF-8; the rows concerned are reported."""
    text = high.decode("utf-8", "replace")
    wrong, count = text.count("\ufffd"), len(text.replace(" ", ""))
    return sniffing.Encoding("utf-8", False) if wrong <= count * _DAMAGED_AT_MOST else None


@contextmanager
def rows(
    upload: IO[bytes], layout: Layout, limits: Limits, *, after: int = 0
) -> Iterator[Iterator[Row]]:
    """The rows behind line (or row of the sheet) `after`, blank ones left out."""
    if layout.container.form == "xlsx":
        with workbooks.opened(upload) as book:
            cells = book.rows(layout.sheet, decimal_mark=layout.decimal_mark)
            yield (
                Row(number, number, row)
                for number, row in enumerate(cells, 1)
                if number > after and any(row)
            )
        return
    with unpacked(upload, layout.container, limits) as stream:
        # UTF-16 cannot carry undecodable bytes along.
        errors = "replace" if layout.encoding.startswith("utf-16") else "surrogateescape"
        text = io.TextIOWrapper(stream, encoding=layout.encoding, errors=errors, newline="")
        try:
            lines = _lines(text)
            for _skipped in islice(lines, after):
                continue
            yield _csv_rows(lines, layout.delimiter, after)
        finally:
            text.detach()  # the upload is somebody else's to close


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    lines = iter(partial(text.readline, _LONGEST_LINE), "")
    first = next(lines, None)
    if first is not None:
        yield first.removeprefix("\ufeff")
    yield from lines


def _csv_rows(lines: Iterator[str], delimiter: str, after: int) -> Iterator[Row]:
    for first, last, raw, cells, is_long in records(lines, before=after, delimiter=delimiter):
        if first == 1 and sniffing.stated_delimiter(raw):
            continue
        if cells is None:
            yield Row(first, last, [raw], "long_cell" if is_long else "not_csv")
        elif "\0" in raw:
            yield Row(first, last, cells, "nul_byte")
        elif not raw.isascii() and _is_unreadable(raw):
            yield Row(first, last, cells, "unreadable_text")
        elif any(cells):
            yield Row(first, last, cells)


def _is_unreadable(raw: str) -> bool:
    if "\ufffd" in raw:
        return True
    try:
        raw.encode()
    except UnicodeEncodeError:  # a surrogate stands for a byte that is no character
        return True
    return False


def fitted(row: Row, width: int, *, pads: bool) -> Row:
    """The row with exactly `width` cells, or with the problem that it has others.

    With `pads` a short row is filled up: workbooks do not store empty cells at the end.
    """
    count = len(row.cells)
    if count == width or row.problem:
        return row
    if count > width:
        if any(row.cells[width:]):
            return row._replace(problem="too_many_cells")
        return row._replace(cells=row.cells[:width])
    if pads:
        return row._replace(cells=[*row.cells, *[""] * (width - count)])
    return row._replace(problem="too_few_cells")


def check_width(width: int) -> None:
    """Raise UnusableFile for a table wider than anybody's list of customers."""
    if width > MOST_COLUMNS:
        raise UnusableFile(
            _("The file has %(count)s columns; at most %(most)s can be imported.")
            % {"count": width, "most": MOST_COLUMNS},
            details=_("Remove the columns that are not needed."),
        )
