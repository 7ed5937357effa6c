"""Statements written by hand for what a till waits for, with models as their rows.

To compose such a statement anew with the ORM takes longer than the database takes to answer it.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.postgresql.base import CursorMixin
from psycopg import RawCursor
from psycopg.types.datetime import TimestamptzLoader

ModelT = TypeVar("ModelT", bound=models.Model)

_NAME: Final = re.compile(r"%\((\w+)\)s")
_PREPARED_AFTER: Final = 2  # times that a connection has run a statement


class _PlanningCursor(CursorMixin, RawCursor[Any]):
    """A cursor whose statements count their values: `$1`."""

    def __init__(self, of_driver: Any) -> None:
        super().__init__(of_driver)
        # Connections are in UTC, so the driver's own reading, in C, says the same as Django's.
        self.adapters.register_loader("timestamptz", TimestamptzLoader)


@cache
def _numbered(statement: str) -> tuple[str, list[str]]:
    """The statement with numbers instead of names, and the names in their order.

    The driver does the same, but anew every time where a statement is a long one.
    """
    names = list(dict.fromkeys(_NAME.findall(statement)))
    numbered = _NAME.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return numbered.replace("%%", "%"), names


def ask(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement returns, which each connection plans once instead of every time.

    Values travel apart from the text, so the text must say their type where it does not follow
    (`%(name)s::text`). Give whole numbers as Int8 or in `array`, else every size of them is
    planned.
    """
    numbered, names = _numbered(statement)
    in_order = [values[name] for name in names]
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    of_driver: Any = database.connection
    cursor: Any = getattr(of_driver, "planning_cursor", None)
    if cursor is None:  # one for each connection, with which it goes
        cursor = of_driver.planning_cursor = _PlanningCursor(of_driver)
    if database.queries_logged:  # the text of a prepared statement is not known afterwards
        database.make_debug_cursor(cursor).execute(numbered, in_order)
        return list(cursor.fetchall())
    # Only for these: counting the texts of all statements would keep large ones in memory.
    of_driver.prepare_threshold = _PREPARED_AFTER if settings.PREPARE_STATEMENTS else None
    try:
        database.make_cursor(cursor).execute(numbered, in_order)
    finally:
        of_driver.prepare_threshold = None
    return list(cursor.fetchall())


def array(values: Iterable[int | bool]) -> str:
    """Whole numbers, or answers, as an array whose type the statement says."""
    return "{" + ",".join(map(str, values)) + "}"


class Columns(Generic[ModelT]):
    """The columns of a model under its alias in a statement, and an instance of their values.

    With `only`, the other fields are deferred, as the ORM does it.
    """

    def __init__(self, model: type[ModelT], alias: str, *, only: Sequence[str] = ()) -> None:
        self._model, self._alias, self._only = model, alias, frozenset(only)

    @cached_property
    def _fields(self) -> "list[models.Field[Any, Any]]":
        fields = self._model._meta.concrete_fields
        return [field for field in fields if not self._only or field.name in self._only]

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    @cached_property
    def _converters(self) -> list[tuple[int, Callable[..., Any]]]:
        """Positions of values that the database says in another form, such as JSON as text."""
        return [
            (place, field.from_db_value)
            for place, field in enumerate(self._fields)
            if hasattr(field, "from_db_value")
        ]

    @cached_property
    def sql(self) -> str:
        """What stands behind SELECT; the primary key comes first."""
        return ", ".join(f'{self._alias}."{field.column}"' for field in self._fields)

    def taken(self, values: Iterator[Any]) -> ModelT | None:
        """The instance of the next values of a row; None where there is no row."""
        own = list(islice(values, len(self._names)))
        if own[0] is None:
            return None
        for place, convert in self._converters:
            own[place] = convert(own[place], None, None)
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, own)


class Rows(Generic[ModelT]):
    """New rows of a model as one JSON value of the statement that inserts them, without `but`."""

    def __init__(self, model: type[ModelT], *, but: Collection[str] = ("id",)) -> None:
        self._model, self._but = model, but

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        """Columns, and what holds their values."""
        fields = self._model._meta.concrete_fields
        wanted = (field for field in fields if field.name not in self._but)
        return [(str(field.column), field.attname) for field in wanted]

    @cached_property
    def columns(self) -> str:
        """The columns of both sides: INSERT INTO table (columns) SELECT columns FROM `source`."""
        return ", ".join(f'"{column}"' for column, _attribute in self._names)

    def source(self, name: str) -> str:
        """The rows of the value of this name, in its order."""
        return f"json_populate_recordset(NULL::{self._model._meta.db_table}, %({name})s::json)"

    def value(self, rows: Iterable[ModelT]) -> str:
        """The rows as that value."""
        values = [{column: getattr(row, named) for column, named in self._names} for row in rows]
        return json.dumps(values, default=datetime.isoformat)

    def stored(self, row: ModelT, pk: int) -> None:
        """Note on the row that it is stored under the key that the statement returned."""
        row.pk = pk
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS
