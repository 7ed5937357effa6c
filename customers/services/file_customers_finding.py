"""The customers a batch of rows may be about: found by all their keys at once, locked and read."""

import json
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from config.shared.idempotency import Overtaken
from customers.importing.contents import ReadRow
from customers.importing.people import ExternalId, People, Person

from .locking import lock_customers

# Whom each key leads to: the customer, the kind of key and its place among those asked for.
_FIND: Final = """
SELECT i.customer_id, 0, k.place
FROM unnest(%(sources)s::text[], %(ids)s::text[]) WITH ORDINALITY AS k(source, id, place)
JOIN customers_identity i ON i.source = k.source AND i.external_id = k.id
UNION ALL
SELECT c.id, 1, k.place FROM unnest(%(emails)s::text[]) WITH ORDINALITY AS k(email, place)
JOIN customers_customer c ON c.email = k.email AND c.email <> ''
UNION ALL
SELECT c.id, 2, k.place FROM unnest(%(phones)s::text[]) WITH ORDINALITY AS k(phone, place)
JOIN customers_customer c ON c.phone = k.phone AND c.phone <> ''
"""

_IDENTITIES: Final = """
SELECT customer_id, source, external_id, id FROM customers_identity
WHERE customer_id = ANY(%s) ORDER BY customer_id, id
"""

_TOUCHED: Final = """
SELECT customer_id FROM customers_importtouch WHERE run_id = %s AND customer_id = ANY(%s)
"""

