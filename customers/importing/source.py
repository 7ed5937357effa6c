"""The file to import: looked through once before anything is written, then read line by line."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput

_PIECE: Final = 1024 * 1024  # bytes; no line may be longer
_GZIP_MAGIC: Final = b"\x1f\x8b"


class UnusableFile(BadInput):
    """The file as a whole cannot be imported; nothing of it was."""

    key = "unusable_file"
    message = _("The file cannot be imported.")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read to its end: whole, text in UTF-8, known by its content.

    `sha256` is that of the unpacked bytes, so that a packed and an unpacked copy are one file.
    """

    path: Path
    sha256: str
    line_count: int  # the header included
    header: str

    @property
    def name(self) -> str:
        return self.path.name


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked bytes; gzip is recognised by its first bytes, not by the file's name."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield io.BufferedReader(unpacked, _PIECE)
        else:
            yield raw


def inspect(path: Path) -> SourceFile:
    """Read the whole file once; raises UnusableFile in one sentence for what cannot be imported."""
    name = path.name
    try:
        with _opened(path) as stream:
            return _inspected(path, stream)
    except FileNotFoundError:
        raise UnusableFile(_("There is no file %(name)s.") % {"name": path}) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnusableFile(
            _("%(name)s is a damaged or incomplete gzip file.") % {"name": name},
            details=_("Fetch it again; nothing was imported."),
        ) from None
    except OSError as error:
        raise UnusableFile(
            _("%(name)s cannot be read (%(why)s).") % {"name": path, "why": error.strerror or error}
        ) from None
    except UnicodeDecodeError:
        raise UnusableFile(
            _("%(name)s is not a text file in UTF-8.") % {"name": name},
            details=_("Save it as CSV in UTF-8 and start again; nothing was imported."),
        ) from None


def _inspected(path: Path, stream: IO[bytes]) -> SourceFile:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    header: str | None = None
    breaks, last = 0, b""
    while piece := stream.read(_PIECE):
        digest.update(piece)
        text = decoder.decode(piece)
        if header is None:
            header = text.removeprefix("\ufeff").splitlines()[0] if text.strip() else ""
        found = piece.count(b"\n") or piece.count(b"\r")
        if not found and len(piece) == _PIECE:
            raise UnusableFile(
                _("%(name)s has a line of more than a million characters.") % {"name": path.name},
                details=_("It is no list of order lines; nothing was imported."),
            )
        breaks += found
        last = piece[-1:]
    decoder.decode(b"", final=True)
    if not header:
        raise UnusableFile(_("%(name)s is empty.") % {"name": path.name})
    line_count = breaks + (last not in (b"\n", b"\r"))
    return SourceFile(path, digest.hexdigest(), line_count, header)


@contextmanager
def lines(source: SourceFile) -> Iterator[Iterator[str]]:
    """The physical lines from the header on, with their line ends as they stand."""
    with _opened(source.path) as stream:
        yield io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
