"""Conditions on the moment, on limits and budgets, on channels and the shop's own values."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from rewards.conditions.answers import Answer, Missing
from rewards.conditions.comparing import Bound, OneOf, number_or_money, plain
from rewards.conditions.facts import Facts, MetadataOf, MoneyOf, Spent, UsedBy, Uses
from rewards.conditions.needs import Needs
from rewards.windows import Window, is_open, next_opening


@dataclass(frozen=True, slots=True)
class Open:
    """It is a moment at which the window is open; what is needed is the next opening."""

    kind: ClassVar[str] = "open"
    window: Window

    @property
    def needs(self) -> Needs:
        return Needs()

    def look(self, facts: Facts) -> Answer:
        seen = facts.at.isoformat(timespec="seconds")
        if is_open(self.window, facts.at):
            return Answer(True, seen, "")
        opening = next_opening(self.window, facts.at)
        needed = "" if opening is None else f">= {opening.isoformat(timespec='seconds')}"
        return Answer(False, seen, needed)


@dataclass(frozen=True, slots=True)
class UseLimit:
    """There were fewer than `limit` redemptions, so that this one is among the allowed."""

    kind: ClassVar[str] = "uses"
    asked: Uses
    limit: int

    @property
    def needs(self) -> Needs:
        return Needs(uses=frozenset({self.asked}))

    def look(self, facts: Facts) -> Answer:
        of_customer = self.asked.by in (UsedBy.CUSTOMER, UsedBy.CUSTOMER_VOUCHER)
        if of_customer and not facts.has_customer:
            return Answer(None, "", f"< {self.limit}", Missing.CUSTOMER)
        used = facts.uses(self.asked)
        return Answer(used < self.limit, str(used), f"< {self.limit}")


@dataclass(frozen=True, slots=True)
class BudgetLimit:
    """With this redemption not more than `limit` minor units are spent; the order's currency."""

    kind: ClassVar[str] = "budget"
    asked: Spent
    limit: int

    @property
    def needs(self) -> Needs:
        return Needs(order=True, after=True, spent=frozenset({self.asked}))

    def look(self, facts: Facts) -> Answer:
        currency = self.asked.currency
        needed = f"<= {number_or_money(self.limit, currency)}"
        if facts.cart is None or facts.after is None:
            return Answer(None, "", needed, Missing.ORDER)
        if facts.currency != currency:
            return Answer(None, facts.currency, f"in {currency}", Missing.CURRENCY)
        this = facts.cart.cart.amount
        if self.asked.of is MoneyOf.DISCOUNT:
            this = facts.after.discount_amount - facts.cart.discount_amount
        spent = facts.spent(self.asked) + this
        return Answer(spent <= self.limit, number_or_money(spent, currency), needed)


@dataclass(frozen=True, slots=True)
class ChannelIs:
    """The redemption comes from one of these channels, or from none of them."""

    kind: ClassVar[str] = "channel"
    among: OneOf

    @property
    def needs(self) -> Needs:
        return Needs(channel=True)

    def look(self, facts: Facts) -> Answer:
        if not facts.channel:
            return Answer(None, "", self.among.written(), Missing.VALUE)
        return Answer(self.among.holds(facts.channel), facts.channel, self.among.written())


class Known(StrEnum):
    """Whether a value is there at all."""

    KNOWN = "known"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class MetadataIs:
    """A value of the shop's own compares so: a number, a text, a truth, or whether it is there.

    A list of the shop's fits where one of its texts does; a value of another type than asked for
    is none.
    """

    kind: ClassVar[str] = "metadata"
    of: MetadataOf
    name: str
    test: Bound | OneOf | bool | Known

    @property
    def needs(self) -> Needs:
        return Needs(metadata=frozenset({self.of}))

    def look(self, facts: Facts) -> Answer:
        if self.of is MetadataOf.CUSTOMER and not facts.has_customer:
            return Answer(None, "", self._needed(), Missing.CUSTOMER)
        value = facts.metadata(self.of).get(self.name)
        if isinstance(self.test, Known):
            is_known = value is not None
            return Answer(is_known is (self.test is Known.KNOWN), plain(value), self._needed())
        holds = _TESTS[type(self.test)](self.test, value)
        missing = Missing.VALUE if holds is None else None
        return Answer(holds, plain(value), self._needed(), missing)

    def _needed(self) -> str:
        match self.test:
            case Bound() | OneOf():
                return self.test.written()
            case bool():
                return f"= {plain(self.test)}"
            case Known():
                return self.test.value


def _is_number(test: Any, value: Any) -> bool | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return bool(test.holds(Decimal(str(value))))


def _is_text(test: Any, value: Any) -> bool | None:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        return None
    found = any(isinstance(text, str) and text in test.values for text in texts)
    return found is not test.negated


def _is_truth(test: Any, value: Any) -> bool | None:
    return value is test if isinstance(value, bool) else None


_TESTS: dict[type, Callable[[Any, Any], bool | None]] = {
    Bound: _is_number,
    OneOf: _is_text,
    bool: _is_truth,
}
