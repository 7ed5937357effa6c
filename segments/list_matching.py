"""Which customers are meant by ids and addresses that somebody gave, many at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.db import connection

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
        found = _found({entry.name for entry in part}, country)
        for entry in part:
            customers = found.get(entry.name, set())
            if len(customers) != 1:
                problem = Problem.AMBIGUOUS if customers else Problem.UNKNOWN
                matched.unmatched.append(Unmatched(entry, problem))
                continue
            (customer,) = customers
            if customer in seen:
                matched.repeated += 1
                continue
            seen.add(customer)
            matched.customer_ids.append(customer)
    return matched


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
