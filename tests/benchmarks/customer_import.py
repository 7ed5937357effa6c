"""The import of customers from a CSV file against COPY of the very rows that it writes.

The floor copies those rows into the same tables, with the same indexes, triggers and constraints:
customers and identities, with consent also its events and states. The import reads the uploaded
file, checks every cell, looks up who is known, writes, tells of it and moves its checkpoint. Upload
and dry run come before and are not timed; the rows of both sides are compared first.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import connection

from config.shared.actors import SYSTEM
from customers.models import Attribute, ImportRun
from customers.services import file_import_work, file_imports
from tests.benchmarks.pairs import Result, measure
from tests.benchmarks.surroundings import settle

ROWS: Final = 200_000
STORED: Final = 1_000_000
GOAL: Final = 3.0
_TABLES: Final = ("customers_customer", "customers_identity")
_CONSENT_TABLES: Final = ("customers_consentevent", "customers_consentstate")
_HEADER: Final = "Email,First Name,Last Name,Phone,Country,City,Birthday,shoe_size"
_FIRST: Final = ("Ayşe", "Mehmet", "Elif", "Can", "Zeynep", "Deniz", "Ann", "Bob", "Çağla", "İpek")
_LAST: Final = ("Yılmaz", "Demir", "Şahin", "Öztürk", "Berg", "Smith", "Kaya", "Güneş", "Arslan")
_CITIES: Final = ("İstanbul", "Ankara", "İzmir", "Bursa", "Adana", "London", "Berlin", "Eskişehir")
_EMPTY: Final = (
    "TRUNCATE customers_customer, customers_importrun, shared_fact, shared_storedfile CASCADE"
)


def _lines(first: int, count: int, *, consent: bool, city: str = "") -> Iterator[str]:
    yield _HEADER + (",Newsletter\n" if consent else "\n")
    for number in range(first, first + count):
        fields = [
            f"person{number}@example{number % 500}.com",
            _FIRST[number % 10],
            f"{_LAST[number % 9]}{number % 977}",
            f"+9053{number % 10}{number % 10**7:07}",
            ("TR", "Turkey", "GB", "DE")[number % 4],
            city or _CITIES[number % 8],
            f"{1950 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}",
            str(34 + number % 12),
        ]
        if consent:
            fields.append(("yes", "no", "")[number % 3])
        yield ",".join(fields) + "\n"


def upload(first: int, count: int, *, consent: bool = False, city: str = "") -> ImportRun:
    """An uploaded, mapped and checked file of `count` people."""
    parts = (line.encode() for line in _lines(first, count, consent=consent, city=city))
    run = file_imports.receive_upload(
        name="people.csv", parts=parts, contents="customers", actor=SYSTEM
    )
    columns = {number: dict(how) for number, how in run.mapping["columns"].items()}
    columns["7"] = {"target": "attribute:shoe_size"}
    if consent:
        columns["8"] |= {"decided": True, "evidence": "form of 2025", "yes": ["yes"], "no": ["no"]}
    file_imports.set_mapping(run=run, columns=columns, options={}, actor=SYSTEM)
    ImportRun.objects.filter(pk=run.pk).update(state="checked")
    return run


def work(run: ImportRun) -> None:
    file_imports.start(run=run, actor=SYSTEM)
    file_import_work.work()
    run.refresh_from_db()
    if run.state != "finished":
        raise RuntimeError(f"the import is {run.state}: {run.problem}")


def _execute(statement: str, values: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _columns(table: str) -> str:
    """Those that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return str(cursor.fetchone()[0])


class _Rows:
    """The rows above `after` of some tables, as a file each."""

    def __init__(self, folder: Path, tables: tuple[str, ...], after: dict[str, int]) -> None:
        self._files = {table: folder / table for table in tables}
        with connection.cursor() as cursor:
            for table, path in self._files.items():
                query = (
                    f"COPY (SELECT {_columns(table)} FROM {table} WHERE id > {after[table]}"
                    " ORDER BY id) TO STDOUT"
                )
                with path.open("wb") as file, cursor.copy(query) as copy:
                    file.writelines(copy)

    def copy(self) -> None:
        for table, path in self._files.items():
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table} ({_columns(table)}) FROM STDIN") as copy,
                path.open("rb") as file,
            ):
                while block := file.read(1 << 18):
                    copy.write(block)


def _digest() -> str:
    """What is stored of people, without ids and moments that differ from run to run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT email, first_name, last_name, phone, country, city, zone, birth_year,"
            " metadata::text FROM customers_customer ORDER BY email"
        )
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


def _highest(tables: tuple[str, ...]) -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            found[table] = cursor.fetchone()[0]
        return found


def _measured(
    name: str,
    *,
    tables: tuple[str, ...],
    make: Callable[[], ImportRun],
    reset: Callable[[], None],
    folder: Path,
) -> Result:
    after = _highest(tables)
    work(make())
    imported = _digest()
    rows = _Rows(folder, tables, after)
    reset()
    rows.copy()
    if _digest() != imported:
        raise RuntimeError("the floor does not write what the import writes")
    waiting: list[ImportRun] = []

    def ready() -> None:
        reset()
        waiting[:] = [make()]

    return measure(
        name,
        goal=GOAL,
        floor=rows.copy,
        product=lambda: work(waiting[0]),
        reset=reset,
        reset_product=ready,
    )


def _afresh() -> None:
    _execute(_EMPTY)
    settle(*_TABLES)


def run() -> Iterator[Result]:
    """Into empty tables without and with consent, then over a million customers."""
    _execute(_EMPTY)
    Attribute.objects.get_or_create(
        key="shoe_size",
        defaults={
            "name": "Shoe size",
            "type": "number",
            "purpose": "Offers that fit",
            "created_at": "2026-01-01T00:00Z",
        },
    )
    with TemporaryDirectory() as folder:
        yield _measured(
            f"import of {ROWS:,} customers into empty tables, COPY of the rows written",
            tables=_TABLES,
            make=lambda: upload(0, ROWS),
            reset=_afresh,
            folder=Path(folder),
        )
        yield _measured(
            f"the same with a column of consent, {ROWS * 2 // 3:,} events and states",
            tables=_TABLES + _CONSENT_TABLES,
            make=lambda: upload(0, ROWS, consent=True),
            reset=_afresh,
            folder=Path(folder),
        )
        _execute(_EMPTY)
        work(upload(0, STORED))
        yield from _over_a_million(Path(folder))
    _execute(_EMPTY)


def _over_a_million(folder: Path) -> Iterator[Result]:
    last = _highest(_TABLES)

    def without_new() -> None:
        _execute("TRUNCATE shared_fact")
        for table in reversed(_TABLES):
            _execute(f"DELETE FROM {table} WHERE id > %s", [last[table]])
        settle(*_TABLES)

    yield _measured(
        f"import of {ROWS:,} new customers over {STORED:,}, COPY of the rows written",
        tables=_TABLES,
        make=lambda: upload(STORED, ROWS),
        reset=without_new,
        folder=folder,
    )
