"""Finding customers by any part of a name, e-mail, phone, order number or external id.

Lists, support screens and the palette share it. Each question is a probe of its own index and is
bounded, so that a word of every tenth customer costs what a rare one does: of a million customers
called Ahmet, a thousand are looked at, the best of them come first, and the answer says that there
are more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from customers.models import Customer, CustomerQuerySet
from customers.search_terms import rank, read

MOST: Final = 1_000
_MOST_EXACT: Final = 50

_EXACT: Final = """
(SELECT id, '' FROM customers_customer WHERE public_id = ANY(%(exact)s))
UNION ALL
(SELECT kept_id, absorbed_public_id FROM customers_merge
 WHERE absorbed_public_id = ANY(%(exact)s) AND undone_at IS NULL)
UNION ALL
(SELECT customer_id, '' FROM customers_identity WHERE external_id = ANY(%(exact)s) LIMIT %(most)s)
UNION ALL
(SELECT i.customer_id, o.source_id FROM customers_order o
 JOIN customers_identity i ON i.id = o.identity_id
 WHERE o.source_id = ANY(%(exact)s) OR o.public_id = ANY(%(exact)s) LIMIT %(most)s)
UNION ALL
(SELECT id, '' FROM customers_customer
 WHERE email = %(email)s AND email <> '' ORDER BY id DESC LIMIT %(most)s)
"""
_PART_OF_ORDER: Final = """
SELECT i.customer_id, o.source_id
FROM (SELECT identity_id, source_id FROM customers_order
      WHERE source_id ILIKE %(pattern)s AND identity_id IS NOT NULL LIMIT %(most)s) o
JOIN customers_identity i ON i.id = o.identity_id
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A customer that was found; `through` is the order number or former id that led there."""

    customer_id: int
    through: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The customers that fit, best first; `more` says that there are others beyond these."""

    matches: Sequence[Match]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A found customer with its row."""

    customer: Customer
    through: str = ""


def find_customers(text: str, *, limit: int = 20) -> list[Hit]:
    """The `limit` customers that fit best: exact ids, order numbers and addresses first.

    At most four statements.
    """
    matches = find(text).matches[:limit]
    rows = Customer.objects.in_bulk([match.customer_id for match in matches])
    return [
        Hit(rows[match.customer_id], match.through)
        for match in matches
        if match.customer_id in rows
    ]


def find(text: str, *, within: CustomerQuerySet | None = None) -> Found:
    """The customers that fit, at most `MOST` and a few; nothing for an empty text.

    `within` are the customers that may be found. At most three statements, one more for `within`.
    """
    terms = read(text)
    if terms.is_empty:
        return Found([])
    exact = _pairs(_EXACT, {"exact": list(terms.exact), "email": terms.email})
    # Whoever typed a whole number does not mean part of another one.
    parts = (
        _pairs(_PART_OF_ORDER, {"pattern": f"%{_escaped(terms.number)}%"})
        if terms.number and not exact
        else []
    )
    if within is not None and (exact or parts):
        allowed = _of(within, [*exact, *parts])
        exact = [one for one in exact if one.customer_id in allowed]
        parts = [one for one in parts if one.customer_id in allowed]
    base = Customer.objects.all() if within is None else within
    rows = list(base.containing(terms).order_by().values_list("pk", "search")[: MOST + 1])
    fitting = sorted(rows, key=lambda row: (rank(row[1], terms), -row[0]))[:MOST]
    ordered = [*exact, *(Match(pk) for pk, _ in fitting), *parts]
    return Found(_once(ordered), len(rows) > MOST)


def _pairs(sql: str, parameters: Mapping[str, str | list[str]]) -> list[Match]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"most": _MOST_EXACT, **parameters})
        return [Match(customer_id, through) for customer_id, through in cursor.fetchall()]


def _of(within: CustomerQuerySet, matches: Iterable[Match]) -> set[int]:
    wanted = {match.customer_id for match in matches}
    return set(within.filter(pk__in=wanted).order_by().values_list("pk", flat=True))


def _once(matches: Iterable[Match]) -> list[Match]:
    seen: dict[int, Match] = {}
    for match in matches:
        seen.setdefault(match.customer_id, match)
    return list(seen.values())


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
