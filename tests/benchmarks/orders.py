"""The import of orders against COPY of the same file into a bare table.

No goal is set for it: COPY neither checks nor merges. The ratio is what a change should not raise.
"""

import gzip
import math
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from config.shared.actors import SYSTEM
from customers.models import ImportRun
from customers.services.importing import import_orders
from tests.benchmarks.pairs import Result, measure

FILE = Path(__file__).resolve().parents[2] / "campaigns/demo/online_retail_slice.csv.gz"
_TABLE = """
CREATE TABLE IF NOT EXISTS bench_lines (invoice text, code text, name text, quantity int,
    happened timestamp, price numeric, customer text, country text)
"""
_EMPTY = "TRUNCATE bench_lines, customers_importrun, customers_product, customers_customer CASCADE"


def _afresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)


def _copy() -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY bench_lines FROM STDIN WITH (FORMAT csv, HEADER)") as copy,
        gzip.open(FILE) as source,
    ):
        while block := source.read(1 << 18):
            copy.write(block)


def _import() -> ImportRun:
    return import_orders(path=FILE, file_format="online-retail", actor=SYSTEM)


def run() -> Iterator[Result]:
    """The slice of Online Retail that ships with the demo."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    _afresh()
    lines = _import().counts["lines_read"]
    yield measure(
        f"import of {lines:,} order lines, COPY of the same file",
        goal=math.inf,
        floor=_copy,
        product=_import,
        reset=_afresh,
    )
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
        cursor.execute("DROP TABLE bench_lines")
