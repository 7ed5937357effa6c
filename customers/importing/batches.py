"""A file in batches, each small enough for memory, the next one read while one is written."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from . import copytext
from .online_retail import Line, Parser
from .reasons import Reason
from .records import Record, records
from .rejects import Rejected
from .source import SourceFile, lines

SIZE: Final = 40_000  # records


@dataclass(slots=True)
class Batch:
    """Some consecutive records: what they say, and what is wrong with the others.

    `last` is the number of the last physical line. `lines`, `raw` (as written) and `rows` (for
    COPY) hold the usable lines by the number of their first physical line.
    """

    last: int = 0
    record_count: int = 0
    lines: dict[int, Line] = field(default_factory=dict)
    raw: dict[int, str] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    unknown_countries: Counter[str] = field(default_factory=Counter)


def batches(source: SourceFile, *, after: int, shift_weeks: int, size: int) -> Iterator[Batch]:
    """The batches after physical line `after` (at least 1: the header)."""
    with lines(source) as physical:
        for _skipped in islice(physical, after):
            continue
        found = records(physical, before=after)
        while (batch := _parsed(islice(found, size), Parser(shift_weeks=shift_weeks))).record_count:
            yield batch


def _parsed(taken: Iterable[Record], parser: Parser) -> Batch:
    batch = Batch()
    for first, last, raw, fields, _is_long in taken:
        batch.last = last
        batch.record_count += 1
        outcome: Line | Reason
        if fields is None:
            outcome = Reason.NOT_CSV
        elif "\0" in raw:
            outcome = Reason.NUL_BYTE
        else:
            outcome = parser.parse(fields)
        if isinstance(outcome, Reason):
            batch.rejected.append(Rejected(first, outcome, raw))
        else:
            batch.lines[first] = outcome
            batch.raw[first] = raw
            batch.rows[first] = copytext.row(first, outcome)
    batch.unknown_countries = parser.unknown_countries
    return batch


def read_ahead(source: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches; while one is worked on, a thread reads the next."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, source, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield batch
