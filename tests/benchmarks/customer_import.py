"""The import of customers from a CSV file against COPY of the very rows that it writes.

The floor copies those rows into the same tables, with the same indexes, triggers and constraints:
customers and identities, with consent also its events and states. Where the import changes known
customers, the floor adds the changed rows to the same full table. The import reads the uploaded
file, checks every cell, looks up who is known, writes, tells of it and moves its checkpoint. Upload
and dry run come before and are not timed; the rows of both sides are compared first.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
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
_CUSTOMERS: Final = "customers_customer"
_TABLES: Final = (_CUSTOMERS, "customers_identity")
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
    """The rows above `after` of some tables, as a file each; `other` replaces columns by SQL."""

    def __init__(
        self,
        folder: Path,
        tables: tuple[str, ...],
        where: str,
        after: dict[str, int],
        other: Mapping[str, str] | None = None,
    ) -> None:
        self._files = {table: folder / table for table in tables}
        with connection.cursor() as cursor:
            for table, path in self._files.items():
                query = (
                    f"COPY (SELECT {_selected(table, other or {})} FROM {table}"
                    f" WHERE id {where} {after[table]} ORDER BY id) TO STDOUT"
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


def _selected(table: str, other: Mapping[str, str]) -> str:
    return ", ".join(other.get(name, name) for name in _columns(table).split(", "))


def _digest(where: str, bound: int) -> str:
    """What is stored of people, without ids and moments that differ from run to run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(md5((email, first_name, last_name, phone, country, city, zone,"
            " birth_year, metadata)::text), '' ORDER BY email))"
            f" FROM customers_customer WHERE id {where} %s",
            [bound],
        )
        return str(cursor.fetchone()[0])


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
    reset()
    work(make())
    imported = _digest(">", after[_CUSTOMERS])
    rows = _Rows(folder, tables, ">", after)
    reset()
    rows.copy()
    if _digest(">", after[_CUSTOMERS]) != imported:
        raise RuntimeError("the floor does not write what the import writes")
    return _in_turn(name, rows=rows, make=make, reset=reset)


def _in_turn(
    name: str, *, rows: _Rows, make: Callable[[], ImportRun], reset: Callable[[], None]
) -> Result:
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
        _fill()
        yield from _over_a_million(Path(folder))
    _execute(_EMPTY)


def _fill() -> None:
    """A million customers: the people of the first file, and by SQL strangers like them."""
    _execute(_EMPTY)
    work(upload(0, ROWS))
    first = _highest(_TABLES)[_CUSTOMERS]
    for number in range(1, STORED // ROWS):
        other = {
            "id": f"id + {number * ROWS}",
            "public_id": f"'cust_' || left(md5('{number}' || public_id), 20)",
            "email": f"'other{number}' || email",
            "phone": f"'+9054' || {number} || lpad((id %% 10000000)::text, 7, '0')",
            "search": f"'other{number}' || search",
        }
        _execute(
            f"INSERT INTO {_CUSTOMERS} ({_columns(_CUSTOMERS)})"
            f" SELECT {_selected(_CUSTOMERS, other)} FROM {_CUSTOMERS} WHERE id <= %s",
            [first],
        )
    _execute(
        "INSERT INTO customers_identity (customer_id, source, external_id, created_at)"
        f" SELECT id, 'import', public_id, created_at FROM {_CUSTOMERS} WHERE id > %s",
        [first],
    )
    _execute(
        f"SELECT setval(pg_get_serial_sequence('{_CUSTOMERS}', 'id'), max(id)) FROM {_CUSTOMERS}"
    )


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

    without_new()
    cities = cycle(("Paris", "Rome"))
    work(upload(0, ROWS, city=next(cities)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {_CUSTOMERS} WHERE city = 'Paris'")
        changed = cursor.fetchone()[0]
    rows = _Rows(
        folder,
        (_CUSTOMERS,),
        "<=",
        {_CUSTOMERS: changed},
        other={
            "id": f"id + {last[_CUSTOMERS]}",
            "public_id": "'cust_' || left(md5(public_id), 20)",
        },
    )
    rows.copy()
    if _digest("<=", changed) != _digest(">", last[_CUSTOMERS]):
        raise RuntimeError("the floor does not write what the import writes")
    yield _in_turn(
        f"import of {ROWS:,} changed customers over {STORED:,}, COPY of the rows written",
        rows=rows,
        make=lambda: upload(0, ROWS, city=next(cities)),
        reset=without_new,
    )
