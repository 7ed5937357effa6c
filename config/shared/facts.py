"""The outbox of facts: lower apps say what became true, upper apps follow with a cursor.

A cursor never passes a row whose transaction may still commit: rows carry their transaction id,
and a reader stops at the oldest transaction that is still running. So nothing is skipped, however
long a writer takes; a very long one delays readers instead.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from config.shared.models import Fact, FactCursor

_RECORD_ALL = """
INSERT INTO shared_fact (kind, subject_id, data, at)
SELECT kind, subject_id, data, at
FROM unnest(%s::text[], %s::bigint[], %s::jsonb[], %s::timestamptz[])
    WITH ORDINALITY AS told (kind, subject_id, data, at, place)
ORDER BY place
"""

_RECORD_MANY = """
INSERT INTO shared_fact (kind, data, at, subject_id)
SELECT %s, %s::jsonb, %s, pk
FROM unnest(%s::bigint[]) WITH ORDINALITY AS told(pk, place) ORDER BY place
"""


def record(*, kind: str, subject_id: int, at: datetime, data: dict[str, Any] | None = None) -> None:
    """Tell that `kind` (noun.verb, for instance `customer.changed`) is true of `subject_id`."""
    Fact.objects.create(kind=kind, subject_id=subject_id, at=at, data=data or {})


def record_many(
    *, kind: str, subject_ids: Iterable[int], at: datetime, data: dict[str, Any] | None = None
) -> None:
    """The same for many subjects at once, in the running transaction: one statement, or none."""
    pks = list(subject_ids)
    if not pks:
        return
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_MANY, [kind, json.dumps(data or {}), at, pks])


def record_all(facts: Iterable[Fact]) -> None:
    """The same for facts of several kinds, unsaved until now, in one statement.

    Four arrays instead of four parameters a row: a batch of the shop has a thousand of them.
    """
    told = list(facts)
    if not told:
        return
    values: list[Any] = [
        [fact.kind for fact in told],
        [fact.subject_id for fact in told],
        [json.dumps(fact.data) for fact in told],
        [fact.at for fact in told],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_ALL, values)


def record_copied(*, kind: str, told: Iterable[tuple[int, dict[str, Any]]], at: datetime) -> None:
    """The same for tens of thousands of subjects, each with its own data, by COPY."""
    moment = at.isoformat()
    written: dict[str, str] = {}
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY shared_fact (kind, subject_id, data, at) FROM STDIN") as copy,
    ):
        rows = []
        for subject_id, data in told:
            text = str(data)  # few kinds of data repeat for many subjects
            if text not in written:
                written[text] = json.dumps(data).replace("\\", "\\\\")
            rows.append(f"{kind}\t{subject_id}\t{written[text]}\t{moment}\n")
        copy.write("".join(rows))


@dataclass(frozen=True, slots=True)
class ReadFact:
    id: int
    kind: str
    subject_id: int
    data: dict[str, Any]
    at: datetime


_NEXT = """
SELECT id, kind, subject_id, data, at, transaction::text::numeric
FROM shared_fact
WHERE (transaction, id) > (%s::text::xid8, %s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY transaction, id
LIMIT %s
"""


@contextmanager
def following(reader: str, *, kinds: set[str], limit: int = 1_000) -> Iterator[list[ReadFact]]:
    """Yields the next facts of `kinds` for `reader`; leaving the block moves the cursor.

    Oldest first. One transaction around the reading and the work: the cursor row is locked, so two
    readers of one name take turns, and an exception leaves everything to be read again. An empty
    list means that the next `limit` facts are of other kinds; `behind()` tells whether more wait.
    """
    with transaction.atomic():
        FactCursor.objects.get_or_create(name=reader)
        position = FactCursor.objects.select_for_update().get(name=reader)
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [str(position.transaction), position.fact_id, limit])
            rows = cursor.fetchall()
        wanted = [
            ReadFact(pk, kind, subject, _loaded(data), at)
            for pk, kind, subject, data, at, _ in rows
            if kind in kinds
        ]
        yield wanted
        if rows:
            position.fact_id, position.transaction = rows[-1][0], rows[-1][5]
            position.save(update_fields=["fact_id", "transaction"])


def behind(reader: str) -> bool:
    """Whether facts wait that `reader` may read now."""
    position = FactCursor.objects.filter(name=reader).first() or FactCursor(name=reader)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [str(position.transaction), position.fact_id, 1])
        return cursor.fetchone() is not None


def _loaded(data: Any) -> dict[str, Any]:
    """JSONB as Python: Django turns psycopg's own decoding off for its connections."""
    loaded: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    return loaded
