"""Applying offers to a cart: one effect, one offer, several offers in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rewards.arithmetic.amounts import percent_of
from rewards.arithmetic.cart import CartState
from rewards.arithmetic.effects import (
    AmountOff,
    Base,
    Effect,
    FixedPrice,
    FreeShipping,
    PercentOff,
    Spread,
    checked_order,
)
from rewards.arithmetic.split import split


@dataclass(frozen=True, slots=True)
class EffectApplied:
    """What one effect took off each line, in minor units and in the order of the lines."""

    effect: Effect
    base_amount: int
    per_line: tuple[int, ...]

    @property
    def discount_amount(self) -> int:
        """What the effect took off in all."""
        return sum(self.per_line)


@dataclass(frozen=True, slots=True)
class Applied:
    """What one offer took off, and the cart as it leaves it.

    `per_line` is what a redemption stores and a refund reads; it covers the shipping lines too.
    """

    before: CartState
    after: CartState
    effects: tuple[EffectApplied, ...]

    @property
    def per_line(self) -> tuple[int, ...]:
        """What the offer took off each line, in the order of the lines."""
        pairs = zip(self.after.line_discounts, self.before.line_discounts, strict=True)
        return tuple(after - before for after, before in pairs)

    @property
    def discount_amount(self) -> int:
        """What the offer took off the goods, without shipping."""
        return self.before.items_amount - self.after.items_amount

    @property
    def shipping_discount(self) -> int:
        """What the offer took off shipping."""
        return self.before.shipping_amount - self.after.shipping_amount

    @property
    def total_discount_amount(self) -> int:
        """What the offer took off goods and shipping together."""
        return self.discount_amount + self.shipping_discount


def apply_offers(state: CartState, offers: Iterable[Sequence[Effect]]) -> tuple[Applied, ...]:
    """Apply offers one after the other, each to the cart as the one before it left it.

    A caller that has to check an offer's rules in between calls `apply_offer` itself.
    """
    applied = []
    for effects in offers:
        applied.append(apply_offer(state, effects))
        state = applied[-1].after
    return tuple(applied)


def apply_offer(state: CartState, effects: Sequence[Effect]) -> Applied:
    """Apply the effects of one offer, item effects before order effects.

    Raises ArithmeticInputError for an offer without effects.
    """
    before, details = state, []
    for effect in checked_order(tuple(effects)):
        detail = _apply_effect(state, effect)
        details.append(detail)
        state = state.less(detail.per_line)
    return Applied(before, state, tuple(details))


def _apply_effect(state: CartState, effect: Effect) -> EffectApplied:
    indexes = _aimed_at(state, effect)
    bases = [_base_of_line(state, effect, index) for index in indexes]
    if isinstance(effect, FreeShipping):
        discounts: Sequence[int] = bases
    elif effect.is_order_effect:
        remaining = [state.remaining(index) for index in indexes]
        discount = min(_off_order(effect, sum(bases)), sum(remaining))
        discounts = split(discount, remaining)
    else:
        discounts = _off_items(state, effect, indexes, bases)
    per_line = [0] * len(state.cart.lines)
    for index, discount in zip(indexes, discounts, strict=True):
        per_line[index] = discount
    return EffectApplied(effect, sum(bases), tuple(per_line))


def _aimed_at(state: CartState, effect: Effect) -> tuple[int, ...]:
    """Return the positions of the lines an effect works on."""
    cart = state.cart
    if isinstance(effect, FreeShipping):
        return cart.shipping_indexes
    indexes = range(len(cart.lines)) if effect.include_shipping else cart.item_indexes
    target = effect.target
    if isinstance(target, str):
        return tuple(indexes)
    if isinstance(target, frozenset):
        return tuple(index for index in indexes if cart.lines[index].key in target)
    return tuple(index for index in indexes if target(cart.lines[index]))


def _base_of_line(state: CartState, effect: Effect, index: int) -> int:
    if not isinstance(effect, FreeShipping) and effect.base is Base.INITIAL:
        return state.cart.lines[index].amount
    return state.remaining(index)


def _off_order(effect: PercentOff | AmountOff | FixedPrice, base_amount: int) -> int:
    """Return the discount of an order effect on its base, at most the base."""
    if isinstance(effect, PercentOff):
        discount = percent_of(base_amount, effect.percent)
        return discount if effect.cap is None else min(discount, effect.cap)
    if isinstance(effect, AmountOff):
        return min(effect.amount, base_amount)
    return max(base_amount - effect.price, 0)


def _off_items(
    state: CartState,
    effect: PercentOff | AmountOff | FixedPrice,
    indexes: tuple[int, ...],
    bases: list[int],
) -> Sequence[int]:
    """Return the discount of an item effect on each of its lines, at most what is left of it."""
    remaining = [state.remaining(index) for index in indexes]
    quantities = [state.cart.lines[index].quantity for index in indexes]
    if isinstance(effect, PercentOff):
        wanted = [percent_of(base, effect.percent) for base in bases]
    elif isinstance(effect, FixedPrice):
        pairs = zip(bases, quantities, strict=True)
        wanted = [max(base - effect.price * quantity, 0) for base, quantity in pairs]
    elif effect.spread is Spread.EACH_LINE:
        wanted = [effect.amount] * len(indexes)
    elif effect.spread is Spread.EACH_UNIT:
        wanted = [effect.amount * quantity for quantity in quantities]
    else:
        weights = remaining if effect.spread is Spread.BY_AMOUNT else quantities
        return _split_within(effect.amount, weights, remaining)
    discounts = [min(want, rest) for want, rest in zip(wanted, remaining, strict=True)]
    if isinstance(effect, PercentOff) and effect.cap is not None:
        return split(min(sum(discounts), effect.cap), discounts)
    return discounts


def _split_within(amount: int, weights: Sequence[int], limits: Sequence[int]) -> Sequence[int]:
    """Split at most the sum of `limits` by `weights` so that no part exceeds its limit.

    What a full line cannot take goes to the others by the same weights, until all is placed.
    """
    left = min(amount, sum(limits))
    parts = [0] * len(limits)
    while left:
        room = [limit - part for limit, part in zip(limits, parts, strict=True)]
        open_weights = [weight if rest else 0 for weight, rest in zip(weights, room, strict=True)]
        for index, share in enumerate(split(left, open_weights)):
            parts[index] += min(share, room[index])
        left = min(amount, sum(limits)) - sum(parts)
    return parts
