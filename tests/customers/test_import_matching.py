"""Which purchase a cancelled line takes back."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from customers.importing.matching import Bought, GivenBack, match

DAY = datetime(2011, 5, 1, tzinfo=UTC)


def bought(pk: int, *, day: int, units: int, price: int = 100, product: int = 1) -> Bought:
    return Bought(pk, product, price, DAY + timedelta(days=day), units)


def given_back(pk: int, *, day: int, units: int, price: int = 100, product: int = 1) -> GivenBack:
    return GivenBack(pk, product, price, DAY + timedelta(days=day), units, (f"C{pk}", pk))


def test_the_latest_purchase_first():
    line = given_back(1, day=5, units=2)
    match([bought(10, day=1, units=5), bought(11, day=3, units=5)], [line])
    assert line.found == [(11, 2)]


def test_the_same_price_before_the_latest():
    line = given_back(1, day=5, units=2)
    match([bought(10, day=1, units=5), bought(11, day=3, units=5, price=90)], [line])
    assert line.found == [(10, 2)]


def test_nothing_bought_later_and_no_other_product():
    line = given_back(1, day=5, units=2)
    match([bought(10, day=6, units=5), bought(11, day=1, units=5, product=2)], [line])
    assert line.found == []


def test_it_may_span_several_purchases_and_leave_a_rest():
    line = given_back(1, day=5, units=9)
    match([bought(10, day=1, units=3), bought(11, day=2, units=4)], [line])
    assert line.found == [(11, 4), (10, 3)]


def test_units_are_given_back_once():
    first, second = given_back(1, day=4, units=3), given_back(2, day=5, units=3)
    match([bought(10, day=1, units=4)], [second, first])
    assert (first.found, second.found) == ([(10, 3)], [(10, 1)])


small = st.integers(1, 6)
purchases = st.lists(st.tuples(small, small, small, small), max_size=12)


@given(purchases, purchases, st.randoms(use_true_random=False))
def test_never_more_than_was_bought_and_whatever_the_order_of_rows(orders, returns, random):
    def run(shuffle: bool) -> dict[int, list[tuple[int, int]]]:
        lines = [
            bought(n, day=d, units=u, price=p, product=q) for n, (d, u, p, q) in enumerate(orders)
        ]
        backs = [
            given_back(n, day=d, units=u, price=p, product=q)
            for n, (d, u, p, q) in enumerate(returns)
        ]
        if shuffle:
            random.shuffle(lines)
            random.shuffle(backs)
        match(lines, backs)
        taken = Counter()
        for back in backs:
            assert sum(units for _, units in back.found) <= back.quantity
            for pk, units in back.found:
                assert units > 0
                taken[pk] += units
        assert all(taken[line.id] + line.left == orders[line.id][1] for line in lines)
        return {back.id: back.found for back in backs}

    assert run(shuffle=False) == run(shuffle=True)
