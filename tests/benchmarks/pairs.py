"""Floor and product in turns, and the ratio of each pair.

A machine's speed drifts; two runs next to each other see the same machine. Pairs in which the
hypervisor took more than 5 % of the processor, or whose floor is off its own median by more than a
factor of 2, are repeated; when half of them would have to go, the run is inconclusive.
"""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

PAIRS = 7
STEAL_LIMIT = 0.05


@dataclass(frozen=True, slots=True)
class Pair:
    floor: float  # seconds
    product: float
    steal: float  # share of the processor's time

    @property
    def ratio(self) -> float:
        return self.product / self.floor


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    goal: float
    pairs: tuple[Pair, ...]
    dropped: int

    @property
    def ratio(self) -> float:
        return statistics.median(pair.ratio for pair in self.pairs)

    @property
    def verdict(self) -> str:
        if len(self.pairs) < PAIRS:
            return "inconclusive"
        if math.isinf(self.goal):
            return "measured"
        return "reached" if self.ratio <= self.goal else "missed"

    def row(self) -> str:
        goal = "none" if math.isinf(self.goal) else self.goal
        ratios = [pair.ratio for pair in self.pairs] or [float("nan")]
        floors = [pair.floor for pair in self.pairs] or [float("nan")]
        return (
            f"| {self.name} | {statistics.median(floors) * 1000:.0f} ms |"
            f" {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |"
            f" {goal} | {self.dropped} | {self.verdict} |"
        )


HEAD = "\n".join(
    (
        "| work | floor | ratio | min | max | goal (at most) | repeated | |",
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
    """Seven good pairs after one discarded.

    `reset` runs before each side and is not timed; `reset_product` replaces it for the product.
    """
    kept: list[Pair] = []
    dropped = 0
    for turn in range(1 + 2 * PAIRS):
        stolen, total = _ticks()
        reset()
        floor_seconds = _timed(floor)
        (reset_product or reset)()
        product_seconds = _timed(product)
        stolen_after, total_after = _ticks()
        steal = (stolen_after - stolen) / max(1, total_after - total)
        if turn == 0:
            continue
        pair = Pair(floor_seconds, product_seconds, steal)
        if steal > STEAL_LIMIT or _is_odd(pair, kept):
            dropped += 1
        else:
            kept.append(pair)
        if len(kept) == PAIRS:
            break
    return Result(name, goal, tuple(kept), dropped)


def _is_odd(pair: Pair, kept: list[Pair]) -> bool:
    if len(kept) < 3:
        return False
    usual = statistics.median(other.floor for other in kept)
    return not usual / 2 <= pair.floor <= usual * 2
