"""CSV records with the lines they were written in, however broken some of them are.

An unclosed quote would swallow the rest of a file. Here it costs the line it stands in: when a
record grows past `MOST_LINES` or the file ends inside it, its first line is a problem of its own
and reading starts again with the next one.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_LINES: Final = 100  # physical lines of one record


class Record(NamedTuple):
    """`fields` is None where the line is no CSV. `first` and `last` count from 1 (the header).

    `is_long` says that it is none because of a cell that is too long.
    """

    first: int
    last: int
    raw: str
    fields: list[str] | None
    is_long: bool = False


class _RunawayError(Exception):
    """A record does not come to its end."""


class _Lines:
    """The lines handed to the CSV reader, remembered until its record is complete."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise _RunawayError
        line = self._again.popleft() if self._again else next(self._source)
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> str:
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self.taken = []
        return first


def records(source: Iterator[str], *, before: int, delimiter: str = ",") -> Iterator[Record]:
    """The records of `source`, whose first line is number `before` + 1 of the file."""
    lines = _Lines(source)
    position = before
    while True:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for fields in reader:
                taken = lines.taken
                raw = taken[0] if len(taken) == 1 else "".join(taken)
                first, position = position + 1, position + len(taken)
                lines.taken = []
                yield Record(first, position, raw.rstrip("\r\n"), fields)
            return
        except (csv.Error, _RunawayError):
            position += 1
            is_long = sum(map(len, lines.taken)) > csv.field_size_limit()
            raw = lines.give_back_all_but_first()
            yield Record(position, position, raw.rstrip("\r\n"), None, is_long)
