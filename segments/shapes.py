"""The better of the shapes that a rule can be compiled to, by PostgreSQL's own estimate.

Facts are grouped for everybody, or looked up for each customer whom other conditions leave. How
many those are PostgreSQL knows best, from its statistics: so it is asked what each shape costs,
without running any. Planning takes some milliseconds; the wrong shape takes seconds.
"""

import json
import re
import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from customers.models import DataCategory
from customers.selectors import gated_categories, zones_of_customers
from segments.rules.binding import Binder
from segments.rules.compiler import Compiled, compiled_with
from segments.rules.tree import Node

_MOST_CHOICES: Final = 8  # groupings; of more, all are grouped or all looked up
# To ask for a cost takes some milliseconds. In PostgreSQL's units, of which a processor works off
# some hundreds in a millisecond: what costs no more is asked as it is.
_QUICK: Final = 2_000.0
_WORTH_ASKING: Final = 0.1  # of the whole cost; a grouping below it cannot be saved much of

_MOST_REMEMBERED: Final = 500
_SECONDS_REMEMBERED: Final = 300.0
_NUMBER: Final = re.compile(r"\d+")
_SOME_ZONE: Final = ("UTC",)  # what each zone's days are changes no cost, only the text to be read

Statement = Callable[[Compiled], str]
"""The statement that will be asked, with the parameters of the rule alone."""


_zones: dict[str, tuple[float, list[str]]] = {}
_chosen: dict[Hashable, tuple[float, tuple[str, ...]]] = {}


def forget() -> None:
    """Choose anew."""
    _chosen.clear()
    _zones.clear()


def _remembered(key: Hashable) -> tuple[str, ...] | None:
    """What was chosen lately for the same question; statistics move slowly."""
    until, looked_up = _chosen.get(key, (0.0, None))
    return looked_up if time.monotonic() < until else None


def _remember(key: Hashable, looked_up: tuple[str, ...]) -> None:
    if len(_chosen) >= _MOST_REMEMBERED:
        _chosen.clear()
    _chosen[key] = time.monotonic() + _SECONDS_REMEMBERED, looked_up


def _zones_of_customers() -> list[str]:
    """Where customers lived a moment ago; who has moved elsewhere since is judged right as well
    (`Binder.often`).
    """
    until, found = _zones.get("often", (0.0, []))
    if time.monotonic() >= until:
        found = zones_of_customers()
        _zones["often"] = time.monotonic() + _SECONDS_REMEMBERED, found
    return found


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
    shared: dict[Hashable, Any] = {}
    often = _zones_of_customers()

    def shaped(
        looked_up: Collection[str], zones: Collection[str] | None = None
    ) -> tuple[Compiled, Binder]:
        binder = Binder(at, looked_up=looked_up, zones=zones, often=often, shared=shared)
        return compiled_with(binder, tree, gated=asking, using=using), binder

    asked = _NUMBER.sub("0", statement(Compiled("", "", {})))  # whichever page it is
    key = repr((tree, sorted(asking), using, at.date())), asked
    looked_up = _remembered(key)
    if looked_up is None:
        looked_up = _cheapest(lambda looked_up: shaped(looked_up, _SOME_ZONE), statement)
        _remember(key, looked_up)
    return shaped(looked_up)[0]


def _cheapest(
    shaped: Callable[[Collection[str]], tuple[Compiled, Binder]], statement: Statement
) -> tuple[str, ...]:
    """The paths of the conditions whose facts are better looked up."""
    sql, binder = shaped(())
    if not binder.grouped:
        return ()
    tables = binder.groupings()
    # A query that gives one number each, so that one EXPLAIN tells the cost of all.
    cost, *of_each = _costs(
        [statement(sql), *(f"SELECT count(*) FROM ({table}) x" for table in tables.values())],
        sql.params,
    )
    looked_up: tuple[str, ...] = ()
    for paths, saved in _dearest_first(binder, dict(zip(tables, of_each, strict=True))):
        if cost <= _QUICK or saved < cost * _WORTH_ASKING:
            continue
        tried, _binder = shaped((*looked_up, *paths))
        (its_cost,) = _costs([statement(tried)], tried.params)
        if its_cost < cost:
            cost, looked_up = its_cost, (*looked_up, *paths)
    return looked_up


def _dearest_first(
    binder: Binder, costs: Mapping[str, float]
) -> list[tuple[tuple[str, ...], float]]:
    """The conditions of each grouping, and what the grouping costs.

    The dearest is looked up first, so that what is grouped in the end is what leaves few customers
    at a low price.
    """
    if len(costs) > _MOST_CHOICES:
        return [(tuple(binder.grouped), sum(costs.values()))]
    return [
        (tuple(path for path, of in binder.grouped.items() if of == alias), costs[alias])
        for alias in sorted(costs, key=lambda one: -costs[one])
    ]


def cost_of(statement: str, params: dict[str, Any]) -> float:
    """What PostgreSQL expects a statement to cost, in its own units."""
    return _costs([statement], params)[0]


def _costs(statements: Sequence[str], params: dict[str, Any]) -> list[float]:
    """What PostgreSQL expects each statement to cost; asked at once."""
    columns = ", ".join(f"({one})" for one in statements)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT {columns}", params)
        told = cursor.fetchone()[0]
    plan = (told if isinstance(told, list) else json.loads(told))[0]["Plan"]
    return [float(one["Total Cost"]) for one in plan["Plans"]]
