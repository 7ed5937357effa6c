"""A cart: the lines of one order, shipping included."""

from dataclasses import dataclass, replace
from typing import Final

from config.shared.invalid import marked as _
from config.shared.money import LARGEST_AMOUNT
from rewards.arithmetic.amounts import ArithmeticInputError, checked_amount

SHIPPING_PRODUCT_ID: Final = "prod_5h1pp1ng"
"""The product by which the published API marks the line that is the shipping fee."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cart.

    `amount` is the price of the whole line before discounts and what the arithmetic works with;
    `unit_price` is what the shop calls the price of a unit. Both in minor units. `key` identifies
    the line within its cart. A line of the product SHIPPING_PRODUCT_ID is shipping.

    `categories`, `collections` and `brand` are what targets and conditions look for, in whatever
    form their sets are written. `added_quantity` and `added_amount` are the part of the line that
    an offer put into the cart; what the customer chose is `initial_quantity`, `initial_amount`.
    """

    key: str
    amount: int
    quantity: int = 1
    unit_price: int = 0
    product_id: str = ""
    source_id: str = ""
    is_shipping: bool = False
    sku_id: str = ""
    categories: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    brand: str = ""
    added_quantity: int = 0
    added_amount: int = 0

    def __post_init__(self) -> None:
        checked_amount("amount", self.amount)
        checked_amount("unit_price", self.unit_price)
        if isinstance(self.quantity, bool) or not isinstance(self.quantity, int):
            raise ArithmeticInputError(_("A quantity must be a whole number."))
        if not 1 <= self.quantity <= LARGEST_AMOUNT:
            raise ArithmeticInputError(_("A quantity must be at least 1."))
        if SHIPPING_PRODUCT_ID in (self.product_id, self.source_id):
            object.__setattr__(self, "is_shipping", True)  # the way of a frozen dataclass
        if not (
            0 <= self.added_quantity <= self.quantity and 0 <= self.added_amount <= self.amount
        ):
            raise ArithmeticInputError(_("What an offer added is part of its line."))

    @property
    def initial_quantity(self) -> int:
        """How many units the customer put into the cart."""
        return self.quantity - self.added_quantity

    @property
    def initial_amount(self) -> int:
        """What those units cost before discounts, in minor units."""
        return self.amount - self.added_amount

    def grown(self, units: int, unit_price: int) -> "Line":
        """Return the line with `units` more of itself, added by an offer at `unit_price` each."""
        return replace(
            self,
            amount=self.amount + units * unit_price,
            quantity=self.quantity + units,
            added_quantity=self.added_quantity + units,
            added_amount=self.added_amount + units * unit_price,
        )


@dataclass(frozen=True, slots=True)
class Cart:
    """The lines of one order in one currency, shipping included."""

    lines: tuple[Line, ...]
    currency: str

    def __post_init__(self) -> None:
        if len({line.key for line in self.lines}) != len(self.lines):
            raise ArithmeticInputError(_("Two lines of the cart have the same key."))
        checked_amount("The total of the cart", sum(line.amount for line in self.lines))

    @property
    def item_indexes(self) -> tuple[int, ...]:
        """The positions of the lines that are goods and not shipping."""
        return tuple(index for index, line in enumerate(self.lines) if not line.is_shipping)

    @property
    def shipping_indexes(self) -> tuple[int, ...]:
        """The positions of the shipping lines."""
        return tuple(index for index, line in enumerate(self.lines) if line.is_shipping)

    @property
    def amount(self) -> int:
        """What everything costs before discounts, shipping included, in minor units."""
        return sum(line.amount for line in self.lines)
