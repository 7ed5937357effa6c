"""Statements written by hand for what a till waits for, with models as their rows.

To compose such a statement anew with the ORM takes longer than the database takes to answer it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.types.numeric import Int8

ModelT = TypeVar("ModelT", bound=models.Model)

_PREPARED_AFTER: Final = 2  # times that a connection has run a statement


def ask(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement returns, which each connection plans once instead of every time.

    Values travel apart from the text, so the text must say their type where it does not follow
    (`%s::text`). Give whole numbers as Int8 or in `array`, else every size of them is planned.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    of_driver: Any = database.connection
    cursor: Any = getattr(of_driver, "planning_cursor", None)
    if cursor is None:  # one for each connection, with which it goes
        cursor = of_driver.planning_cursor = ServerBindingCursor(of_driver)  # type: ignore[call-arg]
    if database.queries_logged:  # the text of a prepared statement is not known afterwards
        database.make_debug_cursor(cursor).execute(statement, values)
        return list(cursor.fetchall())
    # Only for these: counting the texts of all statements would keep large ones in memory.
    of_driver.prepare_threshold = _PREPARED_AFTER if settings.PREPARE_STATEMENTS else None
    try:
        database.make_cursor(cursor).execute(statement, values)
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


class Insertion(Generic[ModelT]):
    """The INSERT of one row of a model, which may be the end of a larger statement."""

    def __init__(self, model: type[ModelT]) -> None:
        self._model = model

    @cached_property
    def _values(self) -> list[tuple[str, str, bool]]:
        """How the statement calls a value, how the row does, and whether it is JSON."""
        return [
            (f"new_{field.column}", field.attname, isinstance(field, models.JSONField))
            for field in self._model._meta.concrete_fields
            if not field.primary_key
        ]

    @cached_property
    def sql(self) -> str:
        meta = self._model._meta
        columns = [field.column for field in meta.concrete_fields if not field.primary_key]
        names = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(f"%(new_{column})s" for column in columns)
        return f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({values}) RETURNING id'

    def values(self, row: ModelT) -> dict[str, Any]:
        """The values of `sql` for a row that is not stored yet."""
        return {
            name: _sent(getattr(row, attribute), is_json=is_json)
            for name, attribute, is_json in self._values
        }

    def stored(self, row: ModelT, pk: int) -> None:
        """Note on the row that it is stored under the key that the statement returned."""
        row.pk = pk
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS


def _sent(value: Any, *, is_json: bool) -> Any:
    if is_json:
        return json.dumps(value)
    return Int8(value) if type(value) is int else value
