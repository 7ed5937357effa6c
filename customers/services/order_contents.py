"""Orders as contents of a file: what the import engine calls for each batch of rows."""

import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared.actors import Actor
from config.shared.models import Project
from customers.importing import order_problems as wrong
from customers.importing import order_targets, retail_rows
from customers.importing.contents import Contents, Reader, ReadRow, Setting, Tally, Writer, register
from customers.importing.order_documents import Document, by_number, documents
from customers.importing.order_rows import ITEM_TARGETS, OrderReader
from customers.importing.problems import Problem
from customers.importing.reasons import Reason
from customers.importing.retail_rows import RetailReader
from customers.models import Identity, ImportedNumber, ImportRun
from customers.models.customer import DEFAULT_SOURCE

from . import order_batches
from .order_file import Received, receive_documents

KEY: Final = "orders"


class _NothingKept:
    """A dry run: the block does everything, and then it is as if nothing had been done."""

    def __init__(self, dry_run: bool) -> None:
        self._dry_run = dry_run
        self._atomic = transaction.atomic()

    def __enter__(self) -> None:
        self._atomic.__enter__()

    def __exit__(self, *exception: Any) -> None:
        if self._dry_run and exception[0] is None:
            transaction.set_rollback(True)
        self._atomic.__exit__(*exception)


class OrderWriter:
    """Orders through the services that the API uses; a dry run does the same and takes it back."""

    def __init__(self, run: ImportRun, setting: Setting, *, dry_run: bool) -> None:
        self._run, self._setting, self._dry_run = run, setting, dry_run
        columns = order_targets.columns_by_target(setting.columns)
        self._number_column = columns["order.number"]
        self._tells_items = any(target in columns for target in ITEM_TARGETS)
        _forget_before_a_pass(run, dry_run)

    def write(self, rows: Sequence[ReadRow]) -> Tally:
        tally = Tally()
        groups = list(by_number(rows, self._number_column))
        scattered = self._scattered(groups)
        told: list[Document] = []
        for _number, group in groups:
            if group[0].number in scattered:
                tally.rejected += [(row, Problem(wrong.SCATTERED)) for row in group]
                continue
            made, rejected = documents(
                group, default_currency=self._setting.currency, tells_items=self._tells_items
            )
            told += made
            tally.rejected += rejected
        with _NothingKept(self._dry_run):
            received = receive_documents(
                documents=told,
                actor=Actor(self._run.actor_kind, self._run.actor_id),
                at=self._setting.at,
                make_customers=self._setting.options.get(order_targets.MAKE_CUSTOMERS) != "reject",
            )
        _count(tally, received)
        first_seen = _first_seen(self._run, received.people)
        tally.counts["people"] = len(first_seen)
        tally.counts["customers"] = len(first_seen & received.new_people)
        return tally

    def _scattered(self, groups: Sequence[tuple[str, list[ReadRow]]]) -> set[int]:
        """The first rows of groups of orders whose rows do not stand together.

        A check notes these orders, so that the import itself takes none of their rows.
        """
        keys = {group[0].number: _key(number) for number, group in groups}
        first: dict[int, int] = {}
        for place, key in keys.items():
            first.setdefault(key, place)
        with connection.cursor() as cursor:
            cursor.execute(
                _FIRST_ROWS,
                {"run": self._run.pk, "keys": list(first), "rows": list(first.values())},
            )
            began = dict(cursor.fetchall())
            scattered = {
                place for place, key in keys.items() if began.get(key, first[key]) != place
            }
            if self._dry_run and scattered:
                apart = [keys[place] for place in scattered]
                cursor.execute(_NOTE_SCATTERED, [_SCATTERED, self._run.pk, apart])
        return scattered

    def finish(self) -> Tally:
        return Tally()


def _forget_before_a_pass(run: ImportRun, dry_run: bool) -> None:
    """What an earlier pass over the file met is met anew; one that goes on keeps it."""
    met = ImportedNumber.objects.filter(run=run)
    if dry_run:
        met.delete()
    elif run.lines_done <= 1:
        met.exclude(first_row=_SCATTERED).delete()


def _first_seen(run: ImportRun, people: Iterable[str]) -> set[str]:
    """Those of these people whom no earlier batch of this pass was about."""
    keys = {_key(f"customer {name}"): name for name in people}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SEEN, {"run": run.pk, "keys": list(keys)})
        return {keys[key] for (key,) in cursor.fetchall()}


_SCATTERED: Final = -1  # instead of the first row of an order that a check found scattered
_NOTE_SCATTERED: Final = """
UPDATE customers_importednumber SET first_row = %s WHERE run_id = %s AND key = ANY(%s::bigint[])
"""

_FIRST_SEEN: Final = """
INSERT INTO customers_importednumber (run_id, key, first_row)
SELECT %(run)s, key, 0 FROM unnest(%(keys)s::bigint[]) AS t (key) ORDER BY key
ON CONFLICT (run_id, key) DO NOTHING
RETURNING key
"""

_FIRST_ROWS: Final = """
WITH told AS (
    SELECT * FROM unnest(%(keys)s::bigint[], %(rows)s::bigint[]) AS t (key, first_row)
), added AS (
    INSERT INTO customers_importednumber (run_id, key, first_row)
    SELECT %(run)s, key, first_row FROM told ORDER BY key
    ON CONFLICT (run_id, key) DO NOTHING
)
SELECT n.key, n.first_row
FROM customers_importednumber n JOIN told USING (key)
WHERE n.run_id = %(run)s
"""


