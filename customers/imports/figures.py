"""Progress and outcome of an import in figures and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.shared.screens import Series, stacked_bars
from config.shared.templatetags.vesile import number
from customers.importing.contents import Contents, contents_of
from customers.importing.reports import in_words
from customers.models import ImportRun
from customers.models.import_run import ImportState

GREEN, VIOLET, GREY, AMBER, RED = "#15803d", "#7c3aed", "#94a3b8", "#d97706", "#dc2626"
BLUE = "#0891b2"
_OUTCOMES: Final = (
    ("created", gettext_lazy("would be created"), gettext_lazy("created"), GREEN),
    ("changed", gettext_lazy("would be changed"), gettext_lazy("changed"), VIOLET),
    ("unchanged", gettext_lazy("as they are"), gettext_lazy("as they were"), GREY),
    ("skipped", gettext_lazy("would be left out"), gettext_lazy("left out"), AMBER),
    ("repeated", gettext_lazy("repeated in the file"), gettext_lazy("repeated in the file"), BLUE),
    ("rejected", gettext_lazy("would be rejected"), gettext_lazy("rejected"), RED),
)
_EXAMPLES: Final = 3
_SHOWN_APART: Final = {key for key, *_rest in _OUTCOMES}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rows of the file with one fate; `share` in per cent of the rows read."""

    key: str
    name: str
    count: int
    share: float
    colour: str


@dataclass(frozen=True, slots=True)
class Problems:
    """Rows with one problem: how many, and some of them."""

    reason: str
    remedy: str
    count: int
    examples: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, or what an import did."""

    outcomes: list[Outcome]
    rejected_count: int
    rejected: list[Problems]
    notes: list[Problems]
    more: list[tuple[str, int]]
    fields: list[tuple[str, int]]
    chart: dict[str, str]
    read: int


def report_of(run: ImportRun, found: Mapping[str, Any], *, dry_run: bool) -> Report | None:
    """The figures of `run.report` or `run.counts`; None for runs of another make."""
    if "read" not in found:
        return None
    kind = contents_of(run.kind)
    counts = dict(found.get("counts", {}))
    counts["rejected"] = rejected_count = int(found["rejected_rows"])
    read = int(found["read"])
    outcomes = [
        Outcome(
            key,
            str(would if dry_run else was),
            counts[key],
            round(100 * counts[key] / read, 1) if read else 0,
            colour,
        )
        for key, would, was, colour in _OUTCOMES
        if counts.get(key)
    ]
    return Report(
        outcomes=outcomes,
        rejected_count=rejected_count,
        rejected=_problems(run, found["rejected"]),
        notes=_problems(run, found["notes"]),
        more=_more(kind, counts),
        fields=_fields(kind, found.get("fields", {})),
        chart=stacked_bars(
            [_("Rows")], [Series(one.name, [one.count], one.colour) for one in outcomes]
        ),
        read=read,
    )


def _problems(run: ImportRun, found: Mapping[str, Any]) -> list[Problems]:
    # An erasure empties what was detected where it names the person.
    headings = run.detected.get("headers", ())
    return [
        Problems(
            reason=str(one["reason"]),
            remedy=str(one["remedy"]),
            count=one["count"],
            examples=[
                {"row": example["row"], "column": _heading(headings, example["column"])}
                for example in one["examples"][:_EXAMPLES]
            ],
        )
        for one in in_words(found)
    ]


def _heading(headings: Sequence[str], column: int | None) -> str:
    """What a column is called; nothing where the row as a whole is meant."""
    if column is None:
        return ""
    heading = headings[column] if column < len(headings) else ""
    return heading or _("Column %(place)s") % {"place": column + 1}


def _more(kind: Contents, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What the contents counts beside the fates of rows."""
    return [
        (str(label), counts[key])
        for key, label in kind.counts
        if key not in _SHOWN_APART and counts.get(key)
    ]


