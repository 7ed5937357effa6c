"""No rule may ask who bought what is in a sensitive category."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.selectors import sensitive_categories, sensitive_products
from segments.errors import RuleError
from segments.rules.tree import Condition, Node, leaves

_PRODUCTS: Final = {"product", "product.bought"}
_CATEGORIES: Final = {
    "product.category",
    "product.category_bought",
    "interest.told_category",
    "interest.bought_category",
    "interest.viewed_category",
    "interest.searched_category",
}


def refuse_sensitive(rules: Node) -> None:
    """Raise RuleError where a rule names a product or category that is sensitive.

    What becomes sensitive later stays in the rules it is in, where it is found for nobody.
    """
    for condition in _asked(rules):
        if condition.field in _PRODUCTS:
            named = sensitive_products(condition.value)
        elif condition.field in _CATEGORIES:
            named = sensitive_categories(condition.value)
        else:
            continue
        if named:
            raise RuleError(
                f"{condition.path}.value",
                _(
                    "“%(name)s” is sensitive: what was bought there is known to no rule. "
                    "Leave it out."
                )
                % {"name": named[0]},
            )


def _asked(rules: Node) -> Iterator[Condition]:
    for leaf in leaves(rules):
        if isinstance(leaf, Condition):
            yield leaf
            yield from leaf.where