def _key(number: str) -> int:
    digest = hashlib.blake2b(number.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _count(tally: Tally, received: Received) -> None:
    """Rows by outcome, and documents by kind; a row may tell of two, and counts once."""
    counted: set[int] = set()
    for outcome in ("created", "changed", "unchanged"):
        for document in getattr(received, outcome):
            rows = {row.number for row in document.rows} - counted
            counted |= rows
            tally.counts[outcome] += len(rows)
            what = "returns" if document.is_return else "orders"
            tally.counts[f"{what}_{outcome}"] += 1
    tally.rejected += received.rejected


class RetailWriter:
    """The data set Online Retail by its own rules, those of the command `import_orders`."""

    def __init__(self, run: ImportRun, setting: Setting, *, dry_run: bool) -> None:
        # What a dry run notes on the run must not stay there.
        self._run, self._dry_run = copy.copy(run) if dry_run else run, dry_run
        self._reader = RetailReader(setting)
        self._zone = Project.objects.get().zone
        _forget_before_a_pass(run, dry_run)
        if dry_run or run.lines_done <= 1:
            order_batches.begin(self._run)
        if run.lines_done <= 1 and not dry_run:
            run.save(update_fields=["order_lines_before", "return_lines_before"])

    def write(self, rows: Sequence[ReadRow]) -> Tally:
        batch = retail_rows.batch_of(rows)
        with _NothingKept(self._dry_run):
            written = order_batches.write(self._run, batch, default_zone=self._zone)
        tally = Tally(counts=Counter(written.added))
        people = {line.customer for line in batch.lines.values()}
        first_seen = _first_seen(self._run, people)
        tally.counts["people"] = len(first_seen)
        if self._dry_run:
            # Each batch was taken back, so the next one made the same again.
            known = Identity.objects.filter(source=DEFAULT_SOURCE, external_id__in=first_seen)
            tally.counts["customers"] = len(first_seen) - known.count()
            del tally.counts["products"]
        for row in rows:
            self._note(tally, row, written)
        return tally

    def _note(self, tally: Tally, row: ReadRow, written: order_batches.Written) -> None:
        reason = row.value if isinstance(row.value, Reason) else written.reason(row.number)
        if row.problems:
            tally.rejected.append((row, row.problems[0]))
        elif reason == Reason.FOREIGN_DOCUMENT:
            tally.rejected.append((row, self._reader.problem(reason)))
        elif reason is None or reason == Reason.NON_PRODUCT:
            tally.counts["created"] += 1
            tally.counts["non_products"] += reason is not None
        else:
            tally.counts[_OUTCOMES[reason]] += 1
            tally.notes.append((row, self._reader.problem(reason)))

    def finish(self) -> Tally:
        if self._dry_run:
            return Tally()
        order_batches.settle_names(self._run)
        order_batches.match_all()
        counts, _missing = order_batches.matched(self._run)
        return Tally(counts=Counter(counts))


_OUTCOMES: Final = {
    Reason.NO_CUSTOMER: "skipped",
    Reason.DUPLICATE: "repeated",
    Reason.ALREADY_STORED: "unchanged",
}


def _reader(setting: Setting) -> Reader:
    return RetailReader(setting) if retail_rows.is_retail(setting) else OrderReader(setting)


def _writer(run: ImportRun, setting: Setting, *, dry_run: bool) -> Writer:
    made = RetailWriter if retail_rows.is_retail(setting) else OrderWriter
    return made(run, setting, dry_run=dry_run)


def _group(setting: Setting) -> Callable[[Sequence[str]], Hashable]:
    """Rows of one order; a row without a number belongs to the order above it."""
    column = order_targets.columns_by_target(setting.columns)["order.number"]
    above = ""

    def number_of(cells: Sequence[str]) -> str:
        nonlocal above
        written = cells[column].strip() if column < len(cells) else ""
        above = written or above
        return above

    return number_of


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Contents(
            key=KEY,
            label=_("orders"),
            targets=order_targets.targets,
            reader=_reader,
            writer=_writer,
            missing=order_targets.missing,
            seems=order_targets.seems,
            options=order_targets.OPTIONS,
            counts=COUNTS,
            group=_group,
            whole_groups=True,
        )
    )


COUNTS: Final = (
    ("people", _("customers the file is about")),
    ("customers", _("new customers")),
    ("orders_created", _("new orders")),
    ("orders_changed", _("changed orders")),
    ("orders_unchanged", _("orders as they were")),
    ("returns_created", _("new returns")),
    ("returns_changed", _("changed returns")),
    ("returns_unchanged", _("returns as they were")),
    ("orders", _("new orders")),
    ("lines", _("product lines")),
    ("cancellations", _("cancellations")),
    ("cancellation_lines", _("cancelled lines")),
    ("cancellation_lines_matched_fully", _("cancelled lines matched fully")),
    ("cancellation_lines_matched_partly", _("cancelled lines matched partly")),
    ("cancellation_lines_unmatched", _("cancelled lines not matched")),
    ("units_matched", _("units matched")),
    ("non_products", _("charges that are no products")),
    ("products", _("new products")),
)
