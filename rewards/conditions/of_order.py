"""Conditions on the order: its amount, its size, what is in it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rewards.arithmetic import CartState, Selector
from rewards.arithmetic.units import cheapest_first, dearest_first, lots_of
from rewards.conditions.answers import Answer, Missing
from rewards.conditions.comparing import Bound, MoneyBound, number_or_money
from rewards.conditions.facts import Facts
from rewards.conditions.needs import Needs


class AmountOf(StrEnum):
    """Which amount of the order is meant; goods only, shipping never counts."""

    INITIAL = "initial"
    """Before all discounts, without what offers added."""
    CURRENT = "current"
    """As the offers before this one left it."""
    AFTER = "after"
    """As this offer leaves it."""


class CountOf(StrEnum):
    """What is counted in an order."""

    UNITS = "units"
    LINES = "lines"


class Which(StrEnum):
    """Which of the goods must be among those a condition names."""

    ANY = "any"
    EVERY = "every"
    NONE = "none"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


@dataclass(frozen=True, slots=True)
class OrderAmount:
    """The amount of the goods compares so."""

    kind: ClassVar[str] = "order_amount"
    bound: MoneyBound
    of: AmountOf = AmountOf.CURRENT

    @property
    def needs(self) -> Needs:
        return Needs(order=True, after=self.of is AmountOf.AFTER)

    def look(self, facts: Facts) -> Answer:
        bound = self.bound.of(facts.currency)
        state = facts.after if self.of is AmountOf.AFTER else facts.cart
        if state is None:
            return Answer(None, "", bound.written(facts.currency) if bound else "", Missing.ORDER)
        if bound is None:
            return _other_currency(self.bound, facts)
        amount = _initial(state) if self.of is AmountOf.INITIAL else state.items_amount
        return Answer(
            bound.holds(amount),
            number_or_money(amount, facts.currency),
            bound.written(facts.currency),
        )


@dataclass(frozen=True, slots=True)
class OrderCount:
    """The number of units or lines of the goods compares so; added gifts do not count."""

    kind: ClassVar[str] = "order_count"
    bound: Bound
    of: CountOf = CountOf.UNITS

    @property
    def needs(self) -> Needs:
        return Needs(order=True)

    def look(self, facts: Facts) -> Answer:
        if facts.cart is None:
            return Answer(None, "", self.bound.written(), Missing.ORDER)
        lines = [line for line in facts.cart.cart.lines if not line.is_shipping]
        chosen = [line.initial_quantity for line in lines if line.initial_quantity]
        count = len(chosen) if self.of is CountOf.LINES else sum(chosen)
        return Answer(self.bound.holds(count), str(count), self.bound.written())


@dataclass(frozen=True, slots=True)
class Items:
    """Goods that a selector means are in the order, as many and as dear as the bounds say.

    `every`: all goods are such; `none`: not one is; `cheapest` and `dearest`: the unit with the
    lowest or highest price (one of them, where several cost the same). `quantity` counts the units
    that are such, `amount` is what they cost now. Added gifts are no goods of the customer.
    """

    kind: ClassVar[str] = "items"
    selector: Selector
    which: Which = Which.ANY
    quantity: Bound | None = None
    amount: MoneyBound | None = None

    @property
    def needs(self) -> Needs:
        return Needs(order=True, items=True)

    def look(self, facts: Facts) -> Answer:
        if facts.cart is None:
            return Answer(None, "", self.which.value, Missing.ORDER)
        state = facts.cart
        goods = [
            index for index in state.cart.item_indexes if state.cart.lines[index].initial_quantity
        ]
        hit = [index for index in goods if self.selector(state.cart.lines[index])]
        units = sum(state.cart.lines[index].initial_quantity for index in hit)
        if not self._holds_of(state, goods, hit):
            return Answer(False, str(units), self.which.value)
        if self.quantity is not None and not self.quantity.holds(units):
            return Answer(False, str(units), self.quantity.written())
        return self._amount(facts, state, hit, units)

    def _holds_of(self, state: CartState, goods: list[int], hit: list[int]) -> bool:
        match self.which:
            case Which.ANY:
                # A bound on the quantity says itself whether none is enough ("at most two").
                return bool(hit) or self.quantity is not None
            case Which.EVERY:
                return bool(goods) and len(hit) == len(goods)
            case Which.NONE:
                return not hit
        lots = lots_of(state, goods)
        ordered = cheapest_first(lots) if self.which is Which.CHEAPEST else dearest_first(lots)
        extreme = [lot.line for lot in ordered if lot.price == ordered[0].price]
        return any(line in hit for line in extreme)

    def _amount(self, facts: Facts, state: CartState, hit: list[int], units: int) -> Answer:
        if self.amount is None:
            needed = self.which.value if self.quantity is None else self.quantity.written()
            return Answer(True, str(units), needed)
        bound = self.amount.of(facts.currency)
        if bound is None:
            return _other_currency(self.amount, facts)
        amount = state.remaining_of(hit)
        return Answer(
            bound.holds(amount),
            number_or_money(amount, facts.currency),
            bound.written(facts.currency),
        )


def _initial(state: CartState) -> int:
    return sum(state.cart.lines[index].initial_amount for index in state.cart.item_indexes)


def _other_currency(bound: MoneyBound, facts: Facts) -> Answer:
    needed = ", ".join(sorted(bound.by_currency))
    return Answer(None, facts.currency, f"in {needed}", Missing.CURRENCY)
