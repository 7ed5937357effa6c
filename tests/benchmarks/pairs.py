"""Floor and product in turns, and the ratio of each pair.

A machine's speed drifts; two runs next to each other see the same machine. Pairs in which the
hypervisor took more than 5 % of the processor, or whose floor is off its own median by more than a
factor of 2, are repeated; when half of them would have to go, the run is inconclusive.
"""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PAIRS = 7
STEAL_LIMIT = 0.05
SECONDS = "ms"
RATE = "/s"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is compared, in seconds or as a rate, and how the product's may relate to the floor's:
    at most the goal, or at least.
    """

    name: str
    goal: float
    unit: str = SECONDS
    at_least: bool = False

    @property
    def goal_in_words(self) -> str:
        if math.isinf(self.goal):
            return "none"
        return f"at {'least' if self.at_least else 'most'} {self.goal:g}"

    def is_reached_by(self, ratio: float) -> bool:
        return ratio >= self.goal if self.at_least else ratio <= self.goal

    def shown(self, value: float) -> str:
        if self.unit == SECONDS:
            milliseconds = value * 1000
            return f"{milliseconds:.{0 if milliseconds >= 100 else 1}f} ms"
        return f"{value:.{0 if value >= 100 else 1}f}{self.unit}"


@dataclass(frozen=True, slots=True)
class Pair:
    floor: float
    product: float
    steal: float  # share of the processor's time

    @property
    def ratio(self) -> float:
        return self.product / self.floor


@dataclass(frozen=True, slots=True)
class Result:
    figure: Figure
    pairs: tuple[Pair, ...]
    dropped: int

    @property
    def ratio(self) -> float:
        return statistics.median(pair.ratio for pair in self.pairs)

    @property
    def verdict(self) -> str:
        if len(self.pairs) < PAIRS:
            return "inconclusive"
        if math.isinf(self.figure.goal):
            return "measured"
        return "reached" if self.figure.is_reached_by(self.ratio) else "missed"

    def row(self) -> str:
        figure = self.figure
        ratios = [pair.ratio for pair in self.pairs] or [float("nan")]
        floor = statistics.median([pair.floor for pair in self.pairs] or [float("nan")])
        return (
            f"| {figure.name} | {figure.shown(floor)} |"
            f" {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |"
            f" {figure.goal_in_words} | {self.dropped} | {self.verdict} |"
        )


HEAD = "\n".join(
    (
        "| work | floor | ratio | min | max | goal | repeated | |",
        "|---|---|---|---|---|---|---|---|",
    )
)


def _ticks() -> tuple[int, int]:
    """(stolen, all) processor time since boot, in the kernel's ticks."""
    with open("/proc/stat", encoding="ascii") as file:
        numbers = [int(part) for part in file.readline().split()[1:9]]
    return numbers[7], sum(numbers)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(
    name: str,
    *,
    goal: float,
    floor: Callable[[], object],
    product: Callable[[], object],
    reset: Callable[[], object],
    reset_product: Callable[[], object] | None = None,
) -> Result:
    """Seven good pairs of how long each side takes, after one discarded.

    `reset` runs before each side and is not timed; `reset_product` replaces it for the product.
    """
    (result,) = in_turns(
        [Figure(name, goal)],
        floor=lambda: (_timed(floor),),
        product=lambda: (_timed(product),),
        reset=reset,
        reset_product=reset_product,
    )
    return result


def in_turns(
    figures: Sequence[Figure],
    *,
    floor: Callable[[], Sequence[float]],
    product: Callable[[], Sequence[float]],
    reset: Callable[[], object] = lambda: None,
    reset_product: Callable[[], object] | None = None,
) -> list[Result]:
    """The same for sides that measure themselves: each says one value for each of the figures.

    Whether a pair is odd is judged by the first figure.
    """
    kept: list[list[Pair]] = []
    dropped = 0
    for turn in range(1 + 2 * PAIRS):
        stolen, total = _ticks()
        reset()
        floor_values = floor()
        (reset_product or reset)()
        product_values = product()
        stolen_after, total_after = _ticks()
        steal = (stolen_after - stolen) / max(1, total_after - total)
        if turn == 0:
            continue
        pairs = [
            Pair(one, other, steal) for one, other in zip(floor_values, product_values, strict=True)
        ]
        if steal > STEAL_LIMIT or _is_odd(pairs[0], [before[0] for before in kept]):
            dropped += 1
        else:
            kept.append(pairs)
        if len(kept) == PAIRS:
            break
    return [
        Result(figure, tuple(pairs[place] for pairs in kept), dropped)
        for place, figure in enumerate(figures)
    ]


def _is_odd(pair: Pair, kept: list[Pair]) -> bool:
    if len(kept) < 3:
        return False
    usual = statistics.median(other.floor for other in kept)
    return not usual / 2 <= pair.floor <= usual * 2
