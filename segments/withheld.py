"""Whom a rule cannot find because they do not let us use their data: how many, never who.

A kind of data hides a customer from a rule if she does not allow it, is not certainly described,
and could be if she allowed it: the conditions on that kind would decide, and we may not look. So
she is counted by what the other conditions say of her alone; nothing that she withholds is read,
and the number cannot be used to find out about it by asking twice. Whoever withholds two kinds
that are both needed is hidden by neither alone.
"""

from collections.abc import Iterator

from customers.models import DataCategory
from segments.rules.binding import Binder
from segments.rules.compiler import allowed, categories_of, certainly, known
from segments.rules.tree import Condition, Group, Nested, Node, leaves


def kinds_looked_at(tree: Node, gated: frozenset[DataCategory]) -> list[DataCategory]:
    """The gated kinds of data that the rule asks about, those of nested segments included."""
    return sorted(set(_kinds(tree)) & gated)


def _kinds(tree: Node) -> Iterator[DataCategory]:
    for leaf in leaves(tree):
        match leaf:
            case Condition():
                yield from known(leaf).categories_of(leaf)
            case Nested():
                for rule in leaf.rules:
                    yield from _kinds(rule)


def hidden_by(
    kind: DataCategory, tree: Node, binder: Binder, gated: frozenset[DataCategory]
) -> str:
    """SQL that is true for the customers whom this kind of data hides from the rule."""
    could = _as_if(tree, True, kind, True, binder, gated)
    is_already = _as_if(tree, True, kind, False, binder, gated)
    return f"(NOT {allowed(kind, binder)} AND {could} AND NOT {is_already})"


def _as_if(
    node: Node,
    wanted: bool,
    kind: DataCategory,
    favourable: bool,
    binder: Binder,
    gated: frozenset[DataCategory],
) -> str:
    """As `certainly`, each condition on `kind` taken to come to what is asked of it, or not to."""
    match node:
        case Group():
            all_of, asked, rules = node.op == "and", wanted != node.negated, node.rules
        case Nested():
            all_of, asked, rules = False, wanted == (node.condition.cmp == "in"), node.rules
        case Condition() if kind in (needed := categories_of(node, binder) & gated):
            others = [allowed(one, binder) for one in sorted(needed - {kind})]
            return f"({' AND '.join(['TRUE', *others])})" if favourable else "FALSE"
        case _:
            return certainly(node, wanted, binder, gated)
    word = " AND " if all_of == asked else " OR "
    return f"({word.join(_as_if(r, asked, kind, favourable, binder, gated) for r in rules)})"
