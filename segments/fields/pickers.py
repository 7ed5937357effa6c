"""How products, categories, brands, segments and lists are found by typing.

What is in a sensitive category is not offered: no rule may ask about it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from config.shared.text import fold
from customers.models import Product, ProductCategory
from customers.selectors import sensitive_categories, sensitive_products
from segments.models import Segment, StaticList
from segments.rules.search import MOST_FOUND, Named, Search, among

_MOST_BRANDS: Final = 5_000  # looked through; a shop has far fewer
_HAS_CATEGORY: Final = "p.categories @> ARRAY[w.value]::varchar[] OR p.category = w.value"
_HAS_BRAND: Final = "p.brand = w.value"


def _harmless() -> QuerySet[Product]:
    names = ProductCategory.objects.filter(is_sensitive=True).values_list("name", flat=True)
    sensitive = list(names)
    return (
        Product.objects.exclude(categories__overlap=sensitive)
        if sensitive
        else Product.objects.all()
    )


def _label(name: str, code: str) -> str:
    return f"{name} · {code}" if name else code


def _find_products(text: str) -> list[Named]:
    """By all words of the name or code, wherever they stand; the code itself comes first."""
    words = fold(text).split()
    wanted = Q()
    for word in words:
        wanted &= Q(search__contains=word)
    rows = _harmless().filter(wanted | Q(source_id=text.strip()) if words else wanted)
    found = list(rows.order_by("name", "source_id").values_list("source_id", "name")[:MOST_FOUND])
    found.sort(key=lambda row: fold(row[0]) != fold(text))
    return [(code, _label(name, code)) for code, name in found]


def _named_products(values: Sequence[str]) -> dict[str, str]:
    rows = Product.objects.filter(Q(source_id__in=values) | Q(public_id__in=values))
    labels = {}
    for code, public_id, name in rows.values_list("source_id", "public_id", "name"):
        labels[code] = labels[public_id] = _label(name, code)
    return {value: labels[value] for value in values if value in labels}


def _find_categories(text: str) -> list[Named]:
    rows = ProductCategory.objects.filter(is_sensitive=False, key__contains=fold(text))
    names = rows.order_by("key").values_list("name", flat=True)[: MOST_FOUND * 5]
    return among({name: name for name in names}, text)


def _named_categories(values: Sequence[str]) -> dict[str, str]:
    """Also those of products that came past our services and made no row of their own."""
    rows = ProductCategory.objects.filter(name__in=values)
    known = set(rows.values_list("name", flat=True))
    known |= _of_products(_HAS_CATEGORY, [value for value in values if value not in known])
    return {name: name for name in values if name in known}


def _find_brands(text: str) -> list[Named]:
    brands = _harmless().exclude(brand="").values_list("brand", flat=True).distinct()
    return among({brand: brand for brand in brands[:_MOST_BRANDS]}, text)


def _named_brands(values: Sequence[str]) -> dict[str, str]:
    known = _of_products(_HAS_BRAND, values)
    return {brand: brand for brand in values if brand in known}


def _of_products(has: str, values: Sequence[str]) -> set[str]:
    """Those of the values that a product has; the first product found is enough for each."""
    if not values:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.value FROM unnest(%s::text[]) AS w (value)"
            f" WHERE EXISTS (SELECT FROM customers_product p WHERE {has})",
            [list(values)],
        )
        return {value for (value,) in cursor.fetchall()}


PRODUCTS: Final = Search(_find_products, _named_products, sensitive=sensitive_products, coded=True)
CATEGORIES: Final = Search(_find_categories, _named_categories, sensitive=sensitive_categories)
BRANDS: Final = Search(_find_brands, _named_brands)


def _by_name(model: type[Segment] | type[StaticList]) -> Search:
    def labels(rows: QuerySet[Segment] | QuerySet[StaticList]) -> Mapping[str, str]:
        return dict(rows.values_list("public_id", "name"))

    return Search(
        lambda text: among(labels(model.objects.all()), text),
        lambda values: labels(model.objects.filter(public_id__in=values)),
    )


SEGMENTS: Final = _by_name(Segment)
LISTS: Final = _by_name(StaticList)
