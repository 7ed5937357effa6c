"""Units: free items, buy X get Y, bundles and picks, case by case."""

from decimal import Decimal

import pytest

from rewards.arithmetic import (
    Adding,
    AmountOff,
    ArithmeticInputError,
    Base,
    Bundle,
    BundlePart,
    BuyGet,
    Cart,
    CartState,
    FixedPrice,
    FreeUnits,
    Gift,
    Line,
    PercentOff,
    Pick,
    PickOf,
    Selector,
    Spread,
    Which,
    apply_offer,
    every_item,
)

MUG = Gift(product_id="mug", unit_price=900)


def cart(*lines, shipping=None):
    """A cart of (product, units, price of a unit) with lines named by their position."""
    made = [
        Line(str(index), units * price, quantity=units, unit_price=price, product_id=product)
        for index, (product, units, price) in enumerate(lines)
    ]
    if shipping is not None:
        made.append(Line("shipping", shipping, product_id="prod_5h1pp1ng"))
    return CartState.of(Cart(tuple(made), "EUR"))


def of(*products):
    return Selector(products=frozenset(products))


def three_for_two(target=every_item, **options):
    return BuyGet(buy=target, buy_quantity=2, get=target, **{"repeats": None} | options)


@pytest.mark.parametrize(
    ("lines", "per_line"),
    [
        ([("a", 3, 1000)], (1000,)),
        ([("a", 2, 1000)], (0,)),
        ([("a", 1, 1000), ("b", 1, 700), ("c", 1, 300)], (0, 0, 300)),
        ([("a", 1, 1000), ("b", 5, 700)], (0, 1400)),
        ([("a", 4, 1000), ("b", 2, 100)], (0, 200)),
        ([("a", 3, 1000), ("sample", 3, 0)], (1000, 0)),  # what costs nothing does not count
        ([("a", 7, 100)], (200,)),
    ],
)
def test_the_cheapest_units_are_the_free_ones(lines, per_line):
    assert apply_offer(cart(*lines), [three_for_two()]).per_line == per_line


def test_a_limit_of_repeats_holds():
    assert apply_offer(cart(("a", 9, 100)), [three_for_two(repeats=2)]).per_line == (200,)


def test_units_that_are_bought_are_not_given_too():
    """Both could be free, but one of them must be paid for: the dear one is all that is left."""
    effect = BuyGet(buy=of("b"), buy_quantity=1, get=of("a", "b"))
    applied = apply_offer(cart(("a", 1, 1000), ("b", 1, 500)), [effect])
    assert applied.per_line == (1000, 0)
    assert applied.effects[0].bought == (0, 1)


def test_what_is_given_at_half_price_is_rounded_once_for_each_line():
    effect = three_for_two(percent=Decimal(50))
    applied = apply_offer(cart(("a", 6, 999)), [effect])
    assert applied.per_line == (999,)  # half of 1998, not twice 499.5
    assert applied.units_per_line == (2,)


def test_a_cap_holds_over_all_repeats():
    applied = apply_offer(cart(("a", 3, 1000), ("b", 3, 1000)), [three_for_two(cap=1500)])
    assert sum(applied.per_line) == 1500


def test_a_unit_is_used_by_one_offer_only():
    state = cart(("a", 4, 1000))
    first = apply_offer(state, [three_for_two()])
    second = apply_offer(first.after, [three_for_two()])
    assert (first.discount_amount, second.discount_amount) == (1000, 0)


def test_a_percentage_after_it_takes_off_what_is_left():
    applied = apply_offer(cart(("a", 3, 1000)), [PercentOff(Decimal(10)), three_for_two()])
    assert [effect.discount_amount for effect in applied.effects] == [1000, 200]


def test_a_gift_in_the_cart_becomes_free():
    applied = apply_offer(cart(("tee", 1, 2000), ("mug", 3, 800)), [FreeUnits(MUG, 1)])
    assert applied.per_line == (0, 800)
    assert applied.added_per_line == (0, 0)


