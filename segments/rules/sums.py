"""Comparisons of what facts of a customer come to: how many, how much, the first and the last.

What the fields of every app are made of that ask about rows with a moment. `Facts` says which rows;
they are grouped once for everybody, or looked up for each of few customers (`Binder.few`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from segments.rules import dated, expressions
from segments.rules.binding import Binder
from segments.rules.fields import Coming, Predicate, Seen
from segments.rules.tree import Condition

Narrowing = Callable[[Condition, Binder], list[str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of customers: `tables` is what comes after FROM, `owner` the column of the customer,
    `moment` the column of when it happened. `parts` gives further conditions, as SQL that is true
    or false.

    Rows count up to the moment asked about, and within the window of the condition.
    """

    tables: str
    owner: str
    moment: str
    parts: Narrowing

    @property
    def dated(self) -> dated.Facts:
        """The same, for what watches them (`rules.dated`)."""
        return dated.Facts(self._within, self.moment, self.owner)

    def coming(self, alias: str) -> Coming:
        """The earliest row dated later than the moment asked about, whatever is asked of it."""
        facts = f"FROM {self.tables} WHERE TRUE"
        return dated.coming(alias, facts, self.moment, self.owner)

    def of(self, condition: Condition, binder: Binder) -> str:
        """FROM and WHERE of the facts of the customer `c`."""
        return f"{self._within(condition, binder)} AND {self.owner} = c.id"

    def _within(self, condition: Condition, binder: Binder) -> str:
        start = "TRUE"
        if condition.within:
            since = binder.ago(condition.within.count, condition.within.unit)
            start = f"{self.moment} >= {since}"
        return self._from(condition, binder, start)

    def of_all(self, condition: Condition, binder: Binder) -> str:
        """The same for everybody. A window of days begins on each customer's own clock, so here it
        begins where that is earliest: some facts may be too old by hours.
        """
        start = "TRUE"
        if condition.within:
            since = binder.ago_anywhere(condition.within.count, condition.within.unit)
            start = f"{self.moment} >= {since}"
        return self._from(condition, binder, start)

    def _from(self, condition: Condition, binder: Binder, start: str) -> str:
        parts = [start, f"{self.moment} <= {binder.now()}", *self.parts(condition, binder)]
        return f"FROM {self.tables} WHERE {' AND '.join(parts)}"


def in_local_days(condition: Condition) -> bool:
    """Whether the window begins at another moment in each zone."""
    return condition.within is not None and condition.within.unit != "hour"


def nothing_satisfies(condition: Condition) -> bool:
    """Whether a count or sum of 0 satisfies the comparison."""
    wanted = condition.value
    if condition.cmp == "between":
        low, high = wanted
        return bool(low <= 0 <= high)
    satisfies: bool = {
        "eq": wanted == 0,
        "ne": wanted != 0,
        "lt": wanted > 0,
        "lte": wanted >= 0,
        "gt": wanted < 0,
        "gte": wanted <= 0,
    }[condition.cmp]
    return satisfies


def counted(facts: Facts, aggregate: str) -> Predicate:
    """Comparisons of a count or sum, 0 where there is no fact.

    Grouped once. Where nothing satisfies the comparison the complement is grouped, so that
    customers without facts are in without being visited. With a window in local days the grouping
    only finds whom to look at.
    """

    def predicate(condition: Condition, binder: Binder) -> str:
        asked = expressions.compared(f"coalesce({aggregate}, 0)", condition, binder)
        exact = f"(SELECT {asked} {facts.of(condition, binder)})"
        if binder.few:
            return exact
        with_any = facts.of_all(condition, binder)
        if in_local_days(condition):
            has_any = f"c.id IN (SELECT {facts.owner} {with_any})"
            if nothing_satisfies(condition):
                return f"NOT ({has_any} AND NOT {exact})"
            return f"({has_any} AND {exact})"
        grouped = f"SELECT {facts.owner} {with_any} GROUP BY 1 HAVING"
        if nothing_satisfies(condition):
            return f"c.id NOT IN ({grouped} NOT ({asked}))"
        return f"c.id IN ({grouped} {asked})"

    return predicate


def moment(facts: Facts, aggregate: str) -> Predicate:
    """Comparisons of the first or last moment of facts; not known where there is none."""

    def predicate(condition: Condition, binder: Binder) -> str:
        if not binder.few and not in_local_days(condition):
            return expressions.moment(_grouped(facts, aggregate, condition, binder))(
                condition, binder
            )
        value = f"(SELECT {aggregate} {facts.of(condition, binder)})"
        exact = expressions.moment(value)(condition, binder)
        if binder.few:
            return exact
        has_any = f"c.id IN (SELECT {facts.owner} {facts.of_all(condition, binder)})"
        if condition.cmp == "empty":
            return f"NOT ({has_any} AND NOT {exact})"
        return f"({has_any} AND {exact})"

    return predicate


def _grouped(facts: Facts, aggregate: str, condition: Condition, binder: Binder) -> str:
    """The aggregate of everybody, joined: its comparison differs from zone to zone."""
    found = facts.of_all(condition, binder)
    # Conditions of nested segments share paths; the number of parameters is never the same.
    return binder.each(f"f{len(binder.params)}", aggregate, found, facts.owner)


def any_of(facts: Facts) -> Predicate:
    """“One of” and “none of”, where `parts` narrows by the value of the condition itself."""

    def predicate(condition: Condition, binder: Binder) -> str:
        exact = f"EXISTS (SELECT 1 {facts.of(condition, binder)})"
        if binder.few:
            found = exact
        else:
            found = f"c.id IN (SELECT {facts.owner} {facts.of_all(condition, binder)})"
            if in_local_days(condition):
                found = f"({found} AND {exact})"
        return f"NOT {found}" if condition.cmp == "not_in" else found

    return predicate


def shown(facts: Facts, aggregate: str) -> Seen:
    """The aggregate over a customer's facts, as text."""
    return lambda condition, binder: f"(SELECT ({aggregate})::text {facts.of(condition, binder)})"
