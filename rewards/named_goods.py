"""Products and variants that effects name, and which of them the catalog does not know."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from customers.models import Product, Sku
from rewards.effect_words import AnyEffect


def unknown_goods(effects: Iterable[AnyEffect]) -> list[str]:
    """The ids that effects name and nothing in the catalog has, in the order of the effects.

    An offer may come before its goods; so this is worth a word, and no reason to refuse it. Two
    statements, none where effects name no goods.
    """
    named = list(dict.fromkeys(name for effect in effects for name in _named(effect.details)))
    if not named:
        return []
    known: set[str] = set()
    for model in (Product, Sku):
        for field in ("public_id", "source_id"):
            known.update(
                model._default_manager.filter(**{f"{field}__in": named}).values_list(
                    field, flat=True
                )
            )
    return [name for name in named if name not in known]


def _named(details: Any) -> Iterator[str]:
    """The ids anywhere in the details of an effect; what cannot be read names none."""
    if isinstance(details, list):
        for one in details:
            yield from _named(one)
    if not isinstance(details, Mapping):
        return
    for name, value in details.items():
        if name in ("products", "skus") and isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
        elif name == "gift" and isinstance(value, Mapping):
            yield from (one for one in value.values() if isinstance(one, str) and one)
        else:
            yield from _named(value)
