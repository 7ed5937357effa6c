"""Chance from a fixed seed: the same picks on every machine, in every version of Python.

Each pick is a hash of the seed, what is picked and for whom, so no pick depends on another one or
on the order of rows.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

SEED: Final = "vesile demo"

T = TypeVar("T")


def number(what: str, whom: str) -> int:
    """A 64-bit number."""
    digest = hashlib.sha256(f"{SEED}:{what}:{whom}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def share(what: str, whom: str) -> float:
    """A number from 0 up to but not including 1."""
    return (number(what, whom) >> 11) / (1 << 53)


def one_of(options: Sequence[T], what: str, whom: str) -> T:
    return options[number(what, whom) % len(options)]


def shuffled(whom: Iterable[str], what: str) -> list[str]:
    """The same people in an order that only `what` decides."""
    return sorted(whom, key=lambda name: (number(what, name), name))
