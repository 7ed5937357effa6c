"""One batch of lines of the format Online Retail, from what was read to what is stored."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.db import connection

from config.shared import facts
from customers.importing import online_retail
from customers.importing.batches import Batch
from customers.importing.reasons import Reason
from customers.models import ImportRun, ReturnLine
from customers.models.customer import DEFAULT_SOURCE

from . import order_merging, order_staging, purchases, return_matching


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: `known` says which lines were not written and why, `charges` which
    are no products; `added` counts what is new.
    """

    known: dict[int, Reason]
    charges: set[int]
    added: Counter[str]

    def reason(self, number: int) -> Reason | None:
        """Why a line is no product line of an order or a cancellation; None where it is one."""
        return self.known.get(number) or (Reason.NON_PRODUCT if number in self.charges else None)


def begin(run: ImportRun) -> None:
    """Remember which lines were there before; called once, before the first batch."""
    run.order_lines_before = _highest_id("customers_orderline")
    run.return_lines_before = _highest_id("customers_returnline")


def _highest_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _scope(run: ImportRun) -> dict[str, object]:
    return {
        "source": DEFAULT_SOURCE,
        "currency": online_retail.CURRENCY,
        "now": run.started_at,
        "order_lines_before": run.order_lines_before,
        "return_lines_before": run.return_lines_before,
    }


def write(run: ImportRun, batch: Batch, *, default_zone: str) -> Written:
    """Write the batch's lines in the caller's transaction; locks their customers."""
    scope = _scope(run)
    with connection.cursor() as cursor:
        stored = order_staging.stored_documents(cursor, scope, batch.lines)
        known = order_staging.known_lines(cursor, scope, batch.lines, stored)
        kept = [line for number, line in batch.lines.items() if number not in known]
        new_documents = {line.document for line in kept} - set(stored)
        added = Counter(cancellations=sum(name[0] == "C" for name in new_documents))
        added["orders"] = len(new_documents) - added["cancellations"]
        order_staging.stage(cursor, batch, without=known)
        added["customers"] = order_merging.add_customers(
            cursor, scope, kept, now=run.started_at, default_zone=default_zone
        )
        added["products"] = order_merging.add_products(cursor, now=run.started_at)
        return_matching.await_returns()
        orders = order_merging.add_documents(
            cursor, scope, stored=stored, order_count=len(new_documents) + len(stored)
        )
        return_matching.claim_returns(new_orders=orders)
        owners = order_merging.owners(cursor, scope, kept)
        purchases.refresh(owners)
        facts.record_many(kind="purchases.changed", subject_ids=owners, at=run.started_at)
    charges = set()
    for number, line in batch.lines.items():
        if number in known:
            continue
        if line.kind != "product":
            charges.add(number)
        else:
            added["cancellation_lines" if line.cancellation else "lines"] += 1
    return Written(known, charges, added)


def settle_names(run: ImportRun) -> None:
    """Name the products of this run, once all its lines are stored."""
    with connection.cursor() as cursor:
        order_merging.settle_product_names(cursor, _scope(run))


def match_all() -> None:
    """Match the returns of all customers, some at a time, in the caller's transaction."""
    customers = return_matching.next_customers(after=0)
    while customers:
        return_matching.match_returns(customers=customers)
        customers = return_matching.next_customers(after=customers[-1])


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Units of a returned line for which no purchase was found."""

    document: str
    code: str
    name: str
    units: int


MATCHED: Final = {
    "fully": "cancellation_lines_matched_fully",
    "partly": "cancellation_lines_matched_partly",
    "unmatched": "cancellation_lines_unmatched",
    "units": "units_matched",
}


def matched(run: ImportRun) -> tuple[dict[str, int], list[Unmatched]]:
    """How the returned lines of this run found their purchases, and which units did not."""
    of_run = ReturnLine.objects.filter(pk__gt=run.return_lines_before, kind="product")
    counts, missing = dict.fromkeys(MATCHED.values(), 0), []
    for line in of_run.select_related("document", "product").order_by("pk").iterator():
        units = line.quantity - line.matched_quantity
        counts[MATCHED["units"]] += line.matched_quantity
        outcome = "partly" if line.matched_quantity and units else "unmatched" if units else "fully"
        counts[MATCHED[outcome]] += 1
        if units:
            code = line.product.source_id if line.product else ""
            missing.append(Unmatched(line.document.source_id, code, line.name, units))
    return counts, missing
