"""A validation rule as a tree of plain values; made by `parser`, read by `evaluation`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rewards.conditions.answers import Answer
from rewards.conditions.facts import Facts
from rewards.conditions.needs import Needs


class Condition(Protocol):
    """One thing that must hold; `kind` is its name in JSON and never changes."""

    @property
    def kind(self) -> str: ...
    @property
    def needs(self) -> Needs: ...
    def look(self, facts: Facts) -> Answer:
        """Say whether it holds, with what was seen and what is needed."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition in a rule: `id` is unique there, `message` the marketer's own words."""

    id: str
    condition: Condition
    message: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """`op` is "and" or "or"; `negated` turns the whole group round. No rules: always true."""

    op: str
    rules: tuple["Node", ...]
    negated: bool = False


Node = Leaf | Group

ALWAYS = Group("and", ())
"""The rule that allows everything."""


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield all conditions of a rule in the order they are written."""
    if isinstance(node, Leaf):
        yield node
    else:
        for inner in node.rules:
            yield from leaves(inner)
