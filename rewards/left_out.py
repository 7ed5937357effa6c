"""The first lines that an import of codes left out, for the page that tells how it went."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from config.shared import files, spreadsheets
from rewards.models import CodeRun


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of the file, why it was left out, and what to do: as written down by the worker."""

    line: str
    code: str
    why: str
    remedy: str


def first_left_out(run: CodeRun, *, most: int) -> Sequence[LeftOut]:
    """At most so many lines, in the order of the file; reads no more of what was written down than
    they need.
    """
    if run.rejects is None:
        return []
    parts = (part.decode("utf-8-sig", errors="ignore") for part in files.read(run.rejects))
    rows = csv.reader(line for part in parts for line in part.splitlines(keepends=True))
    shown = islice(rows, 1, most + 1)
    return [LeftOut(*map(spreadsheets.restored, row)) for row in shown if len(row) == 4]
