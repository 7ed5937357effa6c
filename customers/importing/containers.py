"""The upload from outside: plain, gzip, zip with one table, or a workbook; and how large it may be.

What is too large when unpacked is refused by what the container says of itself, before anything is
unpacked; one that lies is stopped at the same limits while it is read.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _

from . import sniffing
from .source import UnusableFile

MEBIBYTE: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF")
_PAGES: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"{\\rtf")
_JSON: Final = re.compile(rb"\{|\[\s*[\[{\"]")
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")
_MOST_CONTROL: Final = 0.02  # share of such bytes in what still is a text
_LOOKED_AT: Final = 4_096  # bytes
_MOST_MEMBERS: Final = 2_000
_HIGHEST_RATIO: Final = 200  # unpacked to packed; tables stay far below
_MOST_OF_DEFLATE: Final = 1_032  # the highest ratio that the format allows
_RATIO_COUNTS_FROM: Final = 10 * MEBIBYTE  # bytes unpacked
_TABLES: Final = (".csv", ".tsv", ".txt", ".tab")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes."""

    unpacked: int
    shared_texts: int  # of a workbook: the part that has to be held in memory


@dataclass(frozen=True, slots=True)
class Container:
    """What the upload is: `form` is csv or xlsx, `packed` is empty, gzip or zip.

    `member` is the file inside a zip.
    """

    form: str
    packed: str = ""
    member: str = ""


def recognise(upload: IO[bytes], limits: Limits) -> Container:
    """By the first bytes, not by the name; raises UnusableFile for what is no table."""
    upload.seek(0)
    begin = upload.read(8)
    if not begin:
        raise UnusableFile(_("The file is empty."), details=_("Export it again."))
    if begin.startswith((_ZIP, _EMPTY_ZIP)):
        return _zip(upload, limits)
    if begin.startswith(_GZIP):
        _check_gzip(upload, limits)
        return Container("csv", "gzip")
    if begin.startswith(_OLD_OFFICE):
        raise UnusableFile(
            _("This is a workbook of an old kind (.xls) or a protected one."),
            details=_("Save it as .xlsx without a password, or as CSV."),
        )
    if begin.startswith(_PDF):
        raise UnusableFile(
            _("This is a PDF, not a table."), details=_("Export the list as CSV or XLSX.")
        )
    if begin.startswith(_PICTURES):
        raise UnusableFile(
            _("This is a picture, not a table."), details=_("Export the list as CSV or XLSX.")
        )
    upload.seek(0)
    _check_text(upload.read(_LOOKED_AT))
    return Container("csv")


def _check_text(begin: bytes) -> None:
    """Raise UnusableFile for what some systems call a table: web pages, JSON, programs."""
    told = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if told.lower().startswith(_PAGES):
        raise UnusableFile(
            _("This is a web page, not a table, whatever its name says."),
            details=_("Open it with a spreadsheet program and save it as .xlsx or CSV."),
        )
    if _JSON.match(told):
        raise UnusableFile(
            _("This is JSON, not a table."),
            details=_("Export the list as CSV or XLSX, or send it over the API."),
        )
    if sniffing.by_bom(begin) or sniffing.utf16_without_bom(begin):
        return
    if len(_CONTROL.findall(begin)) > len(begin) * _MOST_CONTROL:
        raise UnusableFile(
            _("This is no text, so it is no table."), details=_("Export the list as CSV or XLSX.")
        )


