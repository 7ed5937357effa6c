"""What a shop asks for: codes, an order and a customer, as plain values.

Amounts are integers in minor units. Whoever makes these has checked types and ranges; what may be
missing is decided by the evaluation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from rewards.arithmetic import Cart, Line
from rewards.wares import Wares, variant


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One line of the order as the shop sent it; the ids are the shop's or ours, as it likes."""

    quantity: int = 1
    price: int | None = None
    amount: int | None = None
    product_id: str = ""
    sku_id: str = ""
    source_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line_amount(self) -> int | None:
        """What the line costs, or None where the shop did not say."""
        if self.amount is not None:
            return self.amount
        return None if self.price is None else self.price * self.quantity

    def line(self, key: str, wares: Wares) -> Line:
        """The item for the arithmetic; both ids of a known product are on it, so that an offer
        finds it by either. A known variant is one of its product.
        """
        named = (self.product_id, self.source_id, self.sku_id)
        variants = tuple(variant(code) for code in (self.sku_id, self.source_id))
        sku = next((wares[name] for name in variants if name in wares), None)
        ware = next((wares[name] for name in named if name in wares), sku)
        return Line(
            key=key,
            amount=self.line_amount or 0,
            quantity=self.quantity,
            unit_price=self.price or 0,
            product_id=ware.product_id if ware else self.product_id,
            source_id=ware.source_id if ware else self.source_id or self.product_id,
            sku_id=sku.sku_id if sku else self.sku_id,
            categories=ware.categories if ware else frozenset(),
            brand=ware.brand if ware else "",
        )


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """The order a code is used on. Without items, `amount` is the price of all the goods."""

    items: tuple[AskedItem, ...] = ()
    amount: int | None = None
    currency: str = ""
    source_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_amount(self) -> bool:
        return bool(self.items) or self.amount is not None

    @property
    def has_item_amounts(self) -> bool:
        return all(item.line_amount is not None for item in self.items)

    def cart(self, currency: str, wares: Wares) -> Cart:
        """The order for the arithmetic, with what is known of its goods, by any of their ids; its
        lines are named by their position.

        Raises ArithmeticInputError where amounts are missing or too large.
        """
        items = self.items or (AskedItem(amount=self.amount),)
        return Cart(
            tuple(item.line(str(place), wares) for place, item in enumerate(items)), currency
        )


@dataclass(frozen=True, slots=True)
class AskedCustomer:
    """Who redeems: by the shop's own id, or by ours (`public_id`)."""

    source_id: str = ""
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class AskedSession:
    """That what the codes take shall be held for this checkout for a while."""

    key: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """Codes that somebody wants to use together, in the order in which they shall work."""

    codes: tuple[str, ...]
    order: AskedOrder | None = None
    customer: AskedCustomer | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    session: AskedSession | None = None

    @property
    def order_source_id(self) -> str:
        """The shop's number of the order; empty where it has none."""
        return self.order.source_id if self.order else ""
