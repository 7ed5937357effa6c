"""A rule as a tree of plain values; made by `parser`, read by `compiler`, `wording` and tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Window:
    """The last `count` units up to the moment asked about; days are the customer's own."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`field cmp value`, for facts with a time optionally within a window.

    `where` narrows the facts that count: all of its conditions must hold of the same fact.
    `settings` is what the project had decided about the field when the rule was read.
    """

    path: str
    field: str
    cmp: str
    value: Any = None
    currency: str = ""
    within: Window | None = None
    where: tuple["Condition", ...] = ()
    settings: Any = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A stored condition that nobody can answer any more: what it asks about is gone.

    It matches nobody and neither does its negation; `why` says what is missing.
    """

    path: str
    field: str
    why: str | Promise


@dataclass(frozen=True, slots=True)
class Nested:
    """A condition that asks for other segments, with the rules of those.

    It is true where one of them is (“in”) or where all are false (“not_in”).
    """

    condition: Condition
    rules: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Everyone:
    """The explicit choice to mean everybody."""


@dataclass(frozen=True, slots=True)
class Group:
    """`op` is "and" or "or"; `negated` turns the whole group round."""

    op: str
    rules: tuple["Node", ...]
    negated: bool = False


Node = Condition | Nested | Unknown | Everyone | Group
Leaf = Condition | Nested | Unknown


def leaves(node: Node) -> Iterator[Leaf]:
    """All conditions of a rule, usable or not, in the order they are written."""
    match node:
        case Group():
            for inner in node.rules:
                yield from leaves(inner)
        case Condition() | Nested() | Unknown():
            yield node


def unknowns(node: Node) -> list[Unknown]:
    """The conditions that nobody can answer any more, those of nested segments included."""
    found: list[Unknown] = []
    for leaf in leaves(node):
        if isinstance(leaf, Unknown):
            found.append(leaf)
        elif isinstance(leaf, Nested):
            found += [inner for rule in leaf.rules for inner in unknowns(rule)]
    return found
