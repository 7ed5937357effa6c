"""Discounts: what holds for every cart and every offer, units included."""

from itertools import combinations, product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.arithmetic import (
    BundlePart,
    CartState,
    apply_offer,
    apply_offers,
    refund_amount,
    split,
)
from tests.rewards import carts as some

several_offers = st.lists(some.offers, min_size=1, max_size=3)


@given(some.carts(), several_offers)
def test_nothing_is_ever_negative_and_every_sum_is_exact(cart, offers):
    for applied in apply_offers(CartState.of(cart), offers):
        before, after = applied.before, applied.after
        assert min(applied.per_line) >= 0
        assert sum(applied.per_line) == applied.discount_amount + applied.shipping_discount
        assert sum(e.discount_amount for e in applied.effects) == applied.total_discount_amount
        added = after.cart.amount - before.cart.amount
        assert after.total_amount == before.total_amount + added - sum(applied.per_line)
        assert after.total_amount <= before.total_amount  # no offer raises what is to be paid
        assert all(after.remaining(i) >= 0 for i in range(len(after.cart.lines)))


@given(some.carts(), several_offers)
def test_units_are_never_used_twice_nor_more_than_there_are(cart, offers):
    for applied in apply_offers(CartState.of(cart), offers):
        lines = applied.after.cart.lines
        for effect in applied.effects:
            used = zip(effect.units, effect.bought, effect.added, lines, strict=True)
            for units, bought, added, line in used:
                assert 0 <= added <= units
                assert units + bought <= line.quantity
        for index, line in enumerate(lines):
            assert 0 <= applied.after.claimed_units[index] <= line.quantity
            assert 0 <= applied.after.claimed_amounts[index] <= applied.after.remaining(index)


@given(some.carts(), several_offers)
def test_the_lines_of_the_customer_stay_where_they_are(cart, offers):
    *_, last = apply_offers(CartState.of(cart), offers)
    for before, after in zip(cart.lines, last.after.cart.lines, strict=False):
        assert (after.key, after.initial_quantity, after.initial_amount) == (
            before.key,
            before.quantity,
            before.amount,
        )
    for line in last.after.cart.lines[len(cart.lines) :]:
        assert (line.initial_quantity, line.initial_amount) == (0, 0)


@given(some.carts(), some.offers)
def test_the_same_order_always_gets_the_same_answer(cart, offer):
    assert apply_offer(CartState.of(cart), offer) == apply_offer(CartState.of(cart), offer)


@given(some.carts(), some.offers, st.randoms(use_true_random=False))
def test_returns_in_any_order_give_back_exactly_the_discount(cart, offer, random):
    assert_returns_are_exact(apply_offer(CartState.of(cart), offer), random)


def assert_returns_are_exact(applied, random):
    """Return every line in random portions, in random order, and compare with the split."""
    lines = applied.after.cart.lines
    left = {index: line.quantity for index, line in enumerate(lines)}
    given_back = [0] * len(lines)
    while left:
        index = random.choice(sorted(left))
        line, discount = lines[index], applied.per_line[index]
        before = line.quantity - left[index]
        now = before + random.randint(1, left[index])
        back = refund_amount(discount, now, line.quantity) - refund_amount(
            discount, before, line.quantity
        )
        assert back >= 0
        given_back[index] += back
        left[index] = line.quantity - now
        if not left[index]:
            del left[index]
    assert tuple(given_back) == applied.per_line
    assert sum(given_back) == applied.total_discount_amount


def test_ten_thousand_carts():
    """Sums exact, nothing negative, all returned: over carts and offers as shops have them."""
    random = Random(20260501)
    for _number in range(10_000):
        state = CartState.of(some.random_cart(random))
        for applied in apply_offers(state, [some.random_offer(random) for _ in range(2)]):
            assert min(applied.per_line) >= 0
            assert sum(applied.per_line) == applied.total_discount_amount
            assert sum(e.discount_amount for e in applied.effects) == sum(applied.per_line)
            paid = applied.after.cart.amount - applied.after.discount_amount
            assert applied.after.total_amount == paid >= 0
            assert_returns_are_exact(applied, random)


# Slow brute force over single units, for carts small enough to try everything.

small_carts = some.carts(most_units=3, most_lines=3, prices=st.integers(0, 40))


