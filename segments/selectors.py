"""Who is in a segment, how many, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customers.models import Customer, DataCategory
from customers.selectors import gated_categories
from segments.kept_rules import tree_of
from segments.models import Segment
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, Compiled, certainly, compile_rules, known
from segments.rules.parser import parse
from segments.rules.tree import Condition, Leaf, Nested, Unknown, leaves
from segments.rules.wording import leaf_in_words, sentence
from segments.shapes import best, counting


def compiled(
    rules: Any, *, at: datetime, few: bool = False, using: DataCategory | None = None
) -> Compiled:
    """The SQL of stored or given rules at a moment; raises RuleError.

    `few`: it will be asked about few customers, found by something else than the rules. `using`:
    what the asker itself uses of them, for which they must have allowed it where that is gated.
    """
    tree = parse(rules, stored=True)
    if few:
        return compile_rules(tree, at=at, few=True, using=using)
    return best(tree, at=at, using=using)


def in_words(rules: Any) -> str:
    """The rules as a sentence in the reader's language; raises RuleError."""
    return sentence(parse(rules, stored=True))


def count(rules: Any, *, at: datetime) -> int:
    """How many customers the rules describe at that moment."""
    sql = compiled(rules, at=at)
    with connection.cursor() as cursor:
        cursor.execute(counting(sql), sql.params)
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


def member_page(rules: Any, *, at: datetime, after: int, limit: int) -> list[int]:
    """Ids of the next customers described, ascending, above the id `after`."""

    def page(sql: Compiled) -> str:
        return (
            f"SELECT c.id FROM customers_customer c {sql.joins} WHERE {sql.where}"
            f" AND c.id > {int(after)} ORDER BY c.id LIMIT {int(limit)}"
        )

    sql = best(parse(rules, stored=True), at=at, statement=page)
    with connection.cursor() as cursor:
        cursor.execute(page(sql), sql.params)
        return [row[0] for row in cursor.fetchall()]


def examples(rules: Any, *, at: datetime, limit: int = 20) -> QuerySet[Customer]:
    """Some customers described by the rules, the newest first."""

    def newest(sql: Compiled) -> str:
        return (
            f"SELECT c.id FROM customers_customer c {sql.joins} WHERE {sql.where}"
            f" ORDER BY c.id DESC LIMIT {int(limit)}"
        )

    sql = best(parse(rules, stored=True), at=at, statement=newest)
    with connection.cursor() as cursor:
        cursor.execute(newest(sql), sql.params)
        ids = [row[0] for row in cursor.fetchall()]
    return Customer.objects.filter(pk__in=ids).order_by("-pk")


def segments_of(customer_id: int, *, at: datetime) -> list[Segment]:
    """The segments this customer is in at that moment, one query for all of them.

    A rule that cannot be read (any more) describes nobody.
    """
    segments = list(Segment.objects.order_by("name"))
    if not segments:
        return []
    binder, gated = Binder(at, few=True), gated_categories()
    answers = ", ".join(certainly(tree_of(segment), True, binder, gated) for segment in segments)
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
    """One condition for one customer; `answer` is None where nobody can say.

    Then `why` tells whether we are not allowed to look, or what it asks about is gone.
    """

    path: str
    words: str
    answer: bool | None
    seen: str
    why: str = ""


def explain(rules: Any, *, customer_id: int, at: datetime) -> list[Explained]:
    """Each condition with the value seen and what it came to, in one query.

    What may not be looked at is not looked at: its value is empty.
    """
    found = list(leaves(parse(rules, stored=True)))
    if not found:
        return []
    binder, gated = Binder(at, few=True), gated_categories()
    columns = [column for leaf in found for column in _explaining(leaf, binder, gated)]
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
        _explained(leaf, yes=row[i * 3], no=row[i * 3 + 1], seen=row[i * 3 + 2])
        for i, leaf in enumerate(found)
    ]


def _explaining(leaf: Leaf, binder: Binder, gated: frozenset[DataCategory]) -> tuple[str, str, str]:
    """SQL for certainly true, certainly false, and the value seen where one may look."""
    yes = certainly(leaf, True, binder, gated)
    no = certainly(leaf, False, binder, gated)
    if not isinstance(leaf, Condition):
        return yes, no, "NULL"
    return yes, no, f"CASE WHEN {yes} OR {no} THEN {known(leaf).seen(leaf, binder)} END"


def _explained(leaf: Leaf, *, yes: bool, no: bool, seen: object) -> Explained:
    answer = True if yes else False if no else None
    if isinstance(leaf, Unknown):
        return Explained(leaf.path, leaf_in_words(leaf), None, "", str(leaf.why))
    path = leaf.condition.path if isinstance(leaf, Nested) else leaf.path
    why = _("not allowed to look") if answer is None else ""
    return Explained(path, leaf_in_words(leaf), answer, str(seen or ""), why)