def test_what_is_missing_of_a_gift_joins_its_line():
    applied = apply_offer(cart(("tee", 1, 2000), ("mug", 1, 800)), [FreeUnits(MUG, 3)])
    line = applied.after.cart.lines[1]
    assert (line.quantity, line.initial_quantity, line.amount, line.initial_amount) == (
        3,
        1,
        2400,
        800,
    )
    assert applied.per_line == (0, 2400)
    assert applied.units_per_line == (0, 3)
    assert applied.after.total_amount == 2000


def test_a_gift_that_is_missing_altogether_is_a_line_of_its_own():
    applied = apply_offer(cart(("tee", 1, 2000), shipping=500), [FreeUnits(MUG, 2)])
    line = applied.after.cart.lines[2]
    assert (line.product_id, line.quantity, line.amount, line.initial_quantity) == (
        "mug",
        2,
        1800,
        0,
    )
    assert applied.per_line == (0, 0, 1800)
    assert (applied.discount_amount, applied.shipping_discount) == (1800, 0)
    assert applied.after.total_amount == 2500


def test_new_items_are_always_added_as_published():
    """The published example: a shirt of 31.00 is in the cart, one more is added for nothing."""
    shirt = Gift(product_id="blue", unit_price=3100)
    red = Gift(product_id="red", unit_price=2900)
    state = cart(("red", 1, 2900), ("blue", 1, 3100))
    applied = apply_offer(state, [FreeUnits(red, 1), FreeUnits(shirt, 1, Adding.NEW)])
    blue = applied.after.cart.lines[1]
    assert applied.per_line == (2900, 3100)
    assert (blue.quantity, blue.initial_quantity, blue.amount, blue.initial_amount) == (
        2,
        1,
        6200,
        3100,
    )
    assert applied.units_per_line == (1, 1)
    assert applied.after.cart.amount == 9100
    assert applied.after.total_amount == 3100


@pytest.mark.parametrize(
    ("line", "is_gift"),
    [
        ({"product_id": "mug"}, False),
        ({"product_id": "mug", "sku_id": "red"}, True),
        ({"product_id": "mug", "sku_id": "blue", "source_id": "M-1"}, False),
        ({"source_id": "M-1"}, True),
        ({"source_id": "red"}, True),
    ],
)
def test_a_variant_is_found_by_its_ids_and_no_other_one_is(line, is_gift):
    red_mug = Gift(product_id="mug", sku_id="red", source_id="M-1", unit_price=900)
    assert red_mug(Line("0", 900, **line)) is is_gift


def test_two_gifts_of_the_same_product_are_two_units():
    applied = apply_offer(cart(("tee", 1, 2000)), [FreeUnits(MUG, 1), FreeUnits(MUG, 1)])
    assert [line.quantity for line in applied.after.cart.lines] == [1, 2]


def test_a_gift_is_no_part_of_the_initial_amount():
    percent = PercentOff(Decimal(10), base=Base.INITIAL)
    applied = apply_offer(cart(("tee", 1, 2000)), [FreeUnits(MUG, 1), percent])
    assert applied.per_line == (200, 900)


@pytest.mark.parametrize(
    ("lines", "adding", "per_line", "quantities"),
    [
        # Two in the cart: one pays for the other. Three: the third brings a fourth.
        ([("mug", 2, 900)], Adding.MISSING, (900,), [2]),
        ([("mug", 3, 900)], Adding.MISSING, (1800,), [4]),
        ([("mug", 3, 900)], Adding.NEW, (2700,), [6]),
        ([("mug", 3, 900)], Adding.NONE, (900,), [3]),
        ([("mug", 1, 900)], Adding.MISSING, (900,), [2]),
    ],
)
def test_buy_one_get_one_adds_what_is_missing(lines, adding, per_line, quantities):
    effect = BuyGet(buy=of("mug"), buy_quantity=1, gift=MUG, repeats=None, adding=adding)
    applied = apply_offer(cart(*lines), [effect])
    assert applied.per_line == per_line
    assert [line.quantity for line in applied.after.cart.lines] == quantities