_SEEN_TABLE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_seen (
    kind "char" NOT NULL, source text NOT NULL, key text NOT NULL, person bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS import_seen_key ON import_seen (key);
CREATE INDEX IF NOT EXISTS import_seen_person ON import_seen (person);
TRUNCATE import_seen
"""

_SEEN: Final = """
SELECT person, kind, source, key FROM import_seen
WHERE person IN (SELECT s.person FROM unnest(%s::text[]) AS k(key) JOIN import_seen s USING (key))
   OR person = ANY(%s)
"""

_MADE: Final = """
SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)
"""


@dataclass(slots=True)
class Keys:
    """By what the rows of a batch name people, each once."""

    ids: list[ExternalId] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)


def keys_of(rows: Sequence[ReadRow], recognised_by: Collection[str]) -> Keys:
    """Only those keys by which the person wants customers to be recognised."""
    ids: set[ExternalId] = set()
    emails: set[str] = set()
    phones: set[str] = set()
    by_email, by_phone = "email" in recognised_by, "phone" in recognised_by
    by_id = "external_id" in recognised_by
    for row in rows:
        told = row.value
        if by_id:
            ids.update(told.ids)
        if by_email and (email := told.fields.get("email")):
            emails.add(email)
        if by_phone and (phone := told.fields.get("phone")):
            phones.add(phone)
    return Keys(list(ids), list(emails), list(phones))


class Finder:
    """Finds the people of one batch after the other, within one run.

    `columns` are those of the customer's row that the caller needs in `Person.stored`.
    """

    def __init__(
        self, *, run_id: int, columns: Sequence[str], recognised_by: Collection[str], dry_run: bool
    ) -> None:
        self._run_id, self._columns, self._dry_run = run_id, tuple(columns), dry_run
        self._recognised_by = recognised_by
        self._next_unborn = -1
        if dry_run:
            with connection.cursor() as cursor:
                cursor.execute(_SEEN_TABLE)

    def find(self, rows: Sequence[ReadRow]) -> People:
        """Everybody these rows may be about, in the caller's transaction.

        Locked and read after the lock, unless this is a dry run; then also those who would exist
        had the earlier batches been written. Raises Overtaken where a merge, or the undoing of one,
        came between finding and locking: begin again.
        """
        keys = keys_of(rows, self._recognised_by)
        people = People(self._recognised_by)
        with connection.cursor() as cursor:
            found = self._found(cursor, keys)
            pks = {pk for pk, _kind, _place in found}
            seen = self._seen(cursor, keys, pks) if self._dry_run else {}
            pks.update(pk for pk in seen if pk > 0)
            if pks:
                self._read(cursor, people, sorted(pks), seen)
        if not self._dry_run:
            _check_still_known(people, keys, found)
        for person_id, named in seen.items():
            if person_id < 0:
                unborn = Person(person_id)
                unborn.touched = True
                unborn.fields = _addresses(named)
                _know(people, unborn, named)
        return people

    def _found(self, cursor: Any, keys: Keys) -> list[tuple[int, int, int]]:
        # A million customers are found by the index, ten thousand at a time.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            _FIND,
            {
                "sources": [source for source, _id in keys.ids],
                "ids": [external_id for _source, external_id in keys.ids],
                "emails": keys.emails,
                "phones": keys.phones,
            },
        )
        found: list[tuple[int, int, int]] = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = on")
        return found

    def _read(
        self,
        cursor: Any,
        people: People,
        pks: list[int],
        seen: dict[int, list[tuple[str, str, str]]],
    ) -> None:
        if not self._dry_run:
            lock_customers(pks)
        names = ("id", "email", "phone", *self._columns)
        cursor.execute(
            f"SELECT {', '.join(names)} FROM customers_customer WHERE id = ANY(%s) ORDER BY id",
            [pks],
        )
        by_pk: dict[int, Person] = {}
        for values in cursor.fetchall():
            stored = dict(zip(names, values, strict=True))
            metadata = stored.get("metadata")
            if isinstance(metadata, str):  # Django leaves JSONB undecoded
                stored["metadata"] = json.loads(metadata)
            by_pk[stored["id"]] = Person(stored["id"], stored=stored)
        cursor.execute(_IDENTITIES, [list(by_pk)])
        for pk, source, external_id, identity in cursor.fetchall():
            person = by_pk[pk]
            person.identity = person.identity or identity
            person.ids.setdefault(source, external_id)
            person.external.append(external_id)
            people.of_id[source, external_id] = person
        for pk, person in by_pk.items():
            stored = person.stored or {}
            if pk in seen:
                person.touched = True
                stored.update(_addresses(seen[pk]))
                _know(people, person, seen[pk])
            else:
                people.know(person, ids=(), email=stored["email"], phone=stored["phone"])
        if not self._dry_run:
            cursor.execute(_TOUCHED, [self._run_id, pks])
            for (pk,) in cursor.fetchall():
                by_pk[pk].touched = True

    def _seen(
        self, cursor: Any, keys: Keys, pks: set[int]
    ) -> dict[int, list[tuple[str, str, str]]]:
        """Whom earlier batches met: by what they said, or stored customers by primary key."""
        wanted = [external_id for _source, external_id in keys.ids]
        cursor.execute(_SEEN, [[*wanted, *keys.emails, *keys.phones], list(pks)])
        seen: dict[int, list[tuple[str, str, str]]] = {}
        for person, kind, source, key in cursor.fetchall():
            seen.setdefault(person, []).append((_kind(kind), source, key))
        return seen

    def remember(self, people: Collection[Person]) -> None:
        """After a batch: who was met. In a dry run with everything they are recognised by."""
        with connection.cursor() as cursor:
            if self._dry_run:
                self._remember_seen(cursor, people)
                return
            new = [person for person in people if not person.touched]
            with cursor.copy("COPY customers_importtouch (run_id, customer_id) FROM STDIN") as copy:
                copy.write("".join(f"{self._run_id}\t{person.pk}\n" for person in new))

    def _remember_seen(self, cursor: Any, people: Collection[Person]) -> None:
        """By what they would be recognised had the batch been written."""
        again = [person.pk for person in people if person.touched]
        cursor.execute("DELETE FROM import_seen WHERE person = ANY(%s)", [again])
        with cursor.copy("COPY import_seen (kind, source, key, person) FROM STDIN") as copy:
            for person in people:
                if person.pk is None:
                    person.pk, self._next_unborn = self._next_unborn, self._next_unborn - 1
                for source, external_id in person.ids.items():
                    copy.write_row(("i", source, external_id, person.pk))
                copy.write_row(("e", "", person.current("email"), person.pk))
                copy.write_row(("p", "", person.current("phone"), person.pk))

    def forget(self) -> None:
        """After the last batch of a dry run."""
        if self._dry_run:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS import_seen")


def _check_still_known(people: People, keys: Keys, found: Sequence[tuple[int, int, int]]) -> None:
    """Raise Overtaken where a key led to somebody before the lock whom it leads to no more.

    Else the row would make a customer anew who now is part of another record, or has become one of
    their own again.
    """
    known: tuple[Container[Any], ...] = (people.of_id, people.of_email, people.of_phone)
    asked: tuple[Sequence[Any], ...] = (keys.ids, keys.emails, keys.phones)
    for _pk, kind, place in found:
        if asked[kind][place - 1] not in known[kind]:
            raise Overtaken


def _kind(kind: Any) -> str:
    return kind.decode() if isinstance(kind, bytes) else str(kind)


def _addresses(named: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """E-mail address and phone number among what somebody is recognised by."""
    names = {"e": "email", "p": "phone"}
    return {names[kind]: key for kind, _source, key in named if kind in names}


def _know(people: People, person: Person, named: Sequence[tuple[str, str, str]]) -> None:
    """Recognise somebody by what earlier rows of the file said about them."""
    ids = [(source, key) for kind, source, key in named if kind == "i"]
    addresses = _addresses(named)
    people.know(person, ids=ids, email=addresses["email"], phone=addresses["phone"])


def new_primary_keys(cursor: Any, table: str, count: int) -> list[int]:
    """Primary keys that the caller writes itself, taken from the table's own sequence."""
    cursor.execute(_MADE, [table, count])
    return [pk for (pk,) in cursor.fetchall()]
