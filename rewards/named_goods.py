"""Goods that offers name, how the catalog writes them, and which of them it does not know."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from config.shared.text import fold
from customers.models import Product, ProductCategory, Sku
from rewards.effect_words import AnyEffect
from segments.fields.pickers import BRANDS, CATEGORIES

_IDS: Final = "ids"
_KINDS: Final = {"products": _IDS, "skus": _IDS, "categories": "categories", "brands": "brands"}


def as_the_catalog_writes(kind: str, names: Sequence[str]) -> list[str]:
    """Categories and brands in the letters of the catalog: lines of a cart are compared with those.

    “DOG FOOD” becomes “Dog food” where that is known; what is not known, and goods of another
    `kind`, stay as they are. At most a statement for categories, two and one for each unknown one
    for brands.
    """
    if not names:
        return []
    if kind == "categories":
        rows = ProductCategory.objects.filter(key__in=[fold(name) for name in names])
        written = dict(rows.values_list("key", "name"))
    elif kind == "brands":
        known = BRANDS.named(names)
        near = (one for name in names if name not in known for one, _label in BRANDS.find(name))
        written = {fold(one): one for one in near} | {fold(one): one for one in known}
    else:
        return list(names)
    return list(dict.fromkeys(written.get(fold(name), name) for name in names))


def unknown_goods(
    effects: Iterable[AnyEffect], rules: Mapping[str, Any] | None = None
) -> list[str]:
    """What effects and conditions name and nothing in the catalog has, in their order.

    An offer may come before its goods; so this is worth a word, and no reason to refuse it. Four
    statements at most, none where no goods are named.
    """
    named = [one for effect in effects for one in _named(effect.details)]
    named += _named(rules or {})
    known = {
        _IDS: _known_ids([name for kind, name in named if kind == _IDS]),
        "categories": CATEGORIES.named([name for kind, name in named if kind == "categories"]),
        "brands": BRANDS.named([name for kind, name in named if kind == "brands"]),
    }
    return list(dict.fromkeys(name for kind, name in named if name not in known[kind]))


def _known_ids(named: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for model in (Product, Sku) if named else ():
        for field in ("public_id", "source_id"):
            known.update(
                model._default_manager.filter(**{f"{field}__in": named}).values_list(
                    field, flat=True
                )
            )
    return known


def _named(details: Any) -> Iterator[tuple[str, str]]:
    """Kind and name of the goods anywhere in details or rules; what cannot be read names none."""
    if isinstance(details, list):
        for one in details:
            yield from _named(one)
    if not isinstance(details, Mapping):
        return
    for name, value in details.items():
        if name in _KINDS and isinstance(value, list):
            yield from ((_KINDS[name], one) for one in value if isinstance(one, str))
        elif name == "gift" and isinstance(value, Mapping):
            yield from ((_IDS, one) for one in value.values() if isinstance(one, str) and one)
        else:
            yield from _named(value)
