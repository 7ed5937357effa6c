import gc
import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.shared import files
from config.shared.actors import SYSTEM
from config.shared.errors import VesileError
from customers.models import ImportRun
from customers.models.import_run import ImportPhase, ImportState
from customers.services.importing import FORMATS, import_orders

_SUMMARY = [
    ("lines_read", "lines read"),
    ("lines", "product lines kept"),
    ("cancellation_lines", "cancelled product lines kept"),
    ("non_products", "non-products, kept as charges"),
    ("without_customer", "lines without a customer"),
    ("duplicates", "duplicates"),
    ("already_stored", "lines of an earlier file"),
    ("rejected", "rejected lines"),
    ("orders", "orders"),
    ("cancellations", "cancellations"),
    ("cancellation_lines_matched_fully", "cancelled lines matched fully"),
    ("cancellation_lines_matched_partly", "cancelled lines matched partly"),
    ("cancellation_lines_unmatched", "cancelled lines not matched"),
    ("units_matched", "units matched"),
    ("customers", "new customers"),
    ("products", "new products"),
]


class Command(BaseCommand):
    """Imports orders from a file; killed or not, the same file again goes on or changes nothing."""

    help = "Import orders; prints counts, the last line of stdout is one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV file, packed with gzip or not")
        parser.add_argument("--format", required=True, help=f"one of: {', '.join(FORMATS)}")
        parser.add_argument("--rejects", type=Path, help="write the lines not kept to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path | None = options["rejects"]
        # Millions of short-lived rows would make the collector go through all of Django each time.
        gc.freeze()
        try:
            if target is not None:
                _check_writable(target)
            run = import_orders(
                path=options["file"],
                file_format=options["format"],
                actor=SYSTEM,
                progress=ProgressLine(self.stderr),
            )
        except VesileError as error:
            raise CommandError(str(error), returncode=2) from None
        self._report(run)
        if target is not None and run.rejects:
            with target.open("wb") as out:
                for part in files.read(run.rejects):
                    out.write(part)
        self.stdout.write(json.dumps(answer(run), ensure_ascii=False))

    def _report(self, run: ImportRun) -> None:
        for name, label in _SUMMARY:
            self.stderr.write(f"{run.counts[name]:>10,}  {label}")
        for reason, count in sorted(run.counts["rejects"].items()):
            self.stderr.write(f"{count:>10,}  rejected: {reason}")


def answer(run: ImportRun) -> dict[str, Any]:
    """What a program reads: the stored counts, the same whenever the file is imported again."""
    return {
        "format": run.kind,
        "file": run.name,
        "state": run.state,
        **{name: run.counts[name] for name, _label in _SUMMARY},
        "rejects": dict(sorted(run.counts["rejects"].items())),
        "unknown_countries": dict(sorted(run.counts["unknown_countries"].items())),
    }


def _check_writable(target: Path) -> None:
    """Fail now rather than after minutes of work."""
    try:
        with target.open("ab"):
            return
    except OSError as error:
        raise CommandError(
            f"The list of rejects cannot be written to {target} ({error.strerror}).", returncode=2
        ) from None


class ProgressLine:
    """Lines done and their speed: one line rewritten on a terminal, else now and then."""

    PAUSE = 5.0  # seconds between lines where the output is no terminal

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._terminal = sys.stderr.isatty()
        self._started = self._told = time.monotonic()
        self._lines_before: int | None = None

    def __call__(self, run: ImportRun, line_count: int) -> None:
        now = time.monotonic()
        if self._lines_before is None:
            # What an earlier, killed run did is not this one's speed.
            self._lines_before = run.lines_done
        finished = run.state == ImportState.FINISHED
        if not self._terminal and not finished and now - self._told < self.PAUSE:
            return
        self._told = now
        share = min(100, round(100 * run.lines_done / line_count))
        speed = (run.lines_done - self._lines_before) / max(now - self._started, 0.001)
        text = f"{run.lines_done:,} of {line_count:,} lines ({share} %), {speed:,.0f} lines/s"
        if run.phase == ImportPhase.RETURNS:
            text += ", matching cancellations" if not finished else ", done"
        if self._terminal:
            self._stream.write(f"\r{text:<78}", ending="\n" if finished else "")
        else:
            self._stream.write(text)
