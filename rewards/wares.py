"""What the catalog tells of products, as far as carts and offers need it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rewards.arithmetic import Gift
from rewards.effects import GiftName


@dataclass(frozen=True, slots=True)
class Ware:
    """A product by our id and the shop's; `unit_price` in minor units, if it is known."""

    product_id: str
    source_id: str
    unit_price: int | None
    categories: frozenset[str] = frozenset()
    brand: str = ""


Wares = Mapping[str, Ware]
"""Products by any of their ids."""


def find_gift(wares: Wares, name: GiftName) -> Gift | None:
    """The product that an offer gives, or None where it or its price is not known."""
    ware = wares.get(name.sku) or wares.get(name.product)
    if ware is None or ware.unit_price is None:
        return None
    return Gift(
        product_id=ware.product_id,
        source_id=ware.source_id,
        sku_id=name.sku,
        unit_price=ware.unit_price,
        categories=ware.categories,
        brand=ware.brand,
    )
