"""The better of the shapes that a rule can be compiled to, by PostgreSQL's own estimate.

Facts are grouped for everybody, or looked up for each customer whom other conditions leave. How
many those are PostgreSQL knows best, from its statistics: so it is asked what each shape costs,
without running any. Planning takes some milliseconds; the wrong shape takes seconds.
"""

import json
from collections.abc import Callable, Collection, Hashable
from datetime import datetime
from typing import Any, Final

from django.db import connection

from customers.models import DataCategory
from customers.selectors import gated_categories
from segments.rules.binding import Binder
from segments.rules.compiler import Compiled, compiled_with
from segments.rules.tree import Node

_MOST_CHOICES: Final = 8  # conditions; of more, all are grouped or all looked up
# PostgreSQL counts every page that a look-up touches as if it came from a disk, though the next
# customer's orders lie beside the last one's or in memory already.
_LOOKED_UP_IS_CHEAPER: Final = 4.0

Statement = Callable[[Compiled], str]
"""The statement that will be asked, with the parameters of the rule alone."""


def counting(sql: Compiled) -> str:
    """How many customers the rule describes."""
    return f"SELECT count(*) FROM customers_customer c {sql.joins} WHERE {sql.where}"


def best(
    tree: Node,
    *,
    at: datetime,
    gated: Collection[DataCategory] | None = None,
    using: DataCategory | None = None,
    statement: Statement = counting,
) -> Compiled:
    """The rule in the shape in which the statement costs least."""
    asking = gated_categories() if gated is None else frozenset(gated)

    def shaped(looked_up: Collection[str]) -> tuple[Compiled, list[str]]:
        binder = Binder(at, looked_up=looked_up, shared=shared)
        return compiled_with(binder, tree, gated=asking, using=using), binder.grouped

    shared: dict[Hashable, Any] = {}
    chosen, paths = shaped(())
    if not paths:
        return chosen
    cost = _cost(statement(chosen), chosen.params)
    looked_up: tuple[str, ...] = ()
    for group in [[path] for path in paths] if len(paths) <= _MOST_CHOICES else [paths]:
        tried, _rest = shaped((*looked_up, *group))
        its_cost = _cost(statement(tried), tried.params)
        if its_cost < cost * _LOOKED_UP_IS_CHEAPER:
            chosen, cost, looked_up = tried, min(cost, its_cost), (*looked_up, *group)
    return chosen


def _cost(statement: str, params: dict[str, Any]) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", params)
        told = cursor.fetchone()[0]
    plan = told if isinstance(told, list) else json.loads(told)
    return float(plan[0]["Plan"]["Total Cost"])