def units_of(cart, selector=lambda line: True):
    """All units of the goods as (line, number, price)."""
    units = []
    for index in cart.item_indexes:
        line = cart.lines[index]
        if selector(line):
            prices = split(line.amount, [1] * line.quantity)
            units += [(index, number, price) for number, price in enumerate(prices)]
    return units


def worth(units):
    return sum(price for _line, _number, price in units)


def best_given(cart, effect):
    """Try all sets of units to give for the greatest number of repeats; the cheapest wins."""
    buy = {unit for unit in units_of(cart, effect.buy) if unit[2]}
    get = {unit for unit in units_of(cart, effect.get) if unit[2]}
    most = len(buy | get)
    for times in range(most if effect.repeats is None else min(most, effect.repeats), 0, -1):
        wanted = times * effect.get_quantity
        found = [
            worth(chosen)
            for chosen in combinations(sorted(get), wanted)
            if len(buy - set(chosen)) >= times * effect.buy_quantity
        ]
        if found:
            return times, min(found)
    return 0, 0


@settings(max_examples=150)
@given(
    small_carts,
    st.builds(
        some.BuyGet,
        buy=some.item_targets,
        buy_quantity=st.integers(1, 3),
        get=some.item_targets,
        get_quantity=st.integers(1, 2),
        repeats=st.none() | st.integers(1, 2),
    ),
)
def test_buy_get_agrees_with_trying_all_units(cart, effect):
    applied = apply_offer(CartState.of(cart), [effect])
    times, off = best_given(cart, effect)
    assert (applied.effects[0].times, applied.discount_amount) == (times, off)


def fits(units, places):
    """Whether every unit can be given a place of its own; `places` are selectors."""
    if not units:
        return True
    (index, _number, _price), *rest = units
    return any(
        place(index) and fits(rest, places[:at] + places[at + 1 :])
        for at, place in enumerate(places)
    )


def best_bundles(cart, bundle):
    """Try all sets of units for every number of bundles; the greatest discount."""
    units, best = units_of(cart), 0
    places = [
        (lambda index, part=part: part.target(cart.lines[index]))
        for part in bundle.parts
        for _ in range(part.quantity)
    ]
    for times in range(1, bundle.limit + 1):
        if times * len(places) > len(units):
            break
        for chosen in combinations(units, times * len(places)):
            off = worth(chosen) - times * bundle.price
            if off > best and fits(list(chosen), places * times):
                best = off
    return best


@settings(max_examples=150)
@given(
    small_carts,
    st.builds(
        some.Bundle,
        parts=st.lists(
            st.builds(BundlePart, some.item_targets, st.integers(1, 2)), min_size=1, max_size=2
        ).map(tuple),
        price=st.integers(0, 60),
        limit=st.integers(1, 2),
    ),
)
def test_bundles_agree_with_trying_all_units(cart, bundle):
    assert apply_offer(CartState.of(cart), [bundle]).discount_amount == best_bundles(cart, bundle)


@given(small_carts, some.picks, st.integers(1, 100))
def test_picked_units_agree_with_counting_them_one_by_one(cart, pick, percent):
    if pick.of is some.PickOf.LINES:
        return
    units = [unit for unit in units_of(cart) if unit[2]]
    if pick.which is not some.Which.IN_ORDER:
        sign = -1 if pick.which is some.Which.DEAREST else 1
        units.sort(key=lambda unit: (sign * unit[2], unit[0]))
    else:
        units.sort(key=lambda unit: (unit[0], unit[2]))
    picked: list = []
    for line, _number, _price in units[pick.skip :: pick.every]:
        if pick.per_line is None or picked.count(line) < pick.per_line:
            picked.append(line)
    picked = picked[: pick.count]
    applied = apply_offer(CartState.of(cart), [some.PercentOff(some.Decimal(percent), pick=pick)])
    expected = tuple(picked.count(index) for index in range(len(cart.lines)))
    assert applied.units_per_line == expected


def test_small_carts_agree_one_after_the_other():
    """Every cart of up to two lines with up to two units at 1 or 2, and a bundle of two."""
    bundle = some.Bundle(parts=(BundlePart(some.every_item, 2),), price=2, limit=2)
    for first, second in product(product((1, 2), (1, 2)), repeat=2):
        lines = tuple(
            some.Line(str(i), price * units, quantity=units)
            for i, (units, price) in enumerate((first, second))
        )
        cart = some.Cart(lines, "EUR")
        off = apply_offer(CartState.of(cart), [bundle]).discount_amount
        assert off == best_bundles(cart, bundle)
