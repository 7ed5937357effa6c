"""The list of lines that were not kept as product lines, as CSV that a spreadsheet may open."""

import csv
import io
from collections.abc import Iterable
from typing import Final, NamedTuple

from config.shared.spreadsheets import defused

from .reasons import EXPLANATIONS, Reason

HEADER: Final = ("line", "outcome", "reason", "remedy", "original")


class Rejected(NamedTuple):
    """`line` counts from 1 (the header); None where the outcome is not one line's."""

    line: int | None
    reason: Reason
    original: str


def header() -> bytes:
    return _csv([HEADER])


def as_csv(rejected: Iterable[Rejected]) -> bytes:
    texts = {
        reason: (str(explanation.reason), str(explanation.remedy))
        for reason, explanation in EXPLANATIONS.items()
    }
    return _csv(
        (
            line or "",
            reason.value,
            *texts[reason],
            defused(original).replace("\0", "\N{SYMBOL FOR NULL}"),
        )
        for line, reason, original in rejected
    )


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
