"""Kept membership: one customer over 200 kept segments, and a wake-up over a million members.

The time is that of the statements as the client sees it, planning included; what the server itself
worked (its processor time) stands beside it, which a busy machine does not change as much.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from config.shared import clock
from customers.selectors import gated_categories
from segments import touches
from segments.kept_rules import digest_of, tree_of
from segments.models import KeepingState, KeptSegment, Membership, Segment
from segments.services import passing_time
from segments.services.reevaluating import Look, look_again
from tests.benchmarks.many_segments import rules
from tests.benchmarks.surroundings import settle

LOOKS = 20
DUE = 50
GOAL_MS = 50
GOAL_STATEMENTS = 5

_DATA = (
    """
    INSERT INTO customers_customer (id, public_id, first_name, last_name, email, phone,
        birth_month, birth_day, birth_year, language, country, region, city, zone, zone_source,
        zone_problem, search, signed_up_at, created_at, updated_at)
    SELECT n, 'cust_' || n, 'Ann', 'Baker', 'a@example.org', '', 1 + n % 12, 1 + n % 28,
        1950 + n % 60, 'en', (ARRAY['TR', 'GB', 'DE'])[1 + n % 3], '',
        (ARRAY['İzmir', 'London', 'Berlin'])[1 + n % 3],
        (ARRAY['Europe/Istanbul', 'Europe/London', 'Europe/Berlin'])[1 + n % 3], 'address', '',
        'ann baker izmir', now() - n * interval '5 minutes', now(), now()
    FROM generate_series(1, 100000) n
    """,
    """
    INSERT INTO customers_identity (id, customer_id, source, external_id, created_at)
    SELECT id, id, 'shop', id::text, now() FROM customers_customer
    """,
    """
    INSERT INTO customers_product
        (id, public_id, source_id, name, category, categories, brand, price, search, created_at)
    SELECT n, 'prod_' || n, 'P' || n, 'p', 'Range ' || n % 35, ARRAY['Range ' || n % 35],
        'B' || n % 20, 100, 'p', now()
    FROM generate_series(1, 4000) n
    """,
    """
    INSERT INTO customers_order (id, public_id, identity_id, source, source_id, status, currency,
        amount, charges_amount, placed_at, received_at)
    SELECT n, 'ord_' || n, 1 + (n * 7919) % 100000, 'shop', n::text, 'PAID', 'TRY',
        1000 + n % 90000, 0, now() - (n % 900000) * interval '1 minute', now()
    FROM generate_series(1::bigint, 500000) n
    """,
    """
    INSERT INTO customers_orderline (order_id, line_key, kind, product_id, name, quantity,
        unit_amount, amount, returned_quantity)
    SELECT n, 1, 'product', 1 + n % 4000, 'p', 1, 100, 100, 0
    FROM generate_series(1::bigint, 500000) n
    """,
    """
    INSERT INTO customers_event (identity_id, product_id, name, data_category, source,
        external_id, occurred_at, received_at, properties)
    SELECT 1 + (n * 104729) % 100000, 1 + n % 4000,
        (ARRAY['product_viewed', 'page_viewed', 'searched', 'cart_updated', 'checkout_started'])
            [1 + n % 5],
        (ARRAY['BROWSE_HISTORY', 'BROWSE_HISTORY', 'SEARCH_HISTORY', 'PURCHASE_HISTORY',
            'PURCHASE_HISTORY'])[1 + n % 5],
        'shop', n::text, now() - (n % 200000) * interval '1 minute', now(), '{}'
    FROM generate_series(1::bigint, 400000) n
    """,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the table: floors there are none, goals are absolute."""

    name: str
    words: str
    reached: bool

    @property
    def verdict(self) -> str:
        return "reached" if self.reached else "missed"

    def row(self) -> str:
        return f"{self.name}: {self.words} ({self.verdict})"


class _Clocked:
    """Statements with how long the client waited for each."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.seconds.append(time.perf_counter() - started)


def _server_ms() -> float:
    """Processor time of our server process so far; only where it is on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 10.0


def _empty() -> None:
    """Nobody, as the next benchmark expects it; the rows here are numbered by hand."""
    Segment.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_customer, customers_product CASCADE")


def _fill() -> None:
    _empty()
    with connection.cursor() as cursor:
        for statement in _DATA:
            cursor.execute(statement)


def _keep() -> None:
    now, gated = clock.now(), gated_categories()
    for number, rule in enumerate(rules()):
        made = Segment.objects.create(
            name=f"segment {number}", rules=rule, created_at=now, updated_at=now
        )
        KeptSegment.objects.create(
            segment=made, digest=digest_of(tree_of(made), gated), gated=sorted(gated),
            state=KeepingState.KEPT, since=now, built_at=now,
        )  # fmt: skip


def run() -> Iterator[Measured]:
    _fill()
    _keep()
    settle("customers_customer", "customers_order", "customers_event")
    for words, touch in (
        ("everything asked again", touches.EVERYTHING),
        ("after an order", touches.touch_of("order.placed", {})),
        (
            "after a view of a product",
            touches.touch_of("event.received", {"name": "product_viewed"}),
        ),
    ):
        yield _look(words, touch)
    yield _wake()
    _empty()


def _look(words: str, touch: touches.Touch) -> Measured:
    look_again({1: Look(clock.now(), touch)})  # the rules are read
    looks, server = [], _server_ms()
    for number in range(LOOKS):
        clocked = _Clocked()
        with connection.execute_wrapper(clocked):
            look_again({1_000 + number * 37: Look(clock.now(), touch)})
        looks.append(clocked.seconds)
    server = (_server_ms() - server) / LOOKS
    waited = [sum(one) * 1_000 for one in looks]
    milliseconds = statistics.median(waited)
    statements = max(len(one) for one in looks)
    return Measured(
        f"one customer over 200 kept segments, {words}",
        f"{statements} statements, {milliseconds:.0f} ms waited for ({min(waited):.0f} at best),"
        f" {server:.0f} ms of the server",
        statements <= GOAL_STATEMENTS and milliseconds <= GOAL_MS,
    )


def _wake() -> Measured:
    """A million rows of ten segments, of which DUE are due."""
    now = clock.now()
    kept = list(KeptSegment.objects.order_by("pk").values_list("pk", flat=True)[:10])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE segments_membership")
        cursor.execute(
            "INSERT INTO segments_membership (segment_id, customer_id, inside, next_change_at)"
            " SELECT s, c.id, TRUE, CASE WHEN s = %s AND c.id <= %s THEN %s::timestamptz"
            " ELSE %s::timestamptz + c.id * interval '1 minute' + interval '1 day' END"
            " FROM customers_customer c, unnest(%s::bigint[]) s",
            [kept[0], DUE, now, now, kept],
        )
    settle("segments_membership")
    before = set(Membership.objects.filter(segment=kept[0], customer__gt=DUE).values_list("pk")[:9])
    started = time.perf_counter()
    found = passing_time.pass_time(at=clock.now())
    milliseconds = (time.perf_counter() - started) * 1_000
    untouched = Membership.objects.filter(pk__in=[pk for (pk,) in before]).count() == len(before)
    return Measured(
        f"a wake-up over 1,000,000 members, {DUE} due",
        f"{found} looked at in {milliseconds:.0f} ms",
        found == DUE and untouched,
    )
