"""A tree to one SQL condition over customers.

Three values without a third column: a node is compiled for what is asked of it, "certainly true" or
"certainly false". A condition on data that may not be used is neither, so a negation cannot reach
people by what we may not know; `and`, `or` and `not` follow Kleene. Values are always parameters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from customers.selectors import gated_categories
from segments.errors import RuleError
from segments.rules.binding import Binder
from segments.rules.fields import Field, field_of
from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown

# Whose processing is restricted is in no segment: choosing people by their data is processing it.
UNRESTRICTED = "c.restriction = ''"


@dataclass(frozen=True, slots=True)
class Compiled:
    """Use as `FROM customers_customer c {joins} WHERE {where}` with the named `params`."""

    joins: str
    where: str
    params: dict[str, Any]


def compile_rules(
    tree: Node,
    *,
    at: datetime,
    gated: Iterable[DataCategory] | None = None,
    few: bool = False,
    stored_scores: bool = False,
    using: DataCategory | None = None,
) -> Compiled:
    """The customers for whom the rule is certainly true at that moment.

    `few` and `stored_scores` as in `Binder`.

    `gated` are the kinds of data that need permission, read from the project where not given.
    `using` is what the asker itself uses of whoever is found, beside what the rule looks at.
    """
    binder = Binder(at, few=few, stored_scores=stored_scores)
    return compiled_with(binder, tree, gated=gated, using=using)


def compiled_with(
    binder: Binder,
    tree: Node,
    *,
    gated: Iterable[DataCategory] | None = None,
    using: DataCategory | None = None,
) -> Compiled:
    """As `compile_rules`, with a binder that was told more."""
    asking = gated_categories() if gated is None else frozenset(gated)
    where = certainly(tree, True, binder, asking)
    if using is not None and using in asking:
        where = f"({allowed(using, binder)} AND {where})"
    binder.together = _together(tree, binder)
    return Compiled(binder.joins(), f"({UNRESTRICTED} AND {where})", binder.params)


def certainly(
    node: Node,
    wanted: bool,
    binder: Binder,
    gated: frozenset[DataCategory],
    given: frozenset[DataCategory] = frozenset(),
) -> str:
    """SQL that is true where the node is certainly `wanted`; never NULL.

    `given` are the kinds of data whose use is asked for already around it.
    """
    match node:
        case Everyone():
            return "TRUE" if wanted else "FALSE"
        case Unknown():
            return "FALSE"
    needed = _always_needed(node, wanted, binder, gated) - given
    inside = _inside(node, wanted, binder, gated, given | needed)
    return f"({' AND '.join([*(allowed(one, binder) for one in sorted(needed)), inside])})"


def _inside(
    node: Group | Nested | Condition,
    wanted: bool,
    binder: Binder,
    gated: frozenset[DataCategory],
    given: frozenset[DataCategory],
) -> str:
    if isinstance(node, Condition):
        predicate = known(node).predicate(node, binder)
        return predicate if wanted else f"NOT ({predicate})"
    rules, all_hold, asked = _asked(node, wanted)
    word = " AND " if all_hold else " OR "
    return f"({word.join(certainly(rule, asked, binder, gated, given) for rule in rules)})"


def _asked(node: Group | Nested, wanted: bool) -> tuple[tuple[Node, ...], bool, bool]:
    """The parts of a node, whether all of them must be something, and what."""
    if isinstance(node, Nested):
        asked = wanted == (node.condition.cmp == "in")
        return node.rules, not asked, asked
    asked = wanted != node.negated
    return node.rules, (node.op == "and") == asked, asked


def _together(tree: Node, binder: Binder) -> list[frozenset[str]]:
    """Groupings of which everybody described is in one at least; none of them twice."""
    if len(set(binder.needed.values())) < 2:
        return []
    needed = [one for one in _needed(tree, True, binder) if one]
    taken = frozenset[str]().union(*(one for one in needed if len(one) == 1))
    found = []
    for aliases in sorted(needed, key=len):
        if len(aliases) > 1 and not aliases & taken:
            found.append(aliases)
            taken |= aliases
    return found


def _needed(node: Node, wanted: bool, binder: Binder) -> list[frozenset[str]]:
    """Sets of groupings: who is certainly `wanted` is in one of each set at least."""
    match node:
        case Condition():
            predicate = known(node).predicate(node, binder)
            alias = binder.needed.get(predicate) if wanted else None
            return [frozenset({alias})] if alias else []
        case Group() | Nested():
            rules, all_hold, asked = _asked(node, wanted)
            each = [_needed(rule, asked, binder) for rule in rules]
            if all_hold:
                return [one for sets in each for one in sets]
            if all(each):
                return [frozenset[str]().union(*(min(sets, key=len) for sets in each))]
    return []


def _always_needed(
    node: Node, wanted: bool, binder: Binder, gated: frozenset[DataCategory]
) -> frozenset[DataCategory]:
    """The gated kinds of data without which the node cannot certainly be `wanted`.

    They are asked for once, around it, instead of at every condition.
    """
    match node:
        case Condition():
            return categories_of(node, binder) & gated
        case Group() | Nested():
            rules, all_hold, asked = _asked(node, wanted)
            each = [_always_needed(rule, asked, binder, gated) for rule in rules]
            return frozenset.union(*each) if all_hold else frozenset.intersection(*each)
    return frozenset()


def categories_of(condition: Condition, binder: Binder) -> frozenset[DataCategory]:
    """The kinds of data that a condition looks at, read once for the whole question."""
    found: frozenset[DataCategory] = binder.known(
        ("categories", repr(condition)), lambda: known(condition).categories_of(condition)
    )
    return found


def known(condition: Condition) -> Field:
    """The field of a condition; raises RuleError where it is gone since the rule was read."""
    field = field_of(condition.field)
    if field is None:
        raise RuleError(condition.path, _("There is no such field."))
    return field


def allowed(category: DataCategory, binder: Binder) -> str:
    """SQL that is true for customers who let us use this category of data."""
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND s.data_category = {binder.value(category.value)} AND s.allowed"
        f" AND (s.valid_until IS NULL OR s.valid_until > {binder.now()}))"
    )


def allowed_until(category: DataCategory, binder: Binder) -> str:
    """SQL for the end of that permission, infinity where it has none; NULL without permission."""
    return binder.each(
        f"until_{category.value.lower()}",
        "max(coalesce(s.valid_until, 'infinity'))",
        f"FROM customers_consentstate s WHERE s.data_category = {binder.value(category.value)}"
        f" AND s.allowed AND (s.valid_until IS NULL OR s.valid_until > {binder.now()})",
        "s.customer_id",
    )
