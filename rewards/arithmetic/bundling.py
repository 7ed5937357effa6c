"""Which units make bundles: as many bundles, of those units, as take the most off.

A set of units fills bundles when each can be given to a part that wants it. By Hall's theorem that
is so when, for every set of parts, no more units fit only there than those parts want. Such sets
are the independent sets of a transversal matroid, so taking the dearest unit that still fits, one
after the other, gives the most valuable filling. What `n` bundles can cost at most is concave in
`n`, so the best number is found by bisection.
"""

from collections.abc import Callable, Collection, Sequence

from rewards.arithmetic.units import Lot, Taken, count_of


def best_units(
    lots: Sequence[Lot],
    parts: Sequence[Collection[int]],
    quantities: Sequence[int],
    limit: int,
    worth: Callable[[int, int], int],
) -> tuple[int, Taken]:
    """Return how many bundles are best, at most `limit`, and the units they take.

    `lots` come dearest first; `parts` say for each part the lines that can fill it, `quantities`
    how many units one bundle wants of it. `worth(bundles, amount)` says how good bundles are whose
    units cost `amount` together; it is 0 for none and concave. The fewest of the best are taken.
    """
    low, high = 0, min(limit, count_of(lots) // sum(quantities))
    while low < high:
        middle = (low + high) // 2
        if _is_better(lots, parts, quantities, middle, worth):
            low = middle + 1
        else:
            high = middle
    return low, _fill(lots, parts, [low * quantity for quantity in quantities]) or Taken()


def _is_better(
    lots: Sequence[Lot],
    parts: Sequence[Collection[int]],
    quantities: Sequence[int],
    bundles: int,
    worth: Callable[[int, int], int],
) -> bool:
    """Say whether one bundle more than `bundles` can be filled and is worth it."""
    here = _fill(lots, parts, [bundles * quantity for quantity in quantities])
    more = _fill(lots, parts, [(bundles + 1) * quantity for quantity in quantities])
    if here is None or more is None:
        return False
    return worth(bundles + 1, more.amount) > worth(bundles, here.amount)


def _fill(
    lots: Sequence[Lot], parts: Sequence[Collection[int]], wanted: Sequence[int]
) -> Taken | None:
    """Take the dearest units that fill all parts, or None where the cart has too few.

    A set of parts is a number whose bits are the parts. `room[s]` is how many more units may be
    taken that fit only into parts of the set `s`.
    """
    room = [
        sum(count for part, count in enumerate(wanted) if chosen >> part & 1)
        for chosen in range(1 << len(wanted))
    ]
    taken, left = Taken(), sum(wanted)
    around: dict[int, list[int]] = {}  # by set of parts, the sets that it lies in
    for lot in lots:
        if not left:
            break
        fits = sum(1 << part for part, lines in enumerate(parts) if lot.line in lines)
        if fits not in around:
            around[fits] = [chosen for chosen in range(len(room)) if chosen & fits == fits]
        count = min(lot.count, *(room[chosen] for chosen in around[fits]))
        if count:
            for chosen in around[fits]:
                room[chosen] -= count
            taken.add(lot, count)
            left -= count
    return None if left else taken
