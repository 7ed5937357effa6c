"""Rows in batches, the next batch read in a thread while one is written."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from .contents import ReadRow

Group = Callable[[Sequence[str]], Hashable]


@dataclass(slots=True)
class Batch:
    """Some consecutive rows; `last` is the last line of the last one."""

    last: int = 0
    rows: list[ReadRow] = field(default_factory=list)


def batches(rows: Iterator[ReadRow], *, size: int, group: Group | None = None) -> Iterator[Batch]:
    """Batches of `size` rows; with `group` somewhat more, until the next row begins another."""
    batch = Batch()
    for row in rows:
        full = len(batch.rows) >= size
        if full and not (group and group(batch.rows[-1].cells) == group(row.cells)):
            yield batch
            batch = Batch()
        batch.rows.append(row)
        batch.last = row.last
    if batch.rows:
        yield batch


@contextmanager
def read_ahead(source: Iterator[Batch]) -> Iterator[Iterator[Batch]]:
    """The same batches; leaving the block waits for the one being read."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-reader") as reader:

        def ahead() -> Iterator[Batch]:
            coming = reader.submit(next, source, None)
            while (batch := coming.result()) is not None:
                coming = reader.submit(next, source, None)
                yield batch

        yield ahead()