def _too_large(limits: Limits) -> UnusableFile:
    return UnusableFile(
        _("The file would be larger than %(limit)s MB when unpacked.")
        % {"limit": limits.unpacked // MEBIBYTE},
        details=_("Split it into several files; nothing was unpacked."),
    )


def _bomb() -> UnusableFile:
    return UnusableFile(
        _("The file is packed more tightly than a table can be."),
        details=_("Upload the table itself; nothing was unpacked."),
    )


def _damaged() -> UnusableFile:
    return UnusableFile(
        _("The file is a damaged or incomplete archive."), details=_("Pack or export it again.")
    )


def _check_gzip(upload: IO[bytes], limits: Limits) -> None:
    """By the length that stands at its end (modulo 4 GB); reading has the same limits."""
    packed = upload.seek(0, io.SEEK_END)
    upload.seek(max(0, packed - 4))
    unpacked = int.from_bytes(upload.read(4), "little")
    if unpacked > packed * _MOST_OF_DEFLATE + MEBIBYTE:
        raise _damaged()  # no such length is possible: the end is missing
    if unpacked > limits.unpacked:
        raise _too_large(limits)
    if unpacked > _RATIO_COUNTS_FROM and unpacked > packed * _HIGHEST_RATIO:
        raise _bomb()


def _zip(upload: IO[bytes], limits: Limits) -> Container:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError):
        raise _damaged() from None
    if len(members) > _MOST_MEMBERS:
        raise _bomb()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.unpacked:
        raise _too_large(limits)
    if unpacked > _RATIO_COUNTS_FROM and unpacked > packed * _HIGHEST_RATIO:
        raise _bomb()
    names = {member.filename: member for member in members}
    if "[Content_Types].xml" in names:
        return _workbook(names, limits)
    return _zipped_table(members)


def _workbook(names: dict[str, zipfile.ZipInfo], limits: Limits) -> Container:
    if "xl/workbook.xml" not in names:
        raise UnusableFile(
            _("This is an office document, but not a workbook."),
            details=_("Export the list as CSV or XLSX."),
        )
    texts = names.get("xl/sharedStrings.xml")
    if texts is not None and texts.file_size > limits.shared_texts:
        raise UnusableFile(
            _("The workbook holds more text than fits into memory."),
            details=_("Save the sheet as CSV and upload that."),
        )
    return Container("xlsx")


def _zipped_table(members: list[zipfile.ZipInfo]) -> Container:
    found = [
        member
        for member in members
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and member.filename.lower().endswith(_TABLES)
    ]
    if len(found) != 1:
        raise UnusableFile(
            _("The archive holds %(count)s tables; one is expected.") % {"count": len(found)},
            details=_("Upload the CSV files one by one."),
        )
    if found[0].flag_bits & 1:
        raise UnusableFile(
            _("The archive is protected by a password."), details=_("Pack it without one.")
        )
    return Container("csv", "zip", found[0].filename)


class _Bounded(io.RawIOBase):
    """Unpacked bytes, stopped at the limits whatever the container said of itself."""

    def __init__(self, inner: Any, packed: int, limits: Limits) -> None:
        self._inner, self._packed, self._limits, self._count = inner, packed, limits, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            piece = self._inner.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile):
            raise _damaged() from None
        self._count += len(piece)
        if self._count > self._limits.unpacked:
            raise _too_large(self._limits)
        if self._count > _RATIO_COUNTS_FROM and self._count > self._packed * _HIGHEST_RATIO:
            raise _bomb()
        buffer[: len(piece)] = piece
        return len(piece)


def _bounded(inner: Any, packed: int, limits: Limits) -> IO[bytes]:
    stream: Any = _Bounded(inner, packed, limits)
    return io.BufferedReader(stream, MEBIBYTE)


@contextmanager
def unpacked(upload: IO[bytes], container: Container, limits: Limits) -> Iterator[IO[bytes]]:
    """The bytes of the table in a csv container; raises UnusableFile while being read."""
    packed = upload.seek(0, io.SEEK_END)
    upload.seek(0)
    match container.packed:
        case "gzip":
            with gzip.GzipFile(fileobj=upload) as inner:
                yield _bounded(inner, packed, limits)
        case "zip":
            with zipfile.ZipFile(upload) as archive, archive.open(container.member) as member:
                yield _bounded(member, packed, limits)
        case _:
            yield upload
