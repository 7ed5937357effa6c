"""Applying offers to a cart: one effect, one offer, several offers in order."""

from collections.abc import Iterable, Sequence

from rewards.arithmetic.amounts import percent_of
from rewards.arithmetic.effects import (
    AmountOff,
    Effect,
    FixedPrice,
    FreeShipping,
    OnAmount,
    PercentOff,
    checked_order,
)
from rewards.arithmetic.giving import apply_bundle, apply_buy_get, apply_free_units
from rewards.arithmetic.items import aimed_at, apply_to_items, reaches_minimum
from rewards.arithmetic.multibuy import Bundle, BuyGet, FreeUnits
from rewards.arithmetic.outcome import Applied, EffectApplied
from rewards.arithmetic.split import split
from rewards.arithmetic.state import CartState
from rewards.arithmetic.targets import Base


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

    Raises ArithmeticInputError for an offer without effects, and where added units make the cart
    larger than a cart may be.
    """
    before, details = state, []
    for effect in checked_order(tuple(effects)):
        detail, state = _apply_effect(state, effect)
        details.append(detail)
    size = len(state.cart.lines)
    return Applied(before, state, tuple(detail.over(size) for detail in details))


def _apply_effect(state: CartState, effect: Effect) -> tuple[EffectApplied, CartState]:
    match effect:
        case FreeUnits():
            return apply_free_units(state, effect)
        case BuyGet():
            return apply_buy_get(state, effect)
        case Bundle():
            return apply_bundle(state, effect)
        case FreeShipping():
            detail = _free_shipping(state, effect)
        case _ if effect.is_order_effect:
            detail = _apply_to_order(state, effect)
        case _:
            return apply_to_items(state, effect)
    return detail, state.less(detail.per_line)


def _free_shipping(state: CartState, effect: FreeShipping) -> EffectApplied:
    shipping = state.cart.shipping_indexes
    per_line = [0] * len(state.cart.lines)
    for index in shipping:
        per_line[index] = state.remaining(index)
    return EffectApplied(effect, sum(per_line), tuple(per_line))


def _apply_to_order(state: CartState, effect: OnAmount) -> EffectApplied:
    """Take one discount off the order and split it over the lines by what they cost now."""
    indexes = aimed_at(state, effect)
    per_line = [0] * len(state.cart.lines)
    if not reaches_minimum(state, effect, indexes):
        return EffectApplied(effect, 0, tuple(per_line))
    remaining = [state.remaining(index) for index in indexes]
    initial = sum(state.cart.lines[index].initial_amount for index in indexes)
    base = initial if effect.base is Base.INITIAL else sum(remaining)
    discount = min(_off_order(effect, base), sum(remaining))
    for index, part in zip(indexes, split(discount, remaining), strict=True):
        per_line[index] = part
    return EffectApplied(effect, base, tuple(per_line))


def _off_order(effect: OnAmount, base_amount: int) -> int:
    """Return the discount of an order effect on its base, at most the base."""
    match effect:
        case PercentOff(percent=percent, cap=cap):
            discount = percent_of(base_amount, percent)
            return discount if cap is None else min(discount, cap)
        case AmountOff(amount=amount, cap=cap):
            return min(amount, base_amount) if cap is None else min(amount, base_amount, cap)
        case FixedPrice(price=price):
            return max(base_amount - price, 0)
