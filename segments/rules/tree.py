"""A rule as a tree of plain values; made by `parser`, read by `compiler`, `wording` and tests."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """The last `count` units up to the moment asked about; days are the customer's own."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`field cmp value`, for facts with a time optionally within a window."""

    path: str
    field: str
    cmp: str
    value: Any = None
    currency: str = ""
    within: Window | None = None


@dataclass(frozen=True, slots=True)
class Everyone:
    """The explicit choice to mean everybody."""


@dataclass(frozen=True, slots=True)
class Group:
    """`op` is "and" or "or"; `negated` turns the whole group round."""

    op: str
    rules: tuple["Node", ...]
    negated: bool = False


Node = Condition | Everyone | Group


def conditions(node: Node) -> list[Condition]:
    """All conditions of a rule, in the order they are written."""
    match node:
        case Group():
            return [found for inner in node.rules for found in conditions(inner)]
        case Condition():
            return [node]
    return []
