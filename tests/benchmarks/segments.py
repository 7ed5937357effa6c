"""How many customers a segment describes, against the best of a few statements by hand.

A million customers, five million orders, two million events, with the permissions of a real shop.
What the product came to is compared with every statement before any time is taken. Of those by
hand the quickest one is the floor. `SEGMENT_PLANS=<file>` has the plans of both sides of the worst
ratio written there; `SEGMENTS=<part of a name>` measures some of them only.
"""

import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from django.db import connection

from config.shared import clock
from segments import selectors
from segments.models import StaticList
from segments.rules.parser import parse
from segments.shapes import best, counting
from tests.benchmarks import shop
from tests.benchmarks.pairs import Figure, Result, measure
from tests.benchmarks.segment_floors import floors
from tests.benchmarks.segment_parts import params
from tests.benchmarks.segment_rules import Rule, rules
from tests.benchmarks.surroundings import settle

MEAN_GOAL: Final = 1.3
GOAL: Final = 2.0
_TURNS: Final = 3  # of each way by hand, to find the quickest
_SLOW: Final = 20_000  # milliseconds; a way by hand that takes longer is none


def _count(sql: str, told: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return int(cursor.fetchone()[0])


def _quickest(name: str, ways: list[str], told: dict[str, Any], expected: int) -> str:
    """The way by hand that takes least; all of them must find as many as the product."""
    times: dict[str, float] = {}
    for number, sql in enumerate(ways, start=1):
        taken = []
        for _turn in range(_TURNS):
            started = time.perf_counter()
            found = _limited(partial(_count, sql, told))
            taken.append(time.perf_counter() - started)
            if found is None:
                break
            assert found == expected, (name, number, found, expected)
        times[sql] = min(taken)
    return min(times, key=lambda sql: times[sql])


def _limited(work: Callable[[], int]) -> int | None:
    """None where it takes too long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, FALSE)", [str(_SLOW)])
        try:
            return work()
        except Exception as error:
            if "statement timeout" not in str(error):
                raise
            return None
        finally:
            cursor.execute("SET statement_timeout = 0")


def _plan(sql: str, told: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", told)
        return "\n".join(line for (line,) in cursor.fetchall())


def _plans(name: str, rule: Rule, by_hand: str, told: dict[str, Any]) -> str:
    sql = best(parse(rule), at=shop.AT)
    return (
        f"{name}\n\nproduct\n{_plan(counting(sql), sql.params)}\n\n"
        f"by hand\n{_plan(by_hand, told)}\n"
    )


def run() -> Iterator[Result]:
    """One row for each segment, then their geometric mean; the moment asked about is now."""
    with clock.use(clock.FrozenClock(shop.AT)):
        yield from _run()


def _run() -> Iterator[Result]:
    shop.make()
    settle(*shop.BIG)
    lists = dict(StaticList.objects.values_list("name", "public_id"))
    numbers = dict(StaticList.objects.values_list("name", "pk"))
    told = params() | {"small": numbers["Invited"], "large": numbers["Newsletter of 2019"]}
    wanted, written = os.environ.get("SEGMENTS", ""), floors()
    results: dict[str, tuple[Result, str]] = {}
    asked = rules(lists["Invited"], lists["Newsletter of 2019"])
    for name, rule in asked.items():
        if wanted not in name:
            continue
        expected = selectors.count(rule, at=shop.AT)
        by_hand = _quickest(name, list(written[name]), told, expected)
        result = measure(
            f"{name} ({expected:,})",
            goal=GOAL,
            floor=partial(_count, by_hand, told),
            product=partial(selectors.count, rule, at=shop.AT),
            reset=lambda: None,
        )
        results[name] = result, by_hand
        yield result
    yield _mean([result for result, _by_hand in results.values()])
    if file := os.environ.get("SEGMENT_PLANS"):
        worst = max(results, key=lambda name: results[name][0].ratio)
        with open(file, "w", encoding="utf-8") as into:
            into.write(_plans(worst, asked[worst], results[worst][1], told))


def _mean(results: list[Result]) -> Result:
    """All of them, their ratio the geometric mean: pair by pair, so that it has a spread."""
    shortest = min(len(result.pairs) for result in results)
    pairs = tuple(
        replace(
            results[0].pairs[turn],
            floor=statistics.fmean(result.pairs[turn].floor for result in results),
            product=statistics.fmean(result.pairs[turn].floor for result in results)
            * math.exp(statistics.fmean(math.log(r.pairs[turn].ratio) for r in results)),
        )
        for turn in range(shortest)
    )
    return Result(Figure("geometric mean of the ratios", MEAN_GOAL), pairs, 0)
