"""Discount arithmetic: the vectors of the numeric specification, case by case."""

from decimal import Decimal

import pytest

from rewards.arithmetic import (
    SHIPPING_PRODUCT_ID,
    AmountOff,
    ArithmeticInputError,
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
    gift_card_payment,
    percent_of,
    refund_amount,
    split,
)


def cart(*amounts: int, shipping: int | None = None, quantities=None) -> CartState:
    """A cart with lines a, b, c ... and, where asked for, a shipping line."""
    quantities = quantities or [1] * len(amounts)
    lines = [
        Line(key, amount, quantity=quantity)
        for key, amount, quantity in zip("abcdefghij", amounts, quantities, strict=False)
    ]
    if shipping is not None:
        lines.append(Line("shipping", shipping, product_id=SHIPPING_PRODUCT_ID))
    return CartState.of(Cart(tuple(lines), "EUR"))


def every(line: Line) -> bool:
    return True


def percent(value: str, **options) -> PercentOff:
    return PercentOff(Decimal(value), **options)


@pytest.mark.parametrize(
    ("effect", "amounts", "per_line"),
    [
        (percent("10", target=every), (106, 206, 306, 406), (11, 21, 31, 41)),
        (percent("25"), (1999,), (500,)),
        (percent("15"), (9990,), (1499,)),
        (percent("15", cap=5000), (12000, 23000, 30000), (923, 1769, 2308)),
        (AmountOff(1500), (2000, 3000, 10000), (200, 300, 1000)),
        (AmountOff(300), (4300, 1400, 2300), (161, 53, 86)),
        (AmountOff(1), (1, 1, 1), (1, 0, 0)),
        (AmountOff(100), (50,) * 7, (15, 15, 14, 14, 14, 14, 14)),
        (percent("10"), (15,), (2,)),  # 10 % of 15 JPY
        (AmountOff(300), (0, 100, 500), (0, 50, 250)),
        (AmountOff(300), (0, 0), (0, 0)),
        (percent("100"), (199, 1), (199, 1)),
        (percent("0"), (199, 1), (0, 0)),
        (percent("12.5"), (100,), (13,)),
        (FixedPrice(1000), (1500, 500), (750, 250)),
        (FixedPrice(3000), (1500, 500), (0, 0)),
    ],
)
def test_one_effect_takes_what_the_specification_says(effect, amounts, per_line):
    applied = apply_offer(cart(*amounts), [effect])
    assert applied.per_line == per_line
    assert applied.discount_amount == sum(per_line)
    assert applied.shipping_discount == 0


def test_an_order_effect_leaves_shipping_alone():
    applied = apply_offer(cart(3000, 4000, shipping=500), [AmountOff(10000)])
    assert applied.after.items_amount == 0
    assert applied.after.shipping_amount == 500
    assert applied.discount_amount == 7000
    assert applied.after.total_amount == 500


def test_an_effect_reduces_shipping_where_the_offer_says_so():
    applied = apply_offer(cart(7000, shipping=500), [AmountOff(10000, include_shipping=True)])
    assert (applied.discount_amount, applied.shipping_discount) == (7000, 500)
    assert applied.total_discount_amount == 7500


def test_an_item_effect_that_picks_every_line_does_not_pick_shipping():
    applied = apply_offer(cart(1000, shipping=500), [percent("50", target=every)])
    assert applied.per_line == (500, 0)


def test_free_shipping_touches_nothing_else():
    applied = apply_offer(cart(3000, shipping=500), [FreeShipping()])
    assert applied.per_line == (0, 500)
    assert (applied.discount_amount, applied.shipping_discount) == (0, 500)


def test_free_shipping_without_a_shipping_line_takes_nothing():
    assert apply_offer(cart(3000), [FreeShipping()]).total_discount_amount == 0


def test_offers_apply_in_the_order_they_are_given():
    twenty_percent, thousand = [percent("20")], [AmountOff(1000)]
    *_, last = apply_offers(cart(10000), [twenty_percent, thousand])
    assert last.after.total_amount == 7000
    *_, last = apply_offers(cart(10000), [thousand, twenty_percent])
    assert last.after.total_amount == 7200


def test_a_second_offer_sees_what_the_first_left():
    first, second = apply_offers(cart(10000, 0), [[percent("20")], [percent("20")]])
    assert first.after is second.before
    assert (first.discount_amount, second.discount_amount) == (2000, 1600)


def test_a_percentage_of_the_initial_amount_ignores_the_offers_before_it():
    initial = percent("20", base=Base.INITIAL)
    *_, last = apply_offers(cart(10000), [[AmountOff(1000)], [initial]])
    assert last.discount_amount == 2000


def test_a_percentage_of_the_initial_amount_never_takes_more_than_is_left():
    initial = percent("20", base=Base.INITIAL)
    *_, last = apply_offers(cart(6000, 4000), [[AmountOff(9500)], [initial]])
    assert last.discount_amount == 500
    assert last.after.total_amount == 0


def test_item_effects_come_before_order_effects_whatever_their_order():
    effects = [AmountOff(1000), percent("50", target=frozenset("a"))]
    applied = apply_offer(cart(4000, 2000), effects)
    assert applied.effects[0].per_line == (2000, 0)
    assert applied.effects[1].per_line == (500, 500)
    assert applied.per_line == (2500, 500)


def test_items_are_picked_by_key_or_by_predicate():
    by_key = apply_offer(cart(100, 200, 300), [percent("10", target=frozenset("ac"))])
    by_rule = apply_offer(cart(100, 200, 300), [percent("10", target=lambda x: x.amount != 200)])
    assert by_key.per_line == by_rule.per_line == (10, 0, 30)


