"""What the catalog tells of products, as far as carts and offers need it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rewards.arithmetic import Gift
from rewards.effects import GiftName


@dataclass(frozen=True, slots=True)
class Ware:
    """A product by our id and the shop's; `unit_price` in minor units, if it is known.

    With `sku_id`, the shop's code of a variant, it is that variant and its price.
    """

    product_id: str
    source_id: str
    unit_price: int | None
    categories: frozenset[str] = frozenset()
    brand: str = ""
    sku_id: str = ""


Wares = Mapping[str, Ware]
"""Products by any of their ids, variants by `variant` of any of theirs."""


def variant(code: str) -> str:
    """The key of a variant: its code may be that of a product as well."""
    return f"sku {code}"


def find_gift(wares: Wares, name: GiftName) -> Gift | None:
    """The product or the variant that an offer gives, at its own price; None where it or its price
    is not known.
    """
    ware = wares.get(variant(name.sku)) or wares.get(name.sku) or wares.get(name.product)
    if ware is None or ware.unit_price is None:
        return None
    return Gift(
        product_id=ware.product_id,
        source_id=ware.source_id,
        sku_id=ware.sku_id or name.sku,
        unit_price=ware.unit_price,
        categories=ware.categories,
        brand=ware.brand,
    )
