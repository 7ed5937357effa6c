"""Redemption over HTTP, against a bare view that does the same with three statements.

Both are served alike, by gunicorn with two processes of four threads, to sixteen kept connections;
the product with authentication, limits, log and all its middleware. `BENCH_SLICE` are the seconds
of one turn, 3 unless told.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice, repeat
from typing import Final

from tests.benchmarks import till
from tests.benchmarks.load import Answered, Slice
from tests.benchmarks.pairs import RATE, Figure, Result, in_turns
from tests.benchmarks.served import Served, for_production
from tests.benchmarks.till import Till

SECONDS: Final = float(os.environ.get("BENCH_SLICE", "3"))
_COMPARED: Final = 400  # requests whose outcome is looked at on both sides


@contextmanager
def _both(shop: Till) -> Iterator[tuple[Served, Served]]:
    """Floor and product, each with its connections."""
    environment = for_production(BENCH_KEY=str(shop.key.pk))
    with (
        Served("tests.benchmarks.bare_site", environment) as floor,
        Served("config.wsgi", environment) as product,
    ):
        yield floor, product


def run() -> Iterator[Result]:
    """Many codes, each used once; then one code that everybody uses."""
    shop = till.set_up()
    with _both(shop) as (floor, product):
        _compare(shop, floor, product, shop.codes)
        _compare(shop, floor, product, [till.HOT])
        fresh = iter(shop.codes)
        yield from _in_turns(
            [Figure(f"redeem {till.CODES:,} codes over HTTP", 0.5, RATE, at_least=True)],
            floor=partial(_turn, shop, floor, fresh),
            product=partial(_turn, shop, product, fresh),
            values=lambda done: (done.rate,),
        )
        yield from _in_turns(
            [
                Figure("redeem one hot code over HTTP", 0.8, RATE, at_least=True),
                Figure("the same, 99th percentile", 1.5),
            ],
            floor=partial(_turn, shop, floor, repeat(till.HOT)),
            product=partial(_turn, shop, product, repeat(till.HOT)),
            values=lambda done: (done.rate, done.percentile(0.99)),
        )
    till.empty()


def _in_turns(
    figures: list[Figure],
    *,
    floor: Callable[[], Slice],
    product: Callable[[], Slice],
    values: Callable[[Slice], tuple[float, ...]],
) -> list[Result]:
    return in_turns(figures, floor=lambda: values(floor()), product=lambda: values(product()))


def _turn(shop: Till, side: Served, codes: Iterator[str]) -> Slice:
    """One side's turn; every order of it must have been accepted."""
    done = side.load.run(shop.requests(codes, os.urandom(6).hex()), SECONDS)
    refused = [one for one in (*done.answers, *done.late) if one.status != 200]
    if refused:
        raise AssertionError(f"{refused[0].status} {refused[0].body[:300]!r}; {side.said()}")
    return done


def _compare(shop: Till, floor: Served, product: Served, codes: Sequence[str]) -> None:
    """The same requests must leave the same books on both sides, and tell the same amounts."""
    outcomes = []
    for side in (floor, product):
        till.forget()
        requests = islice(shop.requests(cycle(codes), "compared"), _COMPARED)
        done = side.load.run(requests, seconds=60)
        outcomes.append((till.books(), sorted(map(_told, done.answers))))
    till.forget()
    (books, told), (other_books, other_told) = outcomes
    if len(books) != _COMPARED or books != other_books or told != other_told:
        raise AssertionError("floor and product do not do the same")


def _told(answered: Answered) -> tuple[int, ...]:
    """The amounts in an answer; none in a refusal."""
    order = json.loads(answered.body).get("order") or {}
    names = ("amount", "total_discount_amount", "total_amount")
    return tuple(order[name] for name in names if name in order)