def test_a_gift_for_every_laptop():
    effect = BuyGet(buy=of("laptop"), buy_quantity=1, gift=MUG, repeats=None)
    applied = apply_offer(cart(("laptop", 2, 90000), ("mug", 1, 900)), [effect])
    assert applied.per_line == (0, 1800)
    assert applied.effects[0].bought == (2, 0)
    assert applied.effects[0].times == 2


def any_three(price, limit=9):
    return Bundle(parts=(BundlePart(every_item, 3),), price=price, limit=limit)


@pytest.mark.parametrize(
    ("effect", "lines", "per_line"),
    [
        (any_three(1000), [("a", 3, 600)], (800,)),
        (any_three(1000), [("a", 3, 600), ("b", 3, 100)], (800, 0)),  # cheap ones gain nothing
        (any_three(1000), [("a", 6, 600)], (1600,)),
        (any_three(1000, limit=1), [("a", 6, 600)], (800,)),
        (any_three(5000), [("a", 6, 600)], (0,)),
        (any_three(1000), [("a", 2, 600)], (0,)),
    ],
)
def test_a_bundle_is_made_where_it_takes_something_off(effect, lines, per_line):
    assert apply_offer(cart(*lines), [effect]).per_line == per_line


def test_a_bundle_of_parts_gives_every_unit_one_place():
    """The burger is also a main dish: of two burgers one is the burger, one the main dish."""
    menu = Bundle(
        parts=(BundlePart(of("burger")), BundlePart(of("burger", "salad"))), price=1000, limit=5
    )
    applied = apply_offer(cart(("burger", 2, 800), ("salad", 1, 700)), [menu])
    assert applied.per_line == (600, 0)
    assert applied.effects[0].times == 1
    applied = apply_offer(cart(("burger", 2, 800), ("salad", 2, 700)), [menu])
    assert applied.effects[0].times == 2
    assert sum(applied.per_line) == 3000 - 2000


def test_a_bundle_by_percent_is_rounded_once_and_split():
    bundle = Bundle(parts=(BundlePart(of("a")), BundlePart(of("b"))), percent=Decimal(15))
    applied = apply_offer(cart(("a", 1, 333), ("b", 1, 333)), [bundle])
    assert applied.per_line == (50, 50)  # 99.9 becomes 100, not twice 49.95


def test_a_bundle_that_gains_nothing_is_not_made():
    lines = [("a", 3, 600), ("b", 2, 300), ("c", 1, 400)]
    assert apply_offer(cart(*lines), [any_three(1000)]).effects[0].times == 1


def test_bundles_are_counted_before_rounding():
    """One per cent of one bundle of 40 is nothing, of four it is 1.6, so 2."""
    bundle = Bundle(parts=(BundlePart(every_item),), percent=Decimal(1), limit=4)
    assert apply_offer(cart(("a", 4, 40)), [bundle]).per_line == (2,)


def test_a_bundle_by_amount():
    bundle = Bundle(parts=(BundlePart(of("a"), 2),), amount=500, limit=3)
    assert apply_offer(cart(("a", 5, 1000)), [bundle]).per_line == (1000,)


def test_the_dearest_unit_at_half_price():
    pick = Pick(which=Which.DEAREST, count=1)
    applied = apply_offer(
        cart(("a", 2, 1000), ("b", 2, 3000)), [PercentOff(Decimal(50), pick=pick)]
    )
    assert applied.per_line == (0, 1500)
    assert applied.units_per_line == (0, 1)


def test_the_published_example_of_lines_from_the_dearest_skipping_the_first():
    pick = Pick(which=Which.DEAREST, of=PickOf.LINES, skip=1, every=2)
    state = cart(("tee", 3, 2000), ("poster", 5, 1500), ("mug", 2, 1000), ("socks", 4, 500))
    applied = apply_offer(state, [AmountOff(500, pick=pick)])
    assert applied.per_line == (0, 500, 0, 500)


