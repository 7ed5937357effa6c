"""Comparisons of what facts of a customer come to: how many, how much, the first and the last.

What the fields of every app are made of that ask about rows with a moment. `Facts` says which rows;
they are grouped for everybody or looked up for each customer, see `counting`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from segments.rules import counting, dated, expressions
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
            start = binder.not_before(self.moment, since)
        return self._from(condition, binder, start)

    def asked(self, condition: Condition, binder: Binder) -> counting.Facts:
        """The same for `counting`: of whoever they belong to, or standing alone."""

        def found(alone: bool) -> str:
            if not alone or condition.within is None:
                return self._within(condition, binder)
            within = condition.within
            start = binder.is_since(self.moment, within.count, within.unit, customer=self.owner)
            return self._from(condition, binder, start)

        return found

    def _from(self, condition: Condition, binder: Binder, start: str) -> str:
        parts = [start, f"{self.moment} <= {binder.now()}", *self.parts(condition, binder)]
        return f"FROM {self.tables} WHERE {' AND '.join(parts)}"


def counted(facts: Facts, aggregate: str) -> Predicate:
    """Comparisons of a count or sum, 0 where there is no fact."""

    def predicate(condition: Condition, binder: Binder) -> str:
        found = facts.asked(condition, binder)
        if aggregate == "count(*)":
            return counting.counted(condition, binder, found)
        number = counting.value(condition, binder, aggregate, found)
        return counting.from_zero(condition, binder, number)

    return predicate


def moment(facts: Facts, aggregate: str) -> Predicate:
    """Comparisons of the first or last moment of facts; not known where there is none."""

    def predicate(condition: Condition, binder: Binder) -> str:
        value = counting.value(condition, binder, aggregate, facts.asked(condition, binder))
        return expressions.moment(value)(condition, binder)

    return predicate


def any_of(facts: Facts) -> Predicate:
    """“One of” and “none of”, where `parts` narrows by the value of the condition itself."""

    def predicate(condition: Condition, binder: Binder) -> str:
        found = facts.asked(condition, binder)
        return counting.happened(condition, binder, found, wanted=condition.cmp == "in")

    return predicate


def shown(facts: Facts, aggregate: str) -> Seen:
    """The aggregate over a customer's facts, as text."""
    return lambda condition, binder: f"(SELECT ({aggregate})::text {facts.of(condition, binder)})"
