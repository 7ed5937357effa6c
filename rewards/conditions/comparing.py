"""Comparing a seen value with a needed one, and how both are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from config.shared import money

MOST_SHOWN: Final = 10

Number = int | Decimal


class Cmp(StrEnum):
    """How numbers are compared; the names are those of segment rules."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    """From the first to the second, both included."""


_SIGNS: Final = {
    Cmp.EQ: "=",
    Cmp.NE: "!=",
    Cmp.LT: "<",
    Cmp.LTE: "<=",
    Cmp.GT: ">",
    Cmp.GTE: ">=",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison with a number; `high` is set for `between` only."""

    cmp: Cmp
    value: Number
    high: Number | None = None

    def holds(self, seen: Number) -> bool:
        """Say whether a number satisfies the comparison."""
        high = self.value if self.high is None else self.high
        match self.cmp:
            case Cmp.EQ:
                return seen == self.value
            case Cmp.NE:
                return seen != self.value
            case Cmp.LT:
                return seen < self.value
            case Cmp.LTE:
                return seen <= self.value
            case Cmp.GT:
                return seen > self.value
            case Cmp.GTE:
                return seen >= self.value
            case Cmp.BETWEEN:
                return self.value <= seen <= high

    def written(self, currency: str = "") -> str:
        """Return the comparison as a needed value, as money where a currency is given."""
        low = number_or_money(self.value, currency)
        if self.high is not None:
            return f"{low} .. {number_or_money(self.high, currency)}"
        return f"{_SIGNS[self.cmp]} {low}"


@dataclass(frozen=True, slots=True)
class MoneyBound:
    """A comparison of an amount, by the currency of the order; amounts in minor units."""

    by_currency: Mapping[str, Bound]

    def of(self, currency: str) -> Bound | None:
        """Return the comparison for a currency, None where none was given for it."""
        return self.by_currency.get(currency)

    def __hash__(self) -> int:
        return hash(frozenset(self.by_currency.items()))


@dataclass(frozen=True, slots=True)
class OneOf:
    """A comparison of texts: among the values, or none of them."""

    values: frozenset[str]
    negated: bool = False

    def holds(self, seen: str) -> bool:
        """Say whether a text satisfies the comparison."""
        return (seen in self.values) is not self.negated

    def written(self) -> str:
        """Return the comparison as a needed value."""
        return f"{'not in' if self.negated else 'in'} {listed(self.values)}"


def listed(values: frozenset[str]) -> str:
    """Return some values in order, those beyond MOST_SHOWN as an ellipsis."""
    shown = sorted(values)
    return ", ".join([*shown[:MOST_SHOWN], *(["…"] if len(shown) > MOST_SHOWN else [])])


def number_or_money(value: Number, currency: str = "") -> str:
    """Return a number, or minor units of a currency as "25.00 GBP"."""
    if currency:
        return f"{money.from_minor(int(value), currency)} {currency}"
    return str(value) if isinstance(value, int) else format(value.normalize(), "f")


def plain(value: Any) -> str:
    """Return any JSON value of the shop's in short; lists and objects only as what they are."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal() | str():
            return str(value)[:100]
        case list():
            return f"[{len(value)}]"
    return "{…}"
