"""The registry of rows that name a customer directly: what becomes of them when two records become
one.

Everything else hangs on an identity and follows it. Each app says in `AppConfig.ready()` what
becomes of its own; a test fails for a model with a foreign key to Customer that is not here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

Wins = Callable[[Any, Any], bool]
Remake = Callable[[Sequence[int]], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that go over to the kept customer.

    `same` names the fields that, together with the customer, may occur once: where both have one,
    the kept customer's stays and the other waits in the merge, unless `absorbed_wins(kept,
    absorbed)` says the other way round.
    """

    model: type[Model]
    field: str = "customer"
    same: tuple[str, ...] = ()
    absorbed_wins: Wins | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """Rows that are made from others: those of both are dropped and made anew by a remaking."""

    model: type[Model]
    field: str = "customer"


_moved: dict[type[Model], Moved] = {}
_derived: dict[type[Model], Derived] = {}
_remaking: list[Remake] = []


def register(entry: Moved | Derived) -> None:
    """Say what becomes of a model's rows; ValueError where that was said already."""
    if entry.model in _moved or entry.model in _derived:
        raise ValueError(f"{entry.model.__name__} is registered already")
    if isinstance(entry, Moved):
        _moved[entry.model] = entry
    else:
        _derived[entry.model] = entry


def remake_with(remake: Remake) -> None:
    """Have `remake` called with the customers whose rows moved, in the same transaction.

    Their rows are locked. It makes derived rows anew, also where those of before are gone.
    """
    _remaking.append(remake)


def moved() -> list[Moved]:
    """Every model whose rows go over, in the order in which they were registered."""
    return list(_moved.values())


def derived() -> list[Derived]:
    return list(_derived.values())


def remaking() -> list[Remake]:
    return list(_remaking)


def registered() -> set[tuple[type[Model], str]]:
    """Every model and field something is said about."""
    entries: list[Moved | Derived] = [*_moved.values(), *_derived.values()]
    return {(entry.model, entry.field) for entry in entries}
