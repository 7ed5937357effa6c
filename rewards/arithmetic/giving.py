"""Applying the effects that speak of units: free items, buy X get Y, bundles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rewards.arithmetic.amounts import percent_of
from rewards.arithmetic.bundling import best_units
from rewards.arithmetic.multibuy import Adding, Bundle, BuyGet, FreeUnits, Gift
from rewards.arithmetic.outcome import EffectApplied
from rewards.arithmetic.split import split
from rewards.arithmetic.state import CartState
from rewards.arithmetic.targets import Target, is_hit
from rewards.arithmetic.units import (
    Lot,
    Taken,
    cheapest_first,
    count_of,
    dearest_first,
    lots_of,
    spread_out,
    take,
)


def apply_free_units(state: CartState, effect: FreeUnits) -> tuple[EffectApplied, CartState]:
    """Make units of the gift free, those in the cart and added ones, as the effect says."""
    given = Taken()
    if effect.adding is not Adding.NEW:
        given, _rest = take(
            cheapest_first(lots_of(state, _lines(state, effect.gift))), effect.units
        )
    missing = 0 if effect.adding is Adding.NONE else effect.units - given.count
    claimed = _claim(state, given, given.values, Taken())
    after, index = _add(claimed, effect.gift, missing)
    detail = _detail(effect, state, after, given, Taken(), added_to=index, added=missing)
    return detail, after


def apply_buy_get(state: CartState, effect: BuyGet) -> tuple[EffectApplied, CartState]:
    """Give the cheapest units that can be spared for every lot of bought ones."""
    deal = _deal(state, effect)
    wanted = {
        line: min(
            percent_of(deal.given.base(state, line, effect.base), effect.percent),
            deal.given.values[line],
        )
        for line in deal.given.lines
    }
    cap = effect.cap
    if cap is not None and sum(wanted.values()) > cap:
        wanted = dict(zip(wanted, split(cap, list(wanted.values())), strict=True))
    after, index = _claim(state, deal.given, wanted, deal.bought), None
    if effect.gift is not None:
        after, index = _add(after, effect.gift, deal.missing)
    detail = _detail(
        effect,
        state,
        after,
        deal.given,
        deal.bought,
        added_to=index,
        added=deal.missing,
        times=deal.times,
    )
    return detail, after


@dataclass(frozen=True, slots=True)
class _Deal:
    """What is given for what is bought; `missing` units of the gift are still to be added."""

    times: int
    given: Taken
    bought: Taken
    missing: int = 0


def _deal(state: CartState, effect: BuyGet) -> _Deal:
    """Find as many repeats as the cart allows, then the cheapest units to give for them.

    With B units that can only be bought, G that can only be given and S that can be either, r
    repeats are possible as long as B + S, G + S and B + G + S hold enough units for them; then at
    most B + S - r * buy_quantity of the shared ones can be spared.
    """
    buyable, givable = _lines(state, effect.buy), _lines(state, effect.given)
    either = buyable & givable
    to_buy = lots_of(state, sorted(buyable))
    buy, get = effect.buy_quantity, effect.get_quantity
    affordable = count_of(to_buy) // buy
    if effect.gift is not None and effect.adding is Adding.NEW:
        times = affordable if effect.repeats is None else min(effect.repeats, affordable)
        bought, _rest = take(dearest_first(to_buy), times * buy)
        return _Deal(times, Taken(), bought, times * get)
    to_give = lots_of(state, sorted(givable))
    together = count_of(lots_of(state, sorted(buyable | givable)))
    times = min(affordable, count_of(to_give) // get, together // (buy + get))
    if effect.repeats is not None:
        times = min(effect.repeats, times)
    spare = count_of(to_buy) - times * buy
    given, given_left = _take_sparing(cheapest_first(to_give), times * get, either, spare)
    to_buy = [lot for lot in to_buy if lot.line not in either]
    to_buy += [lot for lot in given_left if lot.line in either]
    bought, bought_left = take(dearest_first(to_buy), times * buy)
    deal = _Deal(times, given, bought)
    if effect.gift is None or effect.adding is Adding.NONE:
        return deal
    only_give = [lot for lot in given_left if lot.line not in either]
    return _with_added(effect, deal, bought_left, only_give, either)


def _take_sparing(
    lots: Sequence[Lot], wanted: int, either: Collection[int], spare: int
) -> tuple[Taken, list[Lot]]:
    """Take the first `wanted` units, at most `spare` of them from the lines in `either`."""
    taken, left = Taken(), []
    for lot in lots:
        count = min(lot.count, wanted)
        if lot.line in either:
            count = min(count, spare)
            spare -= count
        taken.add(lot, count)
        wanted -= count
        if count < lot.count:
            left.append(Lot(lot.line, lot.price, lot.count - count))
    return taken, left


def _with_added(
    effect: BuyGet,
    deal: _Deal,
    to_buy: Sequence[Lot],
    only_give: Sequence[Lot],
    either: Collection[int],
) -> _Deal:
    """Repeat for what is bought beyond the gifts in the cart: their missing units are added."""
    times = count_of(to_buy) // effect.buy_quantity
    if effect.repeats is not None:
        times = min(times, effect.repeats - deal.times)
    bought, left = take(dearest_first(to_buy), times * effect.buy_quantity)
    present = [*only_give, *(lot for lot in left if lot.line in either)]
    wanted = times * effect.get_quantity
    given, _rest = take(cheapest_first(present), wanted)
    return _Deal(
        deal.times + times,
        deal.given.plus(given),
        deal.bought.plus(bought),
        wanted - given.count,
    )


def apply_bundle(state: CartState, effect: Bundle) -> tuple[EffectApplied, CartState]:
    """Bundle the units that take the most off; one discount, split over them by their cost."""

    def worth(times: int, amount: int) -> int:
        return _worth_of_bundles(effect, times, amount)

    targets = [_lines(state, part.target) for part in effect.parts]
    quantities = [part.quantity for part in effect.parts]
    lots = lots_of(state, sorted(set().union(*targets)), with_free=True)
    times, taken = best_units(dearest_first(lots), targets, quantities, effect.limit, worth)
    discount = _off_bundles(effect, times, taken.amount)
    lines = taken.lines
    parts = split(discount, [taken.values[line] for line in lines])
    wanted = dict(zip(lines, parts, strict=True))
    after = _claim(state, taken, wanted, Taken())
    return _detail(effect, state, after, taken, Taken(), times=times), after


def _worth_of_bundles(effect: Bundle, times: int, amount: int) -> int:
    """Return what makes bundles better than others: their discount, before cap and rounding.

    A rounded discount is no good guide: two bundles may round to nothing and the third to one.
    """
    if effect.price is not None:
        return amount - times * effect.price
    if effect.amount is not None:
        return min(times * effect.amount, amount)
    return amount


def _off_bundles(effect: Bundle, times: int, amount: int) -> int:
    """Return the discount of `times` bundles whose units cost `amount` together."""
    discount = _worth_of_bundles(effect, times, amount)
    if effect.percent is not None:
        discount = percent_of(amount, effect.percent)
    return discount if effect.cap is None else min(discount, effect.cap)


def _lines(state: CartState, target: Target) -> frozenset[int]:
    """Return the positions of the goods a target means and an item effect may touch."""
    lines = state.cart.lines
    return frozenset(
        index
        for index in state.cart.item_indexes
        if lines[index].key not in state.closed and is_hit(target, lines[index])
    )


def _claim(
    state: CartState, given: Taken, discounts: Mapping[int, int], bought: Taken
) -> CartState:
    """Take the discounts off the given units and claim those and the bought ones."""
    size = len(state.cart.lines)
    units, left = given.plus(bought), {}
    for line in units.lines:
        left[line] = units.values[line] - discounts.get(line, 0)
    return state.claiming(
        spread_out(discounts, size), spread_out(units.units, size), spread_out(left, size)
    )


def _add(state: CartState, gift: Gift, units: int) -> tuple[CartState, int | None]:
    """Add free units of a gift; return the cart and the position of the line they went to.

    They join the first line of the product whose units have one price, at that price.
    """
    if not units:
        return state, None
    for index in sorted(_lines(state, gift)):
        line = state.cart.lines[index]
        if line.amount and line.amount % line.quantity == 0:
            return state.growing(index, units, line.amount // line.quantity), index
    keys = {line.key for line in state.cart.lines}
    key = gift.sku_id or gift.product_id or gift.source_id
    while key in keys:
        key = f"+{key}"
    return state.appending(gift.line(key, units)), len(state.cart.lines)


def _detail(
    effect: FreeUnits | BuyGet | Bundle,
    before: CartState,
    after: CartState,
    given: Taken,
    bought: Taken,
    *,
    added_to: int | None = None,
    added: int = 0,
    times: int = 1,
) -> EffectApplied:
    """Say what an effect did, over the lines of the cart as it left it."""
    size, known = len(after.cart.lines), len(before.cart.lines)
    earlier = before.line_discounts + (0,) * (size - known)
    per_line = tuple(now - then for now, then in zip(after.line_discounts, earlier, strict=True))
    additions = {} if added_to is None else {added_to: added}
    units = dict(given.units)
    for line, count in additions.items():
        units[line] = units.get(line, 0) + count
    return EffectApplied(
        effect,
        base_amount=given.amount + after.cart.amount - before.cart.amount,
        per_line=per_line,
        units=spread_out(units, size),
        bought=spread_out(bought.units, size),
        added=spread_out(additions, size),
        times=times,
    )
