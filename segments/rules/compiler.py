"""A tree to one SQL condition over customers.

Three values without a third column: a node is compiled for what is asked of it, "certainly true" or
"certainly false". A condition on data that may not be used is neither, so a negation cannot reach
people by what we may not know; `and`, `or` and `not` follow Kleene. Values are always parameters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.models import DataCategory
from customers.selectors import gated_categories
from segments.rules.binding import Binder
from segments.rules.fields import FIELDS
from segments.rules.tree import Condition, Everyone, Group, Node

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
    using: DataCategory | None = None,
) -> Compiled:
    """The customers for whom the rule is certainly true at that moment; `few` as in `Binder`.

    `gated` are the kinds of data that need permission, read from the project where not given.
    `using` is what the asker itself uses of whoever is found, beside what the rule looks at.
    """
    binder = Binder(at, few=few)
    asking = gated_categories() if gated is None else frozenset(gated)
    where = certainly(tree, True, binder, asking)
    if using is not None and using in asking:
        where = f"({allowed(using, binder)} AND {where})"
    return Compiled(binder.joins(), f"({UNRESTRICTED} AND {where})", binder.params)


def certainly(node: Node, wanted: bool, binder: Binder, gated: frozenset[DataCategory]) -> str:
    """SQL that is true where the node is certainly `wanted`; never NULL."""
    match node:
        case Everyone():
            return "TRUE" if wanted else "FALSE"
        case Group():
            inner_wanted = wanted != node.negated
            word = " AND " if (node.op == "and") == inner_wanted else " OR "
            inner = (certainly(rule, inner_wanted, binder, gated) for rule in node.rules)
            return f"({word.join(inner)})"
        case Condition():
            known = FIELDS[node.field]
            predicate = known.predicate(node, binder)
            asked = predicate if wanted else f"NOT ({predicate})"
            if known.category not in gated:
                return f"({asked})"
            return f"({allowed(known.category, binder)} AND {asked})"


def allowed(category: DataCategory, binder: Binder) -> str:
    """SQL that is true for customers who let us use this category of data."""
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND s.data_category = {binder.value(category.value)} AND s.allowed"
        f" AND (s.valid_until IS NULL OR s.valid_until > {binder.value(binder.at)}))"
    )