def test_an_item_effect_without_a_matching_line_takes_nothing():
    for effect in (
        percent("10", target=frozenset(), cap=5),
        AmountOff(5, target=frozenset()),
        AmountOff(5, target=frozenset(), spread=Spread.BY_AMOUNT),
    ):
        assert apply_offer(cart(100), [effect]).per_line == (0,)


def test_the_cap_of_an_item_effect_holds_for_all_lines_together():
    applied = apply_offer(cart(1000, 3000), [percent("50", target=every, cap=1000)])
    assert applied.per_line == (250, 750)


@pytest.mark.parametrize(
    ("spread", "per_line"),
    [
        (Spread.EACH_LINE, (100, 300, 300)),
        (Spread.EACH_UNIT, (100, 600, 900)),
        (Spread.BY_AMOUNT, (9, 109, 182)),
        (Spread.BY_QUANTITY, (50, 100, 150)),
    ],
)
def test_an_amount_off_items_is_spread_as_the_offer_says(spread, per_line):
    state = cart(100, 1200, 2000, quantities=[1, 2, 3])
    assert apply_offer(state, [AmountOff(300, target=every, spread=spread)]).per_line == per_line


def test_what_a_cheap_line_cannot_take_goes_to_the_others():
    state = cart(10, 1000, 1000, quantities=[4, 1, 1])
    effect = AmountOff(600, target=every, spread=Spread.BY_QUANTITY)
    assert apply_offer(state, [effect]).per_line == (10, 295, 295)


def test_a_fixed_price_for_items_is_a_price_per_unit_and_never_raises_one():
    state = cart(3000, 500, quantities=[2, 1])
    assert apply_offer(state, [FixedPrice(1000, target=every)]).per_line == (1000, 0)


def test_effects_are_reported_one_by_one_with_their_base():
    applied = apply_offer(cart(4000, shipping=500), [percent("25"), FreeShipping()])
    assert [(e.base_amount, e.discount_amount) for e in applied.effects] == [
        (4000, 1000),
        (500, 500),
    ]


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (0, (), ()),
        (0, (0, 0), (0, 0)),
        (3, (0, 0), (2, 1)),
        (5, (0, 10, 0), (0, 5, 0)),
        (-300, (4300, 1400, 2300), (-161, -53, -86)),
        (10**15, (1, 1, 1), (333333333333334, 333333333333333, 333333333333333)),
    ],
)
def test_splitting_by_largest_remainder(amount, weights, parts):
    assert split(amount, weights) == parts


@pytest.mark.parametrize(
    ("balance", "remaining", "asked", "paid"),
    [(5000, 3000, None, 3000), (5000, 3000, 1000, 1000), (500, 3000, 1000, 500), (0, 10, 5, 0),
     (500, 0, 100, 0)],
)  # fmt: skip
def test_a_gift_card_pays_at_most_balance_request_and_rest(balance, remaining, asked, paid):
    assert gift_card_payment(balance, remaining, asked) == paid


def test_returned_units_give_back_their_share_and_in_the_end_everything():
    assert [refund_amount(100, k, 3) for k in range(4)] == [0, 33, 66, 100]


def test_percentages_are_rounded_half_up_however_fine_they_are():
    assert percent_of(150, Decimal("0.3333333333")) == 0
    assert percent_of(150, Decimal("0.33333333333333333333333333334")) == 1
    assert percent_of(10**15, Decimal("99.9999999999999")) == 999999999999999


@pytest.mark.parametrize(
    ("mistake", "why"),
    [
        (lambda: Line("a", -1), "amount must not be negative"),
        (lambda: Line("a", 10**15 + 1), "amount must not be larger than 1000000000000000"),
        (lambda: Line("a", 1, unit_price=-1), "unit_price must not be negative"),
        (lambda: Line("a", 1.5), "amount must be a whole number"),
        (lambda: Line("a", True), "amount must be a whole number"),
        (lambda: Line("a", 1, quantity=0), "quantity must be at least 1"),
        (lambda: Line("a", 1, quantity=1.5), "quantity must be a whole number"),
        (lambda: Cart((Line("a", 1), Line("a", 2)), "EUR"), "same key"),
        (lambda: Cart((Line("a", 10**15), Line("b", 1)), "EUR"), "total of the cart"),
        (lambda: CartState(Cart((Line("a", 1),), "EUR"), (2,)), "between 0 and its amount"),
        (lambda: CartState(Cart((Line("a", 1),), "EUR"), ()), "Every line"),
        (lambda: percent("101"), "between 0 and 100"),
        (lambda: percent("-1"), "between 0 and 100"),
        (lambda: percent("NaN"), "must be a decimal number"),
        (lambda: PercentOff(10.5), "must be a decimal number"),
        (lambda: percent("1", cap=-1), "cap must not be negative"),
        (lambda: AmountOff(-1), "amount must not be negative"),
        (lambda: FixedPrice(10**16), "price must not be larger"),
        (lambda: apply_offer(cart(1), []), "no effect"),
        (lambda: split(1, ()), "no item"),
        (lambda: split(1, (1, -1)), "negative amounts"),
        (lambda: gift_card_payment(-1, 1), "balance must not be negative"),
        (lambda: refund_amount(10, 3, 2), "Between 0 and 2 units"),
        (lambda: refund_amount(10, -1, 2), "Between 0 and 2 units"),
        (lambda: refund_amount(10, 0, 0), "Between 0 and 0 units"),
    ],
)
def test_bad_input_is_refused_with_a_reason(mistake, why):
    with pytest.raises(ArithmeticInputError, match=why):
        mistake()
    assert issubclass(ArithmeticInputError, ValueError)