def _fields(kind: Contents, changed: Mapping[str, int]) -> list[tuple[str, int]]:
    named = [(str(kind.fields.get(key, key)), count) for key, count in changed.items()]
    return sorted(named, key=lambda pair: -pair[1])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass over the file is; `percent` is None where the number of rows is not known."""

    done: int
    total: int | None
    percent: int | None
    rate: int | None  # rows a second
    left: str
    said: str
    sample: str


def progress_of(run: ImportRun, *, at: datetime, sample: str = "") -> Progress:
    """The progress; the speed since `sample`, what the first look at this page gave as `sample`.

    Where nothing was done since, the speed is that since the start.
    """
    done, total = run.lines_done, run.line_count
    percent = min(100, round(100 * done / total)) if total else None
    rate = _rate(run, at, sample)
    left = ""
    if rate and total and run.state != ImportState.PAUSED:
        left = _in_words(timedelta(seconds=max(0, total - done) / rate))
    said = ""
    if percent is not None:
        # Spoken in steps of ten, so that it does not talk all the time.
        said = _("%(percent)s per cent done") % {"percent": percent // 10 * 10}
    sample = sample or f"{at.timestamp():.1f}_{done}"
    return Progress(done, total, percent, rate, left, said, sample)


def _rate(run: ImportRun, at: datetime, sample: str) -> int | None:
    """Rows a second, None where that cannot be told yet."""
    begun, _bar, before = sample.partition("_")
    try:
        seconds, rows = at.timestamp() - float(begun), run.lines_done - int(before)
    except ValueError:
        seconds, rows = 0.0, 0
    if rows <= 0 and run.state == ImportState.RUNNING:
        seconds, rows = (at - run.started_at).total_seconds(), run.lines_done
    return round(rows / seconds) if seconds >= 1 and rows > 0 else None


def _in_words(left: timedelta) -> str:
    seconds = int(left.total_seconds())
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)s hour", "about %(n)s hours", hours) % {"n": hours}


def outcome_in_words(run: ImportRun) -> str:
    """The fates of rows in one line, for the list."""
    found = report_of(run, run.counts or run.report, dry_run=not run.counts)
    if found is None:
        told = told_counts(run)[:3]
        return ", ".join(f"{name}: {number(count)}" for name, count in told)
    return ", ".join(f"{one.name}: {number(one.count)}" for one in found.outcomes)


_TOLD: Final = {
    "orders": gettext_lazy("orders"),
    "lines": gettext_lazy("product lines"),
    "rejected": gettext_lazy("rejected lines"),
    "customers": gettext_lazy("new customers"),
    "products": gettext_lazy("new products"),
    "lines_read": gettext_lazy("lines read"),
    "cancellations": gettext_lazy("cancellations"),
    "cancellation_lines": gettext_lazy("cancelled lines"),
    "cancellation_lines_matched_fully": gettext_lazy("cancelled lines matched fully"),
    "cancellation_lines_matched_partly": gettext_lazy("cancelled lines matched partly"),
    "cancellation_lines_unmatched": gettext_lazy("cancelled lines not matched"),
    "units_matched": gettext_lazy("units matched"),
    "non_products": gettext_lazy("charges that are no products"),
    "without_customer": gettext_lazy("lines without a customer"),
    "duplicates": gettext_lazy("duplicates"),
    "already_stored": gettext_lazy("lines of an earlier file"),
}
"""What the command import_orders counts, the most telling first."""


def told_counts(run: ImportRun) -> list[tuple[str, int]]:
    """The counts of a run that the command made."""
    return [(str(words), run.counts[key]) for key, words in _TOLD.items() if key in run.counts]


def rows_of(run: ImportRun) -> int:
    """How many rows were read, of the file where it was not read yet."""
    found = run.counts or run.report
    return int(found.get("read") or run.lines_done or run.line_count or 0)


def has_rejects(run: ImportRun) -> bool:
    """Whether the list of rejected rows holds any; the command lists other lines as well."""
    return "read" not in run.counts or bool(run.counts["rejected_rows"])
