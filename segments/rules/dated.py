"""Facts that have a moment: when they begin to count, and when they leave a condition's window.

For fields that count, sum or look for facts (orders, events, messages), in whatever app.
"""

from collections.abc import Callable
from dataclasses import dataclass

from segments.rules.binding import Binder
from segments.rules.fields import Coming, Wakes
from segments.rules.passing import days_after, leaving, of_moment, soonest, steps
from segments.rules.tree import Condition


@dataclass(frozen=True, slots=True)
class Facts:
    """`found` is FROM and WHERE of the facts that a condition narrows, from the start of its window
    up to the moment asked about; `moment` their column with the time, `owner` that with the
    customer.
    """

    found: Callable[[Condition, Binder], str]
    moment: str
    owner: str = "i.customer_id"

    def latest(self, condition: Condition, binder: Binder, place: int = 1) -> str:
        """SQL for the moment of the latest fact, or of the one at that place from behind; NULL
        where there are fewer.
        """
        facts = f"{self.found(condition, binder)} AND {self.owner} = c.id"
        if place == 1:
            return f"(SELECT max({self.moment}) {facts})"
        return (
            f"(SELECT {self.moment} {facts} ORDER BY {self.moment} DESC"
            f" OFFSET {binder.value(place - 1)} LIMIT 1)"
        )

    def earliest(self, condition: Condition, binder: Binder) -> str:
        """SQL for the moment of the earliest fact, or NULL."""
        facts = f"{self.found(condition, binder)} AND {self.owner} = c.id"
        return f"(SELECT min({self.moment}) {facts})"


def coming(alias: str, facts: str, moment: str, owner: str = "i.customer_id") -> Coming:
    """The earliest of all facts dated later than the moment asked about, whatever they are: such
    facts are rare, and one look serves all conditions. `facts` is FROM and WHERE.
    """
    return lambda _condition, binder: binder.each(
        alias, f"min({moment})", f"{facts} AND {moment} > {binder.now()}", owner
    )


def any_of(facts: Facts) -> Wakes:
    """Whether there is a fact: until the latest one leaves the window."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if condition.within is None:
            return None
        return leaving(facts.latest(condition, binder), condition, binder)

    return wakes


def count_of(facts: Facts) -> Wakes:
    """How many facts there are: when there are fewer than a number that the comparison tells from
    the one below, it has changed.
    """

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if condition.within is None:
            return None
        return soonest(
            *(
                leaving(facts.latest(condition, binder, place), condition, binder)
                for place in steps(condition)
                if place >= 1
            )
        )

    return wakes


def total_of(facts: Facts) -> Wakes:
    """What all facts of the window make up (a sum, an average): until the earliest leaves it."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if condition.within is None:
            return None
        if condition.cmp in {"empty", "not_empty"}:
            return any_of(facts)(condition, binder)
        return leaving(facts.earliest(condition, binder), condition, binder)

    return wakes


def first_of(facts: Facts) -> Wakes:
    """The moment of the first fact of the window."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        return soonest(
            total_of(facts)(condition, binder),
            of_moment(facts.earliest(condition, binder), condition, binder),
        )

    return wakes


def last_of(facts: Facts) -> Wakes:
    """The moment of the last fact of the window."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        return soonest(
            any_of(facts)(condition, binder),
            of_moment(facts.latest(condition, binder), condition, binder),
        )

    return wakes


def days_since_last_of(facts: Facts) -> Wakes:
    """Whole days on the customer's calendar since the last fact of the window."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        return soonest(
            any_of(facts)(condition, binder),
            days_after(facts.latest(condition, binder), steps(condition), binder),
        )

    return wakes
