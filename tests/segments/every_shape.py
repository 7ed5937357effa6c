"""The customers of a rule, asked in every shape that the rule can be compiled to."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from segments import selectors
from segments.rules.binding import Binder
from segments.rules.compiler import compiled_with
from segments.rules.parser import parse

KEPT_OF_NOBODY = {"ordered later": None}  # as where many have ordered after the moment asked about


def member_ids(rules: Any, *, at: datetime, among: Sequence[int]) -> Iterator[list[int]]:
    """The answer chosen by cost, and those of every shape."""
    yield selectors.member_ids(rules, at=at)
    yield selectors.member_ids(rules, at=at, among=among)
    tree = parse(rules, stored=True)
    for kept in ({}, dict(KEPT_OF_NOBODY)):
        binder = Binder(at, shared=kept)
        yield _asked(binder, tree)
        yield _asked(Binder(at, looked_up=binder.grouped, shared=kept), tree)
        half = list(binder.grouped)[::2]
        yield _asked(Binder(at, looked_up=half, often=("Europe/London",), shared=kept), tree)


def _asked(binder: Binder, tree: Any) -> list[int]:
    sql = compiled_with(binder, tree)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c {sql.joins} WHERE {sql.where} ORDER BY 1",
            sql.params,
        )
        return [pk for (pk,) in cursor.fetchall()]
