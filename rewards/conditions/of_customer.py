"""Conditions on who redeems and on what was bought before."""

from dataclasses import dataclass
from typing import ClassVar

from rewards.conditions.answers import Answer, Missing
from rewards.conditions.comparing import Bound, MoneyBound, OneOf, listed, number_or_money
from rewards.conditions.facts import CustomerFact, Facts, History, HistoryOf
from rewards.conditions.needs import Needs


@dataclass(frozen=True, slots=True)
class InSegment:
    """The customer is in one of these segments, or in none of them; public ids."""

    kind: ClassVar[str] = "segment"
    among: OneOf

    @property
    def needs(self) -> Needs:
        return Needs(segments=self.among.values)

    def look(self, facts: Facts) -> Answer:
        if not facts.has_customer:
            return Answer(None, "", self.among.written(), Missing.CUSTOMER)
        found = facts.segments(self.among.values)
        return Answer(bool(found) is not self.among.negated, listed(found), self.among.written())


@dataclass(frozen=True, slots=True)
class CustomerIs:
    """The country or the language of the customer is among the values, or none of them."""

    fact: CustomerFact
    among: OneOf

    @property
    def kind(self) -> str:
        return self.fact.value

    @property
    def needs(self) -> Needs:
        return Needs(customer=frozenset({self.fact}))

    def look(self, facts: Facts) -> Answer:
        known = facts.customer(self.fact) if facts.has_customer else None
        if not isinstance(known, str) or not known:
            return Answer(None, "", self.among.written(), _missing(facts))
        # A language without its region stands for all of them: "pt" for "pt-BR".
        seen = {known, known.partition("-")[0]}
        found = not seen.isdisjoint(self.among.values)
        return Answer(found is not self.among.negated, known, self.among.written())


@dataclass(frozen=True, slots=True)
class IsNew:
    """The customer has not ordered before, or has."""

    kind: ClassVar[str] = "new_customer"
    expected: bool

    @property
    def needs(self) -> Needs:
        return Needs(customer=frozenset({CustomerFact.IS_NEW}))

    def look(self, facts: Facts) -> Answer:
        known = facts.customer(CustomerFact.IS_NEW) if facts.has_customer else None
        needed = _flag(self.expected)
        if not isinstance(known, bool):
            return Answer(None, "", needed, _missing(facts))
        return Answer(known is self.expected, "true" if known else "false", needed)


@dataclass(frozen=True, slots=True)
class Age:
    """The age is known and compares so."""

    kind: ClassVar[str] = "age"
    bound: Bound

    @property
    def needs(self) -> Needs:
        return Needs(customer=frozenset({CustomerFact.AGE}))

    def look(self, facts: Facts) -> Answer:
        known = facts.customer(CustomerFact.AGE) if facts.has_customer else None
        if not isinstance(known, int) or isinstance(known, bool):
            return Answer(None, "", self.bound.written(), _missing(facts))
        # The age itself is personal: what is stored of a refusal says only that it does not fit.
        return Answer(self.bound.holds(known), "known", self.bound.written())


@dataclass(frozen=True, slots=True)
class IsHolder:
    """Only the holder of a code may use it; a code that nobody holds is anybody's."""

    kind: ClassVar[str] = "holder"

    @property
    def needs(self) -> Needs:
        return Needs(holder=True)

    def look(self, facts: Facts) -> Answer:
        if facts.is_holder is not None and not facts.has_customer:
            return Answer(None, "", "= true", Missing.CUSTOMER)
        holds = facts.is_holder is not False
        return Answer(holds, "true" if holds else "false", "= true")


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """A figure of the customer's earlier orders compares so, over all time or the last `days`.

    For sums `money` says by currency how they compare, for the rest `bound` does. Without an
    earlier order the days since the last one are not known.
    """

    kind: ClassVar[str] = "order_history"
    of: HistoryOf
    bound: Bound | None = None
    money: MoneyBound | None = None
    days: int | None = None

    @property
    def needs(self) -> Needs:
        currencies = self.money.by_currency if self.money is not None else [""]
        asked = frozenset(History(self.of, self.days, currency) for currency in currencies)
        return Needs(history=asked)

    def look(self, facts: Facts) -> Answer:
        currency = facts.currency if self.money is not None else ""
        bound = self.bound if self.money is None else self.money.of(currency)
        if bound is None:
            return Answer(None, facts.currency, "", Missing.CURRENCY)
        needed = bound.written(currency)
        if not facts.has_customer:
            return Answer(None, "", needed, Missing.CUSTOMER)
        figure = facts.history(History(self.of, self.days, currency))
        if figure is None:
            return Answer(None, "", needed, Missing.VALUE)
        return Answer(bound.holds(figure), number_or_money(figure, currency), needed)


def _missing(facts: Facts) -> Missing:
    return Missing.VALUE if facts.has_customer else Missing.CUSTOMER


def _flag(value: bool) -> str:
    return "= true" if value else "= false"
