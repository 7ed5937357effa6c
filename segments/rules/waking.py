"""When the answer of a rule may next change for a customer by the mere passing of time.

Kept membership revisits a customer when something is written about them, and at this instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from customers.models import DataCategory
from segments.rules.binding import Binder
from segments.rules.compiler import allowed_until, certainly, known
from segments.rules.passing import soonest
from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown

_FOR_EVER: Final = timedelta(days=36_500)


def next_change(node: Node, binder: Binder, gated: frozenset[DataCategory]) -> str:
    """SQL over `c` for the earliest instant strictly after the binder's moment at which passing
    time alone may change whether the rule is certainly true for the customer; NULL for never.

    From the moment asked about up to that instant, without a write, the answer stays. It may be
    early (where facts leave a sum that stays what it is), never late. What only new edges of scores
    change (RFM, price bands) is not announced. Use it with the binder's `joins()`, in a statement
    of its own or beside the answer.
    """
    found = _watched(node, True, binder, gated).at
    if found is None:
        return "NULL::timestamptz"
    forever = f"{binder.value(binder.at + _FOR_EVER)}::timestamptz"
    return f"nullif(LEAST({found}, {forever}), {forever})"


@dataclass(frozen=True, slots=True)
class _Watched:
    """When an answer next changes (None: never), and whether it is `steady`: no clock moves it, at
    most what is known already to come.
    """

    at: str | None
    steady: bool


def _watched(node: Node, wanted: bool, binder: Binder, gated: frozenset[DataCategory]) -> _Watched:
    match node:
        case Everyone() | Unknown():
            return _Watched(None, steady=True)
        case Group():
            asked = wanted != node.negated
            return _group(node.rules, (node.op == "and") == asked, asked, binder, gated)
        case Nested():
            asked = wanted == (node.condition.cmp == "in")
            return _group(node.rules, not asked, asked, binder, gated)
        case Condition():
            return _condition(node, binder, gated)


def _condition(condition: Condition, binder: Binder, gated: frozenset[DataCategory]) -> _Watched:
    """The same whether it is asked to be true or false: only its own truth can change."""
    field = known(condition)
    if field.wakes is None:
        raise TypeError(f"{field.id} was not checked when it was registered")
    wakes = field.wakes(condition, binder)
    at = soonest(wakes, field.coming(condition, binder) if field.coming else None)
    for category in sorted(field.categories_of(condition) & gated):
        at = _while_allowed(at, category, binder)
    return _Watched(at, steady=wakes is None)


def _while_allowed(at: str | None, category: DataCategory, binder: Binder) -> str:
    """Who does not allow to look is not known by any change; who does, until that runs out."""
    until = allowed_until(category, binder)
    return f"CASE WHEN {until} IS NOT NULL THEN {soonest(until, at)} END"


def _group(
    rules: Iterable[Node],
    all_of: bool,
    wanted: bool,
    binder: Binder,
    gated: frozenset[DataCategory],
) -> _Watched:
    """The earliest change of a part, asked behind the steady parts.

    While a steady part of “all of” is not so (or one of “any of” is), nothing else counts, and its
    customers need not be woken for the rest.
    """
    watched = [(rule, _watched(rule, wanted, binder, gated)) for rule in rules]
    moved = soonest(*(part.at for _rule, part in watched if not part.steady))
    steady = [(rule, part) for rule, part in watched if part.steady]
    if moved is None:
        return _Watched(soonest(*(part.at for _rule, part in steady)), steady=True)
    for rule, part in steady:
        answer = certainly(rule, wanted, binder, gated)
        if binder.few and "SELECT" in answer:
            # Looking up facts again costs each of many rules more than waking a few too often.
            moved = soonest(part.at, moved)
            continue
        decided = f"NOT {answer}" if all_of else answer
        moved = f"CASE WHEN {decided} THEN {part.at or 'NULL'} ELSE {soonest(part.at, moved)} END"
    return _Watched(moved, steady=False)
