"""Two ways to ask for what a customer's facts come to: grouped for everybody, or looked up.

Grouping is one pass over the facts, joined with at most one row per customer; looking up is best
where other conditions leave few customers. Which one is chosen by `segments.shapes`.
"""

from collections.abc import Callable
from typing import Any, Final

from segments.rules.binding import Binder
from segments.rules.expressions import COMPARISON
from segments.rules.tree import Condition

Facts = Callable[[bool], str]
"""FROM and WHERE of facts with the alias `i` for the identity they belong to; told whether they
stand alone, so that nothing of `c` can be named.
"""
_ONCE: Final = {("gte", 1), ("gt", 0), ("ne", 0)}
_NEVER: Final = {("eq", 0), ("lt", 1), ("lte", 0)}


def value(
    condition: Condition, binder: Binder, aggregate: str, facts: Facts, only: str = ""
) -> str:
    """SQL for an aggregate over the facts of `c`; NULL, or 0 for a count, where there are none.

    `only` narrows the facts for this aggregate alone: others may be asked of the rest.
    """
    if binder.looks_up(condition.path):
        return looked_up(aggregate, lambda alone: _narrowed(facts(alone), only))
    return binder.aggregated(condition.path, facts(True), aggregate, only)


def _narrowed(facts: str, only: str) -> str:
    return f"{facts} AND {only}" if only else facts


def looked_up(aggregate: str, facts: Facts) -> str:
    """SQL for an aggregate over the facts of `c`, whatever the way."""
    return f"(SELECT {aggregate} {facts(False)} AND i.customer_id = c.id)"


def happened(condition: Condition, binder: Binder, facts: Facts, *, wanted: bool) -> str:
    """SQL that says whether there is a fact at all, or none; the first one found is enough."""
    if binder.looks_up(condition.path):
        exists = f"EXISTS (SELECT 1 {facts(False)} AND i.customer_id = c.id)"
        return exists if wanted else f"NOT {exists}"
    table = f"SELECT DISTINCT i.customer_id {facts(True)}"
    alias = binder.join_grouped(condition.path, table)
    if not wanted:
        return f"{alias}.customer_id IS NULL"
    return binder.needing(alias, f"{alias}.customer_id IS NOT NULL")


def asks_whether(condition: Condition) -> str:
    """“any” or “none” where a count asks for no more than that, else empty."""
    asked = condition.cmp, condition.value
    return "any" if asked in _ONCE else "none" if asked in _NEVER else ""


def counted(condition: Condition, binder: Binder, facts: Facts) -> str:
    """SQL that compares the number of facts."""
    if whether := asks_whether(condition):
        return happened(condition, binder, facts, wanted=whether == "any")
    return from_zero(condition, binder, value(condition, binder, "count(*)", facts))


def from_zero(condition: Condition, binder: Binder, number: str) -> str:
    """SQL that compares a count or sum which is NULL instead of 0 where there are no facts."""
    asked = _compared(condition, binder, number)
    if _is_satisfied(condition.cmp, condition.value):
        return f"({asked}) IS NOT FALSE"
    return binder.needing(number.partition(".")[0], f"({asked}) IS TRUE")


def _compared(condition: Condition, binder: Binder, number: str) -> str:
    if condition.cmp == "between":
        low, high = (binder.value(bound) for bound in condition.value)
        return f"{number} BETWEEN {low} AND {high}"
    return f"{number} {COMPARISON[condition.cmp]} {binder.value(condition.value)}"


def _is_satisfied(cmp: str, wanted: Any) -> bool:
    """Whether zero satisfies the comparison."""
    match cmp:
        case "between":
            return bool(wanted[0] <= 0 <= wanted[1])
        case "eq":
            return bool(wanted == 0)
        case "ne":
            return bool(wanted != 0)
        case "lt":
            return bool(wanted > 0)
        case "lte":
            return bool(wanted >= 0)
        case "gt":
            return bool(wanted < 0)
    return bool(wanted <= 0)
