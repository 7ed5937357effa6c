"""Batches of 1,000 events over the API, in process, against the same rows written by hand.

The floors read the same JSON and write the table of events, by COPY into a bare copy of it and by
one INSERT with its indexes and constraints: no key, no permission to ask for, no customers and
products to find, no answer for each. No goal is set; the ratio is what a change should not raise.
"""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Identity, Product
from tests.benchmarks.pairs import Result, measure
from tests.benchmarks.surroundings import settle
from tests.rewards.makers import make_key

BATCHES, SIZE = 10, 1_000
PEOPLE, PRODUCTS = 500, 300
AT = "2026-05-01T09:30:00+00:00"
MOST_STATEMENTS = 12
_BARE = "CREATE TABLE bench_event (LIKE customers_event INCLUDING IDENTITY)"
_COLUMNS = (
    "identity_id, product_id, name, data_category, source, external_id, occurred_at, received_at,"
    " properties"
)
_INSERT = f"""
INSERT INTO customers_event ({_COLUMNS})
SELECT identity_id, product_id, name, 'PURCHASE_HISTORY', 'shop', external_id, occurred_at,
       now(), properties
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[])
    AS g (identity_id, product_id, name, external_id, occurred_at, properties)
ON CONFLICT (source, external_id) DO NOTHING
"""
_EMPTY = "TRUNCATE customers_event, customers_customer, customers_product CASCADE"
_SAME = "SELECT name, external_id, occurred_at, identity_id, product_id, properties FROM "


def _body(number: int) -> str:
    """A batch of reviews by people who are known."""
    items = [
        {
            "event": "review",
            "source_id": f"{number}-{n}",
            "occurred_at": AT,
            "customer": {"source_id": f"c{n % PEOPLE}"},
            "metadata": {"product": f"P{n % PRODUCTS}", "rating": 5, "text": "As it should be."},
        }
        for n in range(SIZE)
    ]
    return json.dumps({"items": items})


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _stored(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_SAME} {table} ORDER BY external_id")
        return list(cursor.fetchall())


def _sender(headers: dict[str, str]) -> Callable[[str], None]:
    client = Client(headers=headers)

    def send(body: str) -> None:
        answer = client.post("/v1/events/batch", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        assert {result["status"] for result in answer.json()["results"]} == {"created"}

    return send


def _statements(name: str, work: Callable[[], object]) -> None:
    with CaptureQueriesContext(connection) as captured:
        work()
    print(f"{name}: {len(captured)} statements", flush=True)
    assert len(captured) <= MOST_STATEMENTS


class _ByHand:
    """The floors; who and what is in a batch they know beforehand."""

    def __init__(self, bodies: list[str]) -> None:
        self._bodies = bodies
        self._people = dict(Identity.objects.values_list("external_id", "pk"))
        self._products = dict(Product.objects.values_list("source_id", "pk"))

    def _rows(self, body: str) -> list[tuple[Any, ...]]:
        return [
            (
                self._people[item["customer"]["source_id"]],
                self._products[item["metadata"]["product"]],
                item["event"],
                item["source_id"],
                item["occurred_at"],
                json.dumps(item["metadata"]),
            )
            for item in json.loads(body)["items"]
        ]

    def copy(self) -> None:
        statement = f"COPY bench_event ({_COLUMNS}) FROM STDIN"
        for body in self._bodies:
            with connection.cursor() as cursor, cursor.copy(statement) as into:
                for person, product, name, external_id, at, properties in self._rows(body):
                    row = (person, product, name, "PURCHASE_HISTORY", "shop", external_id, at, AT)
                    into.write_row((*row, properties))

    def insert(self) -> None:
        for body in self._bodies:
            columns = [list(column) for column in zip(*self._rows(body), strict=True)]
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_INSERT, columns)


def run() -> Iterator[Result]:
    """People and products are made by the first batch, which is not timed."""
    settings.ALLOWED_HOSTS = ["*"]
    _execute(_EMPTY)
    _execute("DROP TABLE IF EXISTS bench_event")
    _execute(_BARE)
    send = _sender(make_key())
    _statements("1,000 events of people and products nobody knew", lambda: send(_body(-1)))
    _statements("1,000 events of known people", lambda: send(_body(-2)))
    bodies = [_body(number) for number in range(BATCHES)]
    by_hand = _ByHand(bodies)

    def product() -> None:
        for body in bodies:
            send(body)

    def afresh() -> None:
        _execute("TRUNCATE customers_event, bench_event CASCADE")

    afresh()
    by_hand.copy()
    expected = _stored("bench_event")
    for way in (by_hand.insert, product):
        _execute("TRUNCATE customers_event CASCADE")
        way()
        assert _stored("customers_event") == expected
    assert len(expected) == BATCHES * SIZE
    settle("customers_event", "customers_identity", "customers_product")
    for name, floor in (
        ("COPY into a bare table", by_hand.copy),
        ("one INSERT, indexes and all", by_hand.insert),
    ):
        yield measure(
            f"{BATCHES} batches of {SIZE:,} events, {name}",
            goal=math.inf,
            floor=floor,
            product=product,
            reset=afresh,
        )
    _execute(_EMPTY)
    _execute("DROP TABLE bench_event")
