"""What a shop asks for: a code, an order and a customer, as plain values.

Amounts are integers in minor units. Whoever makes these has checked types and ranges; what may be
missing is decided by the evaluation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rewards.arithmetic import Cart, Line


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One line of the order as the shop sent it; the ids are the shop's or ours, as it likes."""

    quantity: int = 1
    price: int | None = None
    amount: int | None = None
    product_id: str = ""
    sku_id: str = ""
    source_id: str = ""

    @property
    def line_amount(self) -> int | None:
        """What the line costs, or None where the shop did not say."""
        if self.amount is not None:
            return self.amount
        return None if self.price is None else self.price * self.quantity


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

    def cart(self, currency: str) -> Cart:
        """The order for the arithmetic; its lines are named by their position.

        Raises ArithmeticInputError where amounts are missing or too large.
        """
        items = self.items or (AskedItem(amount=self.amount),)
        return Cart(
            tuple(
                Line(
                    key=str(position),
                    amount=item.line_amount or 0,
                    quantity=item.quantity,
                    unit_price=item.price or 0,
                    product_id=item.product_id,
                    source_id=item.source_id,
                )
                for position, item in enumerate(items)
            ),
            currency,
        )


@dataclass(frozen=True, slots=True)
class AskedCustomer:
    """Who redeems: by the shop's own id, or by ours (`public_id`)."""

    source_id: str = ""
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A code that somebody wants to use."""

    code: str
    order: AskedOrder | None = None
    customer: AskedCustomer | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
