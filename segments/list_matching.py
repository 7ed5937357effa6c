"""Which customers are meant by ids and addresses that somebody gave, many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared.text import normalise_email
from customers.values import UnusableValue, phone
from segments.list_entries import Entry

_FIND: Final = """
SELECT k.name, c.id FROM unnest(%(ids)s::text[]) AS k(name)
JOIN customers_customer c ON c.public_id = k.name
UNION
SELECT k.name, m.kept_id FROM unnest(%(ids)s::text[]) AS k(name)
JOIN customers_merge m ON m.absorbed_public_id = k.name AND m.undone_at IS NULL
UNION
SELECT k.name, i.customer_id FROM unnest(%(ids)s::text[]) AS k(name)
JOIN customers_identity i ON i.external_id = k.name
UNION
SELECT k.name, c.id FROM unnest(%(mail_names)s::text[], %(mails)s::text[]) AS k(name, mail)
JOIN customers_customer c ON c.email = k.mail AND c.email <> ''
UNION
SELECT k.name, c.id FROM unnest(%(phone_names)s::text[], %(phones)s::text[]) AS k(name, phone)
JOIN customers_customer c ON c.phone = k.phone AND c.phone <> ''
"""
_AT_ONCE: Final = 10_000


class Problem(StrEnum):
    """Why an entry names no customer."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


WORDS: Final[dict[Problem, tuple[Promise, Promise]]] = {
    Problem.UNKNOWN: (
        _("Nobody has this id or address."),
        _("Correct it, or import the customer first."),
    ),
    Problem.AMBIGUOUS: (
        _("Several customers have this id or address."),
        _("Give our own id (cust_…) of the one who is meant."),
    ),
}
"""What is wrong, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An entry that names nobody, or several."""

    entry: Entry
    problem: Problem


@dataclass(slots=True)
class Matched:
    """Ids of the customers meant, each once, and what was not understood.

    `repeated` is how many entries named a customer who was named before.
    """

    customer_ids: list[int] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    repeated: int = 0


def match(entries: Sequence[Entry], *, country: str) -> Matched:
    """`country` (ISO 3166) is where phone numbers without a country's code belong.

    A name is taken for whatever it is: our id (also one merged into another), an id of any source,
    an e-mail address or a phone number. One statement for each ten thousand names.
    """
    matched, seen = Matched(), set[int]()
    for part in _parts(entries):
        meant = meant_by({entry.name for entry in part}, country=country)
        for entry in part:
            customer = meant[entry.name]
            if isinstance(customer, Problem):
                matched.unmatched.append(Unmatched(entry, customer))
            elif customer in seen:
                matched.repeated += 1
            else:
                seen.add(customer)
                matched.customer_ids.append(customer)
    return matched


def meant_by(names: Collection[str], *, country: str) -> dict[str, int | Problem]:
    """The one customer whom each of these names means, or why there is none; one statement."""
    found = _found(set(names), country)
    return {name: _only(found.get(name, set())) for name in names}


def _only(customers: set[int]) -> int | Problem:
    if len(customers) == 1:
        return next(iter(customers))
    return Problem.AMBIGUOUS if customers else Problem.UNKNOWN


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), _AT_ONCE):
        yield entries[start : start + _AT_ONCE]


def _found(names: set[str], country: str) -> dict[str, set[int]]:
    mails = {name: normalise_email(name) for name in names if "@" in name}
    phones = {name: number for name in names - mails.keys() if (number := _phone(name, country))}
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            {
                "ids": sorted(name for name in names if "\x00" not in name),
                "mail_names": list(mails),
                "mails": list(mails.values()),
                "phone_names": list(phones),
                "phones": list(phones.values()),
            },
        )
        rows = cursor.fetchall()
    found: dict[str, set[int]] = defaultdict(set)
    for name, customer_id in rows:
        found[name].add(customer_id)
    return found


def _phone(name: str, country: str) -> str:
    """The number in E.164, "" for what is none."""
    if not any(sign.isdigit() for sign in name):
        return ""
    try:
        return phone(name, country=country)
    except UnusableValue:
        return ""
