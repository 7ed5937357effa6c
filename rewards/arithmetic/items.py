"""Percent, amount and fixed price on items: on whole lines, or on picked lines and units."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rewards.arithmetic.amounts import percent_of
from rewards.arithmetic.effects import AmountOff, FixedPrice, OnAmount, PercentOff, Spread
from rewards.arithmetic.outcome import EffectApplied
from rewards.arithmetic.split import split
from rewards.arithmetic.state import CartState
from rewards.arithmetic.targets import Base, Pick, PickOf, Which, is_hit
from rewards.arithmetic.units import Taken, cheapest_first, dearest_first, lots_of


@dataclass(frozen=True, slots=True)
class _Part:
    """What an effect works on of one line: `units` of it, their base, and what they still cost."""

    line: int
    units: int
    base: int
    remaining: int


def aimed_at(state: CartState, effect: OnAmount) -> tuple[int, ...]:
    """Return the positions of the lines an effect means; closed ones are no items any more."""
    cart = state.cart
    indexes = range(len(cart.lines)) if effect.include_shipping else cart.item_indexes
    hit = tuple(index for index in indexes if is_hit(effect.target, cart.lines[index]))
    if effect.is_order_effect:
        return hit
    return tuple(index for index in hit if cart.lines[index].key not in state.closed)


def reaches_minimum(state: CartState, effect: OnAmount, indexes: Sequence[int]) -> bool:
    """Say whether the target holds as many units and costs as much as the effect demands."""
    units = sum(state.cart.lines[index].quantity for index in indexes)
    return units >= effect.minimum_quantity and state.remaining_of(indexes) >= effect.minimum_amount


def apply_to_items(state: CartState, effect: OnAmount) -> tuple[EffectApplied, CartState]:
    """Apply an item effect: each line is its own base and is rounded once."""
    indexes = aimed_at(state, effect)
    by_unit = effect.pick is not None and effect.pick.of is PickOf.UNITS
    parts: list[_Part] = []
    if reaches_minimum(state, effect, indexes):
        parts = _parts(state, effect, indexes)
    size = len(state.cart.lines)
    per_line, units = [0] * size, [0] * size
    for part, discount in zip(parts, _discounts(effect, parts), strict=True):
        per_line[part.line] = discount
        units[part.line] = part.units
    base = sum(part.base for part in parts)
    detail = EffectApplied(effect, base, tuple(per_line), tuple(units))
    return detail, state.less_of_open(per_line) if by_unit else state.less(per_line)


def _parts(state: CartState, effect: OnAmount, indexes: Sequence[int]) -> list[_Part]:
    pick = effect.pick
    if pick is None:
        return [_whole(state, effect, index) for index in indexes]
    if pick.of is PickOf.LINES:
        return [_whole(state, effect, index) for index in _picked_lines(state, pick, indexes)]
    taken = _picked_units(state, pick, indexes)
    return [
        _Part(line, taken.units[line], taken.base(state, line, effect.base), taken.values[line])
        for line in taken.lines
    ]


def _whole(state: CartState, effect: OnAmount, index: int) -> _Part:
    line, remaining = state.cart.lines[index], state.remaining(index)
    base = line.initial_amount if effect.base is Base.INITIAL else remaining
    return _Part(index, line.quantity, base, remaining)


def _picked_lines(state: CartState, pick: Pick, indexes: Sequence[int]) -> list[int]:
    """Return the picked lines in their own order; lines are compared by the price of a unit."""

    def unit_price(index: int) -> Fraction:
        return Fraction(state.remaining(index), state.cart.lines[index].quantity)

    ordered = [index for index in indexes if state.remaining(index)]
    if pick.which is not Which.IN_ORDER:
        sign = -1 if pick.which is Which.DEAREST else 1
        ordered.sort(key=lambda index: (sign * unit_price(index), index))
    return sorted(ordered[pick.skip :: pick.every][: pick.count])


def _picked_units(state: CartState, pick: Pick, indexes: Sequence[int]) -> Taken:
    lots = lots_of(state, indexes)
    if pick.which is Which.CHEAPEST:
        lots = cheapest_first(lots)
    elif pick.which is Which.DEAREST:
        lots = dearest_first(lots)
    taken, position, picked = Taken(), 0, 0
    for lot in lots:
        count = _hits(pick, position + lot.count) - _hits(pick, position)
        if pick.per_line is not None:
            count = min(count, pick.per_line - taken.units.get(lot.line, 0))
        if pick.count is not None:
            count = min(count, pick.count - picked)
        taken.add(lot, count)
        position, picked = position + lot.count, picked + count
    return taken


def _hits(pick: Pick, units: int) -> int:
    """Return how many of the first `units` units fall on the rhythm of a pick."""
    return max(0, -((pick.skip - units) // pick.every))


def _discounts(effect: OnAmount, parts: Sequence[_Part]) -> Sequence[int]:
    """Return the discount of each part, within what it costs and within the caps."""
    limits = [part.remaining for part in parts]
    if effect.line_cap is not None:
        limits = [min(limit, effect.line_cap) for limit in limits]
    if isinstance(effect, AmountOff) and effect.spread in (Spread.BY_AMOUNT, Spread.BY_QUANTITY):
        by_amount = effect.spread is Spread.BY_AMOUNT
        weights = [part.remaining if by_amount else part.units for part in parts]
        amount = effect.amount if effect.cap is None else min(effect.amount, effect.cap)
        return split_within(amount, weights, limits)
    wanted = [_wanted(effect, part) for part in parts]
    discounts = [min(want, limit) for want, limit in zip(wanted, limits, strict=True)]
    cap = None if isinstance(effect, FixedPrice) else effect.cap
    return discounts if cap is None else split(min(sum(discounts), cap), discounts)


def _wanted(effect: OnAmount, part: _Part) -> int:
    """Return what an effect would take off a part if nothing limited it."""
    match effect:
        case PercentOff(percent=percent):
            return percent_of(part.base, percent)
        case FixedPrice(price=price):
            return max(part.base - price * part.units, 0)
        case AmountOff(amount=amount, spread=spread):
            return amount * part.units if spread is Spread.EACH_UNIT else amount


def split_within(amount: int, weights: Sequence[int], limits: Sequence[int]) -> Sequence[int]:
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