def test_the_published_example_of_units_from_the_dearest_skipping_the_first():
    pick = Pick(which=Which.DEAREST, skip=1, every=2)
    state = cart(("tee", 3, 2000), ("poster", 5, 1500), ("mug", 2, 1000), ("socks", 4, 500))
    applied = apply_offer(state, [AmountOff(500, pick=pick, spread=Spread.EACH_UNIT)])
    assert applied.per_line == (500, 1500, 500, 1000)
    assert applied.units_per_line == (1, 3, 1, 2)


def test_limits_of_units_in_a_line_and_of_money_in_a_line():
    pick = Pick(per_line=2, count=3)
    state = cart(("a", 5, 1000), ("b", 5, 1000))
    assert apply_offer(state, [PercentOff(Decimal(10), pick=pick)]).per_line == (200, 100)
    capped = PercentOff(Decimal(10), target=every_item, line_cap=300)
    assert apply_offer(state, [capped]).per_line == (300, 300)


def test_a_price_for_units():
    effect = FixedPrice(600, target=of("a"), pick=Pick(count=2))
    assert apply_offer(cart(("a", 5, 1000)), [effect]).per_line == (800,)


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({"minimum_quantity": 5}, 500),
        ({"minimum_quantity": 6}, 0),
        ({"minimum_amount": 5000}, 500),
        ({"minimum_amount": 5001}, 0),
    ],
)
def test_a_target_must_reach_its_minimum(options, taken):
    effect = PercentOff(Decimal(10), target=of("a"), **options)
    assert apply_offer(cart(("a", 5, 1000), ("b", 9, 1000)), [effect]).discount_amount == taken


def test_targets_are_sets_with_exceptions():
    lines = (
        Line("0", 1000, product_id="p1", categories=frozenset({"mugs"}), brand="Acme"),
        Line("1", 1000, sku_id="s1", categories=frozenset({"mugs", "sale"})),
        Line("2", 1000, source_id="p9", collections=frozenset({"summer"})),
        Line("3", 1000),
    )
    state = CartState.of(Cart(lines, "EUR"))

    def hit(selector):
        return apply_offer(state, [PercentOff(Decimal(10), target=selector)]).per_line

    some = frozenset
    assert hit(Selector(categories=some({"mugs"}))) == (100, 100, 0, 0)
    not_on_sale = Selector(categories=some({"sale"}))
    assert hit(Selector(categories=some({"mugs"}), excluding=not_on_sale)) == (100, 0, 0, 0)
    assert hit(Selector(excluding=not_on_sale)) == (100, 0, 100, 100)
    assert hit(Selector(skus=some({"s1"}), products=some({"p9"}))) == (0, 100, 100, 0)
    assert hit(Selector(brands=some({"Acme"}), collections=some({"summer"}))) == (100, 0, 100, 0)


def test_a_million_units_cost_no_more_time_than_three():
    applied = apply_offer(cart(("a", 10**6, 100), ("b", 10**6, 99)), [three_for_two()])
    assert applied.units_per_line == (0, 666_666)
    many = apply_offer(cart(("a", 10**6, 600)), [any_three(1000, limit=1000)])
    assert many.effects[0].times == 1000


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bundle(parts=(), price=1),
        lambda: Bundle(parts=(BundlePart(every_item),)),
        lambda: Bundle(parts=(BundlePart(every_item),), price=1, amount=1),
        lambda: Bundle(parts=(BundlePart(every_item),), price=1, limit=1001),
        lambda: BuyGet(buy=every_item, buy_quantity=1),
        lambda: BuyGet(buy=every_item, buy_quantity=1, gift=MUG, percent=Decimal(50)),
        lambda: BuyGet(buy=every_item, buy_quantity=0, get=every_item),
        lambda: FreeUnits(MUG, 0),
        lambda: Gift(product_id="", unit_price=1),
        lambda: Gift(product_id="mug", unit_price=-1),
        lambda: Pick(every=0),
        lambda: Pick(skip=-1),
        lambda: PercentOff(Decimal(10), line_cap=5),
        lambda: Selector(excluding=Selector()),
    ],
)
def test_an_effect_that_makes_no_sense_is_refused(make):
    with pytest.raises(ArithmeticInputError):
        make()
