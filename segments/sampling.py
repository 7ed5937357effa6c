"""Some customers drawn by chance, and what they tell of all."""

import math
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

SIZES: Final = (1_000, 4_000)  # one after the other, as far as the time goes
_SEED: Final = 20_260_101  # the same customers each time, so that an estimate does not flicker


@dataclass(frozen=True, slots=True)
class Sample:
    """Ids drawn evenly from the range of all ids; behind some of them is no customer (any more).

    `each` is how many ids one that was drawn stands for. `scored_at` is the moment of the kept
    scores they are asked by, where a rule asks for scores: computing them takes all buyers.
    """

    ids: list[int]
    each: float
    scored_at: datetime | None = None

    def of_all(self, found: int) -> int:
        """An estimate of how many customers there are where so many drawn ones were found."""
        return _two_digits(found * self.each)

    def margin(self, found: int) -> int:
        """Half of the 95 % interval by the normal approximation; by the rule of three for none."""
        drawn = len(self.ids)
        if not found:
            return _two_digits(3 * self.each)
        share = found / drawn
        return _two_digits(1.96 * math.sqrt(drawn * share * (1 - share)) * self.each)


def draw(size: int) -> Sample:
    """Two probes of the index; every customer has the same chance."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM customers_customer")
        first, last = cursor.fetchone()
    if first is None:
        return Sample([], 0)
    span = last - first + 1
    ids = sorted(random.Random(_SEED).sample(range(first, last + 1), min(size, span)))  # noqa: S311
    return Sample(ids, span / len(ids))


def _two_digits(number: float) -> int:
    """Rounded to what an estimate can tell."""
    if number < 100:
        return round(number)
    step = int(10 ** (len(str(int(number))) - 2))
    return int(round(number / step) * step)
