"""Who is in a segment, how many, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from customers.models import Customer, DataCategory
from customers.selectors import gated_categories
from segments.models import Segment
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, Compiled, allowed, certainly, compile_rules
from segments.rules.fields import FIELDS
from segments.rules.parser import parse
from segments.rules.tree import conditions
from segments.rules.wording import condition_in_words, sentence


def compiled(
    rules: Any, *, at: datetime, few: bool = False, using: DataCategory | None = None
) -> Compiled:
    """The SQL of stored or given rules at a moment; raises RuleError.

    `few`: it will be asked about few customers, found by something else than the rules. `using`:
    what the asker itself uses of them, for which they must have allowed it where that is gated.
    """
    return compile_rules(parse(rules), at=at, few=few, using=using)


def in_words(rules: Any) -> str:
    """The rules as a sentence in the reader's language; raises RuleError."""
    return sentence(parse(rules))


def count(rules: Any, *, at: datetime) -> int:
    """How many customers the rules describe at that moment."""
    sql = compiled(rules, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM customers_customer c {sql.joins} WHERE {sql.where}", sql.params
        )
        return int(cursor.fetchone()[0])


def member_ids(
    rules: Any,
    *,
    at: datetime,
    among: Sequence[int] | None = None,
    using: DataCategory | None = None,
) -> list[int]:
    """Ids of the customers described, ascending; `among` limits the question to these."""
    sql = compiled(rules, at=at, few=among is not None, using=using)
    limit = "" if among is None else " AND c.id = ANY(%(among)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c {sql.joins}"
            f" WHERE {sql.where}{limit} ORDER BY 1",
            {**sql.params, "among": list(among or ())},
        )
        return [row[0] for row in cursor.fetchall()]


def examples(rules: Any, *, at: datetime, limit: int = 20) -> QuerySet[Customer]:
    """Some customers described by the rules, the newest first."""
    sql = compiled(rules, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c {sql.joins} WHERE {sql.where}"
            " ORDER BY c.id DESC LIMIT %(limit)s",
            {**sql.params, "limit": limit},
        )
        ids = [row[0] for row in cursor.fetchall()]
    return Customer.objects.filter(pk__in=ids).order_by("-pk")


def segments_of(customer_id: int, *, at: datetime) -> list[Segment]:
    """The segments this customer is in at that moment, one query for all of them."""
    segments = list(Segment.objects.order_by("name"))
    if not segments:
        return []
    binder, gated = Binder(at), gated_categories()
    answers = ", ".join(
        certainly(parse(segment.rules), True, binder, gated) for segment in segments
    )
    joins = binder.joins()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {answers} FROM customers_customer c {joins}"
            f" WHERE c.id = %(customer)s AND {UNRESTRICTED}",
            {**binder.params, "customer": customer_id},
        )
        row = cursor.fetchone() or ()
    return [segment for segment, inside in zip(segments, row, strict=False) if inside]


@dataclass(frozen=True, slots=True)
class Explained:
    """One condition for one customer; `answer` is None for "not allowed to look"."""

    path: str
    words: str
    answer: bool | None
    seen: str


def explain(rules: Any, *, customer_id: int, at: datetime) -> list[Explained]:
    """Each condition with the value seen and what it came to, in one query.

    What may not be looked at is not looked at: its value is empty.
    """
    found = conditions(parse(rules))
    if not found:
        return []
    binder, gated = Binder(at), gated_categories()
    columns = []
    for condition in found:
        field = FIELDS[condition.field]
        may = allowed(field.category, binder) if field.category in gated else "TRUE"
        columns += [
            may,
            f"({field.predicate(condition, binder)})",
            f"CASE WHEN {may} THEN {field.seen(condition, binder)} END",
        ]
    joins = binder.joins()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM customers_customer c {joins} WHERE c.id = %(who)s",
            {**binder.params, "who": customer_id},
        )
        row = cursor.fetchone()
    if row is None:
        return []
    return [
        Explained(
            path=condition.path,
            words=condition_in_words(condition),
            answer=bool(row[i * 3 + 1]) if row[i * 3] else None,
            seen=str(row[i * 3 + 2] or ""),
        )
        for i, condition in enumerate(found)
    ]
