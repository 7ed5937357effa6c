"""Further addresses from a file: each one told replaces the one with its label, as over the API."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from customers.importing import problems
from customers.importing.contents import Tally
from customers.importing.people import Person
from customers.importing.problems import Explanation, Problem
from customers.models import Address

from .addresses import FIELDS, MOST_ADDRESSES

_TOO_MANY: Final = "too_many_addresses"
problems.declare(
    {
        _TOO_MANY: Explanation(
            _("The customer has as many addresses as can be kept; this one was left out."),
            _("Remove an address of the customer and import the row again."),
        )
    }
)

_COLUMNS: Final = ", ".join(FIELDS)
_WRITE: Final = f"""
INSERT INTO customers_address (customer_id, label, {_COLUMNS})
SELECT * FROM unnest(%s::bigint[], %s::text[], {", ".join(["%s::text[]"] * len(FIELDS))})
ON CONFLICT (customer_id, label) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in FIELDS)}
"""
_REMOVE: Final = """
DELETE FROM customers_address a USING unnest(%s::bigint[], %s::text[]) AS gone (customer, label)
WHERE a.customer_id = gone.customer AND a.label = gone.label
"""

Parts = dict[str, str]


class FurtherAddresses:
    """The addresses of the people of one batch: read once, decided person by person, written once.

    Nothing is asked of the database for a file without such columns.
    """

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = [person for person in people if person.addresses]
        self._stored: dict[int, dict[str, Parts]] = {}
        self._told: list[tuple[Person, str, Parts]] = []
        known = [person.pk for person in self._people if person.pk and person.pk > 0]
        for address in Address.objects.filter(customer__in=known) if known else ():
            parts = {name: getattr(address, name) for name in FIELDS}
            self._stored.setdefault(address.customer_id, {})[address.label] = parts

    def decide(self, person: Person, tally: Tally) -> bool:
        """Note what is to be written of this person's; whether anything is different."""
        stored = self._stored.get(person.pk or 0, {})
        labels, differs = set(stored), False
        for label, filled in person.addresses.items():
            parts = {name: filled.get(name, "") for name in FIELDS} if filled else {}
            if stored.get(label, {}) == parts:
                continue
            if parts and label not in labels and len(labels) >= MOST_ADDRESSES:
                tally.notes.append((person.row, Problem(_TOO_MANY)))
                continue
            labels.add(label)
            self._told.append((person, label, parts))
            differs = True
        return differs

    def write(self) -> None:
        """Once the people are stored, in the caller's transaction."""
        kept = [one for one in self._told if one[2]]
        gone = [one for one in self._told if not one[2]]
        with connection.cursor() as cursor:
            if kept:
                cursor.execute(_WRITE, _by_column(kept))
            if gone:
                cursor.execute(_REMOVE, _by_column(gone)[:2])


def _by_column(told: Sequence[tuple[Person, str, Parts]]) -> list[list[Any]]:
    return [
        [person.pk for person, _label, _parts in told],
        [label for _person, label, _parts in told],
        *([parts.get(name, "") for _person, _label, parts in told] for name in FIELDS),
    ]
