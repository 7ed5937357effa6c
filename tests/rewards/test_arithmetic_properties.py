"""Discount arithmetic: what holds for every cart and every offer."""

from collections import Counter
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from config.shared.money import LARGEST_AMOUNT
from rewards.arithmetic import (
    SHIPPING_PRODUCT_ID,
    AmountOff,
    Base,
    Cart,
    CartState,
    FixedPrice,
    FreeShipping,
    Line,
    PercentOff,
    Spread,
    apply_offer,
    apply_offers,
    percent_of,
    refund_amount,
    split,
)

amounts = st.integers(0, 10**9) | st.integers(0, 20)
percents = st.decimals(0, 100, places=2)
weights = st.lists(amounts, min_size=1, max_size=12)


@st.composite
def carts(draw):
    lines = [
        Line(str(index), draw(amounts), quantity=draw(st.integers(1, 9)))
        for index in range(draw(st.integers(1, 8)))
    ]
    if draw(st.booleans()):
        lines.insert(0, Line("shipping", draw(amounts), product_id=SHIPPING_PRODUCT_ID))
    return Cart(tuple(lines), "EUR")


targets = st.just("order") | st.frozensets(st.sampled_from("01234567"))
options = {
    "target": targets,
    "base": st.sampled_from(Base),
    "include_shipping": st.booleans(),
}
effects = st.one_of(
    st.builds(PercentOff, percents, cap=st.none() | amounts, **options),
    st.builds(AmountOff, amounts, spread=st.sampled_from(Spread), **options),
    st.builds(FixedPrice, amounts, **options),
    st.just(FreeShipping()),
)
offers = st.lists(effects, min_size=1, max_size=4)


@given(st.integers(-(10**12), 10**12), weights)
def test_the_parts_sum_to_the_whole(amount, weights):
    assert sum(split(amount, weights)) == amount


@given(amounts, weights)
def test_no_part_is_negative_and_each_is_within_one_of_its_exact_share(amount, weights):
    total = sum(weights)
    assume(total)
    for part, weight in zip(split(amount, weights), weights, strict=True):
        assert part >= 0
        assert abs(part * total - amount * weight) < total
        assert part == 0 or weight > 0


@given(weights, st.data())
def test_no_item_gets_more_than_it_costs(weights, data):
    parts = split(data.draw(st.integers(0, sum(weights))), weights)
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@given(st.integers(0, 10**12), weights)
def test_negative_amounts_mirror_positive_ones(amount, weights):
    assert split(-amount, weights) == tuple(-part for part in split(amount, weights))


@given(st.integers(0, 10**12), weights, st.randoms(use_true_random=False))
def test_permuting_items_permutes_the_split_but_for_ties(amount, weights, random):
    order = list(range(len(weights)))
    random.shuffle(order)
    straight = split(amount, weights)
    shuffled = split(amount, [weights[index] for index in order])
    back = dict(zip(order, shuffled, strict=True))
    total = sum(weights) or len(weights)
    remainders = Counter(amount * weight % total for weight in weights)
    for index, weight in enumerate(weights):
        if remainders[amount * weight % total] == 1 and sum(weights):
            assert back[index] == straight[index]
        else:  # equal fractions: who comes first may get one more
            assert abs(back[index] - straight[index]) <= 1
    assert sum(shuffled) == sum(straight)


@given(carts(), st.lists(offers, min_size=1, max_size=4))
def test_nothing_is_ever_negative_and_every_sum_is_exact(cart, several):
    state = CartState.of(cart)
    all_applied = apply_offers(state, several)
    for applied in all_applied:
        assert min(applied.per_line) >= 0
        assert sum(applied.per_line) == applied.discount_amount + applied.shipping_discount
        assert sum(e.discount_amount for e in applied.effects) == applied.total_discount_amount
        assert applied.after.total_amount == applied.before.total_amount - sum(applied.per_line)
        assert all(applied.after.remaining(i) >= 0 for i in range(len(cart.lines)))
    last = all_applied[-1].after
    assert last.total_amount == last.items_amount + last.shipping_amount
    assert last.discount_amount == sum(a.total_discount_amount for a in all_applied)


@given(carts(), offers)
def test_a_refund_of_every_line_returns_exactly_the_discount(cart, effects):
    applied = apply_offer(CartState.of(cart), effects)
    returned = [
        refund_amount(discount, line.quantity, line.quantity)
        for line, discount in zip(cart.lines, applied.per_line, strict=True)
    ]
    assert sum(returned) == applied.total_discount_amount


@given(st.integers(0, LARGEST_AMOUNT), st.integers(1, 500))
def test_refunds_grow_with_every_unit_and_end_complete(discount, quantity):
    given_back = [refund_amount(discount, k, quantity) for k in range(quantity + 1)]
    assert given_back == sorted(given_back)
    assert given_back[0] == 0
    assert given_back[-1] == discount


@given(st.integers(0, LARGEST_AMOUNT), st.integers(0, LARGEST_AMOUNT), percents)
def test_a_percentage_is_monotone_in_its_base_and_never_exceeds_it(one, other, percent):
    less, more = sorted((one, other))
    assert percent_of(less, percent) <= percent_of(more, percent) <= more


@given(st.integers(0, 10**12), percents)
def test_a_percentage_is_the_exact_value_rounded_half_up(base, percent):
    exact = Decimal(base) * percent / 100
    assert exact - Decimal("0.5") < percent_of(base, percent) <= exact + Decimal("0.5")


@given(carts(), offers)
def test_shipping_is_touched_only_where_the_offer_says_so(cart, effects):
    assume(not any(isinstance(e, FreeShipping) or e.include_shipping for e in effects))
    assert apply_offer(CartState.of(cart), effects).shipping_discount == 0
