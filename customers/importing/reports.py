"""What a pass over a file found: counts with first examples, and the file of rejected rows."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from config.shared.spreadsheets import defused
from customers.models import ImportRun

from .ahead import Batch
from .contents import ReadRow, Tally
from .problems import Problem, explained
from .proposing import EXTRA_COLUMNS

EXAMPLES: Final = 10  # of each reason
REMEDIES: Final = 3  # of a reason that has several, besides the first


class Report:
    """Adds up batches; `as_json` is what is kept and `of` goes on with it.

    Never holds what was written in cells: rows and columns only.
    """

    def __init__(self) -> None:
        self._read = 0
        self._rejected_rows = 0
        self._counts: Counter[str] = Counter()
        self._fields: Counter[str] = Counter()
        self._rejected: dict[str, dict[str, Any]] = {}
        self._notes: dict[str, dict[str, Any]] = {}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Report":
        report = cls()
        if kept:
            report._read = kept["read"]
            report._rejected_rows = kept["rejected_rows"]
            report._counts.update(kept["counts"])
            report._fields.update(kept["fields"])
            report._rejected = dict(kept["rejected"])
            report._notes = dict(kept["notes"])
        return report

    def add(self, batch: Batch | None, tally: Tally) -> None:
        self._read += len(batch.rows) if batch else 0
        self._counts.update(tally.counts)
        self._fields.update(tally.fields)
        self._rejected_rows += len({row.number for row, _problem in tally.rejected})
        _list(self._rejected, tally.rejected)
        _list(self._notes, tally.notes)

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self._read,
            "rejected_rows": self._rejected_rows,
            "counts": dict(self._counts),
            "fields": dict(self._fields),
            "rejected": self._rejected,
            "notes": self._notes,
        }


def _list(kept: dict[str, dict[str, Any]], found: Iterable[tuple[ReadRow, Problem]]) -> None:
    for row, problem in found:
        entry = kept.setdefault(
            problem.code,
            {"count": 0, "params": dict(problem.params), "remedy": problem.remedy, "examples": []},
        )
        entry["count"] += 1
        remedy = [problem.remedy, dict(problem.params)]
        others = entry.setdefault("other_remedies", [])
        if remedy not in [[entry["remedy"], entry["params"]], *others] and len(others) < REMEDIES:
            others.append(remedy)
        if len(entry["examples"]) < EXAMPLES:
            entry["examples"].append({"row": row.number, "column": problem.column})


def in_words(listed: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`rejected` or `notes` of a report for people, the most frequent first.

    Each as {"code", "count", "reason", "remedy", "examples": [{"row", "column"}]}; columns count
    from 0 and are None where the row is meant.
    """
    found = []
    for code, entry in listed.items():
        words = explained(Problem(code, None, entry["params"], entry["remedy"]))
        others = [
            str(explained(Problem(code, None, params, remedy)).remedy)
            for remedy, params in entry.get("other_remedies", ())
        ]
        found.append(
            {
                "code": code,
                "count": entry["count"],
                "reason": words.reason,
                "remedy": " ".join(dict.fromkeys([str(words.remedy), *others])),
                "examples": entry["examples"],
            }
        )
    return sorted(found, key=lambda entry: -entry["count"])


def _headers(run: ImportRun) -> Sequence[str]:
    """The file's headings; without a header the columns are numbered, to be recognised again."""
    headers: Sequence[str] = run.detected["headers"]
    if not run.detected["has_header"]:
        return [f"column {number}" for number in range(1, len(headers) + 1)]
    return headers


def _original(run: ImportRun, cells: Sequence[str]) -> list[str]:
    """The cells but those that an earlier file of rejected rows added, made harmless."""
    headers = _headers(run)
    corrected = run.detected["corrected"]
    # A surrogate stands for a byte that was no character.
    return [
        defused(cell.encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}"))
        for number, cell in enumerate(cells)
        if not (corrected and number < len(headers) and headers[number] in EXTRA_COLUMNS)
    ]


def rejected_header(run: ImportRun) -> bytes:
    """Begins with a byte order mark, by which spreadsheets know UTF-8."""
    own = [header for header in _headers(run) if header not in EXTRA_COLUMNS]
    return b"\xef\xbb\xbf" + _csv([[*map(defused, own), *EXTRA_COLUMNS]])


def rejected_rows(run: ImportRun, rejected: Iterable[tuple[ReadRow, Problem]]) -> bytes:
    """Each row once, in the order of the file, with everything that is wrong with it.

    Reasons are in the active language.
    """
    headers = _headers(run)
    width = len([header for header in headers if header not in EXTRA_COLUMNS])
    by_row: dict[int, tuple[ReadRow, list[Problem]]] = {}
    for row, problem in rejected:
        by_row.setdefault(row.number, (row, []))[1].append(problem)
    rows = []
    for number in sorted(by_row):
        row, problems = by_row[number]
        cells = _original(run, row.cells)
        cells = [*cells, *[""] * (width - len(cells))][: max(width, 1)]
        words = [explained(problem) for problem in problems]
        columns = [headers[p.column] for p in problems if p.column is not None]
        rows.append(
            [
                *cells,
                number,
                defused("; ".join(columns)),
                " ".join(str(word.reason) for word in words),
                " ".join(dict.fromkeys(str(word.remedy) for word in words)),
            ]
        )
    return _csv(rows)


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
