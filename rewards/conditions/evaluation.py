"""Whether a validation rule holds, and because of which conditions it does not.

Three values: a condition about something that is not known neither holds nor fails, and neither
does its negation. A rule allows only what is certain.
"""

from collections.abc import Iterator
from typing import Final

from rewards.conditions.answers import Answer, Failure, Missing
from rewards.conditions.facts import Facts
from rewards.conditions.needs import Needs
from rewards.conditions.tree import Leaf, Node, leaves

_KEYS_OF_MISSING: Final = {
    Missing.ORDER: "missing_order",
    Missing.ITEMS: "missing_order_items",
    Missing.CUSTOMER: "missing_customer",
    Missing.CURRENCY: "order_rules_violated",
}
LONGEST_VALUE: Final = 200
_OF_ORDER: Final = frozenset({"order_amount", "order_count", "items"})
_OF_USE: Final = frozenset({"uses", "budget", "open", "channel"})


def needs(rule: Node) -> Needs:
    """Return which facts a rule may ask for."""
    return Needs.all_of(leaf.condition.needs for leaf in leaves(rule))


def failures(rule: Node, facts: Facts) -> tuple[Failure, ...]:
    """Return all conditions because of which the rule says no; none where it says yes.

    Of an “or” that fails these are all of its conditions: any one of them would do.
    """
    return tuple(_failures(rule, facts, wanted=True))


def first_failure(rule: Node, facts: Facts) -> Failure | None:
    """Return the first of the conditions because of which the rule says no.

    Looks no further than it must, so facts behind a condition that fails are never asked for.
    """
    return next(_failures(rule, facts, wanted=True), None)


def _failures(node: Node, facts: Facts, *, wanted: bool) -> Iterator[Failure]:
    """Yield why a node is not certainly what is wanted; nothing where it is."""
    if isinstance(node, Leaf):
        answer = node.condition.look(facts)
        if answer.holds is not wanted:
            yield _failure(node, answer, wanted)
        return
    wanted = wanted is not node.negated
    all_must = (node.op == "and") is wanted
    if all_must:
        for inner in node.rules:
            yield from _failures(inner, facts, wanted=wanted)
        return
    found: list[Failure] = []
    for inner in node.rules:
        of_inner = tuple(_failures(inner, facts, wanted=wanted))
        if not of_inner:
            return
        found += of_inner
    yield from found


def _failure(leaf: Leaf, answer: Answer, wanted: bool) -> Failure:
    return Failure(
        rule_id=leaf.id,
        kind=leaf.condition.kind,
        key=_key(leaf, answer),
        seen=_short(answer.seen),
        needed=_short(answer.needed),
        message=leaf.message,
        negated=not wanted,
        missing=answer.missing,
    )


def _short(value: str) -> str:
    """Return a value within what is stored of a refusal."""
    return value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"


def _key(leaf: Leaf, answer: Answer) -> str:
    """Return the published key of a failure."""
    if answer.missing in _KEYS_OF_MISSING:
        return _KEYS_OF_MISSING[answer.missing]
    kind, asked = leaf.condition.kind, leaf.condition.needs
    if kind in _OF_ORDER or "order" in asked.metadata:
        return "order_rules_violated"
    if kind in _OF_USE or {"redemption", "voucher"} & asked.metadata:
        return "redemption_rules_violated"
    return "customer_rules_violated"
