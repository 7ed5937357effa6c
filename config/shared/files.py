"""Files in PostgreSQL, in chunks: uploads, error files, exports, pictures."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db import transaction

from config.shared import clock
from config.shared.models import FileChunk, StoredFile

CHUNK = 1024 * 1024  # bytes


def _rechunked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of exactly CHUNK, the last one shorter."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)


def store(*, name: str, content_type: str, parts: Iterable[bytes]) -> StoredFile:
    """Keep a file. Memory stays at one chunk whatever its size; all or nothing."""
    digest, size = hashlib.sha256(), 0
    with transaction.atomic():
        file = StoredFile.objects.create(
            name=name[:200], content_type=content_type, size=0, sha256="", created_at=clock.now()
        )
        for position, body in enumerate(_rechunked(parts)):
            digest.update(body)
            size += len(body)
            FileChunk.objects.create(file=file, position=position, body=body)
        file.size, file.sha256 = size, digest.hexdigest()
        file.save(update_fields=["size", "sha256"])
    return file


def begin(*, name: str, content_type: str) -> StoredFile:
    """An empty file to which pieces are appended, each in the transaction that made its content."""
    return StoredFile.objects.create(
        name=name[:200], content_type=content_type, size=0, sha256="", created_at=clock.now()
    )


def append(file: StoredFile, body: bytes) -> None:
    """Add to the end of a file that was begun; one writer at a time."""
    position = file.chunks.count()
    FileChunk.objects.bulk_create(
        FileChunk(file=file, position=position + number, body=part)
        for number, part in enumerate(_rechunked([body]))
    )


def finish(file: StoredFile) -> None:
    """Note the size and the digest of a file to which nothing more is appended."""
    digest, size = hashlib.sha256(), 0
    for part in read(file):
        digest.update(part)
        size += len(part)
    file.size, file.sha256 = size, digest.hexdigest()
    file.save(update_fields=["size", "sha256"])


def read(file: StoredFile) -> Iterator[bytes]:
    """The file's bytes, chunk by chunk."""
    for chunk in file.chunks.order_by("position").iterator(chunk_size=4):
        yield bytes(chunk.body)


class _Stored(io.RawIOBase):
    """The bytes of a file that was stored in one go, read where they are asked for."""

    def __init__(self, file: StoredFile) -> None:
        self._file, self._position = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        number, start = divmod(self._position, CHUNK)
        chunk = self._file.chunks.filter(position=number).first()
        if chunk is None:
            return 0
        piece = bytes(chunk.body)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


def opened(file: StoredFile) -> IO[bytes]:
    """A file written by `store`, as a stream that can seek; a chunk at a time is in memory."""
    stream: Any = _Stored(file)
    return io.BufferedReader(stream, CHUNK)
