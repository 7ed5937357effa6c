"""Splitting an amount over items so that not a minor unit is lost."""

from collections.abc import Sequence

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import ArithmeticInputError


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `amount` over `weights` by largest remainder; the parts sum to `amount` exactly.

    Each part is `floor(amount * weight / total)` at first, then the parts with the largest
    fractional remainders get one minor unit more, the earlier of equals first. A weight of 0
    receives 0, unless all are 0: then they count as equal. A negative amount mirrors the positive
    one. As long as `abs(amount)` is at most the sum of the weights, no part exceeds its weight.

    Weights are amounts in minor units (or quantities), not negative. Raises ArithmeticInputError
    for a negative weight, and for an amount that has nothing to be split over.
    """
    if any(weight < 0 for weight in weights):
        raise ArithmeticInputError(_("An amount cannot be split over negative amounts."))
    if amount < 0:
        return tuple(-part for part in split(-amount, weights))
    if not weights:
        if amount == 0:
            return ()
        raise ArithmeticInputError(_("There is no item to split the amount over."))
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: (-(amount * weights[index] % total), index)
    )
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return tuple(parts)
