"""Decided customers into the tables: new ones by COPY, changed ones by one UPDATE."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from config.shared import facts
from config.shared.ids import new_ids
from customers.importing.copytext_rows import OPTIONS, lines
from customers.importing.people import Person
from customers.importing.profiles import ALWAYS, BIRTH, Profiles, as_json
from customers.models import Customer

from . import purchases
from .ages import BIRTH_FIELDS, expire_under_age
from .file_customers_finding import new_primary_keys
from .profile import ADDRESS

Created = Sequence[tuple[Person, dict[str, Any]]]
Changed = Sequence[tuple[Person, dict[str, Any], list[str]]]

NAMELESS_SOURCE: Final = "import"
"""The source of the identity of somebody whom the file gives no id in any system."""

_NEW_COLUMNS: Final = ("id", "public_id", *ALWAYS, "search", "created_at", "updated_at")
# Defaults of the columns that files do not fill stand in the database.
_COPY_CUSTOMERS: Final = f"COPY customers_customer ({', '.join(_NEW_COLUMNS)}) FROM STDIN {OPTIONS}"
_COPY_IDENTITIES: Final = (
    "COPY customers_identity (id, customer_id, source, external_id, created_at)"
    f" FROM STDIN {OPTIONS}"
)
_TYPES: Final = {
    "birth_month": "smallint",
    "birth_day": "smallint",
    "birth_year": "smallint",
    "adviser_id": "bigint",
    "metadata": "jsonb",
    "signed_up_at": "timestamptz",
}


def write(*, created: Created, changed: Changed, profiles: Profiles, at: datetime) -> None:
    """Write a batch, inside the caller's transaction, and tell of it.

    Gives new people their `pk` and `identity`. Raises IntegrityError where an id was taken by
    somebody else at this moment.
    """
    with connection.cursor() as cursor:
        if created:
            _add(cursor, created, at)
        if changed:
            _change(cursor, changed, profiles, at)
        people = [person for person, _values in created]
        people += [person for person, _values, _names in changed]
        _add_identities(cursor, people, at)
    told: list[tuple[int, dict[str, Any]]] = [
        (person.pk or 0, {"fields": ["new"]}) for person, _values in created
    ]
    told += [(person.pk or 0, {"fields": names}) for person, _values, names in changed]
    facts.record_copied(kind="customer.changed", told=told, at=at)
    # Days between orders are days on the own clock.
    purchases.refresh([person.pk or 0 for person, _values, names in changed if "zone" in names])
    _expire_young(changed, at)


def _add(cursor: Any, created: Created, at: datetime) -> None:
    pks = new_primary_keys(cursor, "customers_customer", len(created))
    public_ids = new_ids("cust", len(created))
    moment = at.isoformat()
    rows = []
    for (person, values), pk, public_id in zip(created, pks, public_ids, strict=True):
        person.pk = pk
        search = values["search"]
        if not person.new_ids:
            person.new_ids.append((NAMELESS_SOURCE, public_id))
            search = f"{search} {public_id.lower()}".strip()
        values["metadata"] = as_json(values["metadata"])
        rows.append((pk, public_id, *[values[name] for name in ALWAYS], search, moment, moment))
    with cursor.copy(_COPY_CUSTOMERS) as copy:
        copy.write(lines(rows))


def _add_identities(cursor: Any, people: Sequence[Person], at: datetime) -> None:
    new = [(person, *external) for person in people for external in person.new_ids]
    if not new:
        return
    moment = at.isoformat()
    rows = []
    pks = new_primary_keys(cursor, "customers_identity", len(new))
    for pk, (person, source, external_id) in zip(pks, new, strict=True):
        person.identity = person.identity or pk
        rows.append((pk, person.pk, source, external_id, moment))
    with cursor.copy(_COPY_IDENTITIES) as copy:
        copy.write(lines(rows))


def _change(cursor: Any, changed: Changed, profiles: Profiles, at: datetime) -> None:
    """Stage the whole of what may differ, then merge it: the rows are locked and were read since.

    The staged table is made anew for each batch and lives as long as its transaction.
    """
    columns = [*profiles.merged_columns, *(["search"] if profiles.searches else [])]
    staged = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in columns)
    cursor.execute(
        f"CREATE TEMPORARY TABLE import_change (id bigint NOT NULL, {staged}) ON COMMIT DROP"
    )
    rows = []
    for person, values, _names in changed:
        if "metadata" in values:
            values["metadata"] = as_json(values["metadata"])
        rows.append((person.pk, *[values[name] for name in columns]))
    with cursor.copy(f"COPY import_change FROM STDIN {OPTIONS}") as copy:
        copy.write(lines(rows))
    cursor.execute("SET LOCAL default_statistics_target = 2; ANALYZE import_change")
    settings = ", ".join([*(f"{name} = s.{name}" for name in columns), *_position(columns)])
    cursor.execute(
        f"UPDATE customers_customer c SET {settings}{',' if settings else ''} updated_at = %s"
        " FROM import_change s WHERE c.id = s.id",
        [at],
    )
    cursor.execute("DROP TABLE import_change")


def _position(columns: Sequence[str]) -> list[str]:
    """Who moved is no longer where they were; files do not say where that is."""
    address = [name for name in ADDRESS if name in columns]
    if not address:
        return []
    stays = " AND ".join(f"c.{name} = s.{name}" for name in address)
    return [f"{name} = CASE WHEN {stays} THEN c.{name} END" for name in ("latitude", "longitude")]


def _expire_young(changed: Changed, at: datetime) -> None:
    """Whoever turns out to be too young for a consent given before loses it."""
    learned = [
        Customer(
            pk=person.pk,
            zone=values.get("zone") or (person.stored or {})["zone"],
            **_births(values),
        )
        for person, values, names in changed
        if BIRTH_FIELDS.intersection(names) and values["birth_year"] is not None
    ]
    if learned:
        expire_under_age(learned, at)


def _births(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in BIRTH}
