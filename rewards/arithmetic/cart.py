"""A cart, and a cart with what the offers so far have taken off it."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    `unit_price` is kept for rules and effects that speak of units. Both in minor units. `key`
    identifies the line within its cart. A line of the product SHIPPING_PRODUCT_ID is shipping.
    """

    key: str
    amount: int
    quantity: int = 1
    unit_price: int = 0
    product_id: str = ""
    source_id: str = ""
    is_shipping: bool = False

    def __post_init__(self) -> None:
        checked_amount("amount", self.amount)
        checked_amount("unit_price", self.unit_price)
        if isinstance(self.quantity, bool) or not isinstance(self.quantity, int):
            raise ArithmeticInputError(_("A quantity must be a whole number."))
        if not 1 <= self.quantity <= LARGEST_AMOUNT:
            raise ArithmeticInputError(_("A quantity must be at least 1."))
        if SHIPPING_PRODUCT_ID in (self.product_id, self.source_id):
            object.__setattr__(self, "is_shipping", True)  # the way of a frozen dataclass


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


@dataclass(frozen=True, slots=True)
class CartState:
    """A cart as the offers so far have left it: what a next offer sees and is checked against."""

    cart: Cart
    line_discounts: tuple[int, ...]
    """The discount of each line so far, in the order of the lines; minor units."""

    def __post_init__(self) -> None:
        if len(self.line_discounts) != len(self.cart.lines):
            raise ArithmeticInputError(_("Every line of the cart needs its discount."))
        for line, discount in zip(self.cart.lines, self.line_discounts, strict=True):
            if not 0 <= discount <= line.amount:
                raise ArithmeticInputError(
                    _("The discount of a line must lie between 0 and its amount.")
                )

    @classmethod
    def of(cls, cart: Cart) -> "CartState":
        """Return the state of a cart before any offer."""
        return cls(cart, (0,) * len(cart.lines))

    def remaining(self, index: int) -> int:
        """Return what the line at `index` still costs, in minor units."""
        return self.cart.lines[index].amount - self.line_discounts[index]

    def remaining_of(self, indexes: Iterable[int]) -> int:
        """Return what these lines still cost together, in minor units."""
        return sum(self.remaining(index) for index in indexes)

    @property
    def items_amount(self) -> int:
        """What the goods still cost, without shipping."""
        return self.remaining_of(self.cart.item_indexes)

    @property
    def shipping_amount(self) -> int:
        """What shipping still costs."""
        return self.remaining_of(self.cart.shipping_indexes)

    @property
    def discount_amount(self) -> int:
        """What all offers so far took off, shipping included."""
        return sum(self.line_discounts)

    @property
    def total_amount(self) -> int:
        """What is still to be paid, shipping included."""
        return self.cart.amount - self.discount_amount

    def less(self, per_line: tuple[int, ...]) -> "CartState":
        """Return the state after a further discount of each line."""
        pairs = zip(self.line_discounts, per_line, strict=True)
        return CartState(self.cart, tuple(before + more for before, more in pairs))
