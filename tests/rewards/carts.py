"""Random carts and offers for the property tests of the arithmetic."""

from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from rewards.arithmetic import (
    SHIPPING_PRODUCT_ID,
    Adding,
    AmountOff,
    Base,
    Bundle,
    BundlePart,
    BuyGet,
    Cart,
    FixedPrice,
    FreeShipping,
    FreeUnits,
    Gift,
    Line,
    PercentOff,
    Pick,
    PickOf,
    Selector,
    Spread,
    Which,
    every_item,
)

PRODUCTS = "abcd"
amounts = st.integers(0, 10**9) | st.integers(0, 20)
percents = st.decimals(0, 100, places=2)
counts = st.integers(1, 5)


@st.composite
def carts(draw, most_units=9, most_lines=6, prices=amounts):
    lines = [
        Line(
            str(index),
            draw(prices),
            quantity=draw(st.integers(1, most_units)),
            product_id=draw(st.sampled_from(PRODUCTS)),
            categories=frozenset(draw(st.sets(st.sampled_from("xy")))),
        )
        for index in range(draw(st.integers(1, most_lines)))
    ]
    if draw(st.booleans()):
        lines.insert(0, Line("shipping", draw(prices), product_id=SHIPPING_PRODUCT_ID))
    return Cart(tuple(lines), "EUR")


selectors = st.builds(
    Selector,
    products=st.frozensets(st.sampled_from(PRODUCTS)),
    categories=st.frozensets(st.sampled_from("xy")),
    excluding=st.none() | st.builds(Selector, products=st.just(frozenset("a"))),
)
item_targets = st.just(every_item) | selectors
targets = st.just("order") | st.frozensets(st.sampled_from("012345")) | item_targets
picks = st.builds(
    Pick,
    which=st.sampled_from(Which),
    of=st.sampled_from(PickOf),
    count=st.none() | counts,
    per_line=st.none() | counts,
    skip=st.integers(0, 3),
    every=st.integers(1, 3),
)
options = {
    "target": targets,
    "base": st.sampled_from(Base),
    "include_shipping": st.booleans(),
    "pick": st.none() | picks,
    "minimum_quantity": st.integers(0, 4),
    "minimum_amount": st.integers(0, 30),
}
gifts = st.builds(Gift, product_id=st.sampled_from(PRODUCTS), unit_price=amounts)
buy_gets = st.builds(
    BuyGet,
    buy=item_targets,
    buy_quantity=counts,
    get=item_targets,
    get_quantity=counts,
    percent=percents,
    repeats=st.none() | counts,
    cap=st.none() | amounts,
    base=st.sampled_from(Base),
) | st.builds(
    BuyGet,
    buy=item_targets,
    buy_quantity=counts,
    gift=gifts,
    get_quantity=counts,
    repeats=st.none() | counts,
    adding=st.sampled_from(Adding),
)
parts = st.lists(st.builds(BundlePart, item_targets, st.integers(1, 3)), min_size=1, max_size=3)
bundles = st.one_of(
    *(
        st.builds(Bundle, parts=parts.map(tuple), limit=counts, cap=st.none() | amounts, **value)
        for value in ({"price": amounts}, {"amount": amounts}, {"percent": percents})
    )
)
effects = st.one_of(
    st.builds(PercentOff, percents, cap=st.none() | amounts, **options),
    st.builds(AmountOff, amounts, spread=st.sampled_from(Spread), **options),
    st.builds(FixedPrice, amounts, **options),
    st.just(FreeShipping()),
    st.builds(FreeUnits, gifts, counts, st.sampled_from(Adding)),
    buy_gets,
    bundles,
)
offers = st.lists(effects, min_size=1, max_size=4)


def random_cart(random: Random) -> Cart:
    """A cart as shops send them: up to eight lines, prices with odd ends, now and then shipping."""
    lines = []
    for index in range(random.randint(1, 8)):
        quantity = random.choice([1, 1, 1, 2, 3, 7, 25])
        price = random.choice([0, 1, 99, 333, 1999, random.randint(1, 50_000)])
        lines.append(
            Line(
                str(index),
                quantity * price + random.choice([0, 0, 0, 1, 2]),
                quantity=quantity,
                unit_price=price,
                product_id=random.choice(PRODUCTS),
                categories=frozenset(random.sample("xy", random.randint(0, 2))),
            )
        )
    if random.random() < 0.5:
        lines.append(Line("shipping", random.choice([0, 490]), product_id=SHIPPING_PRODUCT_ID))
    return Cart(tuple(lines), "EUR")


def random_offer(random: Random) -> list:
    """An offer of one to three effects of any kind."""
    some = Selector(products=frozenset(random.sample(PRODUCTS, random.randint(1, 3))))
    target = random.choice(["order", every_item, some])
    pick = random.choice([None, None, Pick(which=random.choice(list(Which)), count=2)])
    price = random.randint(0, 5000)
    kinds = [
        PercentOff(
            Decimal(random.randint(0, 10_000)) / 100,
            target=target,
            pick=pick,
            cap=random.choice([None, 5000]),
            base=random.choice(list(Base)),
        ),
        AmountOff(price, target=target, pick=pick, spread=random.choice(list(Spread))),
        FixedPrice(price, target=target),
        FreeShipping(),
        FreeUnits(
            Gift(product_id=random.choice(PRODUCTS), unit_price=price),
            random.randint(1, 3),
            random.choice(list(Adding)),
        ),
        BuyGet(buy=some, buy_quantity=random.randint(1, 3), get=every_item, repeats=None),
        Bundle(
            parts=(BundlePart(some, random.randint(1, 2)), BundlePart(every_item)),
            price=price,
            limit=3,
        ),
    ]
    return random.sample(kinds, random.randint(1, 3))
