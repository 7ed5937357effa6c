"""A cart with what the offers so far have taken off it, line by line and unit by unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import ArithmeticInputError
from rewards.arithmetic.cart import Cart, Line


@dataclass(frozen=True, slots=True)
class CartState:
    """A cart as the offers so far have left it: what a next offer sees and is checked against.

    Some units of a line are *claimed*: an offer gave them for free, or they were bought or bundled
    for one. No other unit effect uses them again. `claimed_units` counts them by line and
    `claimed_amounts` is what they still cost together; the rest of the line is *open*. Both may be
    left empty for nothing claimed. `closed` are the keys of lines that no further item effect may
    touch (where only one offer may change a product).
    """

    cart: Cart
    line_discounts: tuple[int, ...]
    """The discount of each line so far, in the order of the lines; minor units."""
    claimed_units: tuple[int, ...] = ()
    claimed_amounts: tuple[int, ...] = ()
    closed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        size = len(self.cart.lines)
        if len(self.line_discounts) != size:
            raise ArithmeticInputError(_("Every line of the cart needs its discount."))
        for line, discount in zip(self.cart.lines, self.line_discounts, strict=True):
            if not 0 <= discount <= line.amount:
                raise ArithmeticInputError(
                    _("The discount of a line must lie between 0 and its amount.")
                )
        # The way of a frozen dataclass.
        object.__setattr__(self, "claimed_units", self.claimed_units or (0,) * size)
        object.__setattr__(self, "claimed_amounts", self.claimed_amounts or (0,) * size)
        for index in range(size):
            if self.open_units(index) < 0 or self.open_amount(index) < 0:
                raise ArithmeticInputError(_("More units are claimed than the line has."))

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

    def open_units(self, index: int) -> int:
        """Return how many units of the line no unit effect has claimed."""
        return self.cart.lines[index].quantity - self.claimed_units[index]

    def open_amount(self, index: int) -> int:
        """Return what the open units of the line still cost together, in minor units."""
        return self.remaining(index) - self.claimed_amounts[index]

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

    def less(self, per_line: Sequence[int]) -> "CartState":
        """Return the state after a further discount of each whole line.

        What it takes off the claimed units of a line is their share, rounded down.
        """
        claimed_amounts = [
            claimed - (discount * claimed // self.remaining(index) if claimed else 0)
            for index, (claimed, discount) in enumerate(
                zip(self.claimed_amounts, per_line, strict=True)
            )
        ]
        return self._with(per_line, self.claimed_units, claimed_amounts)

    def less_of_open(self, per_line: Sequence[int]) -> "CartState":
        """Return the state after a discount of open units, which stay open."""
        return self._with(per_line, self.claimed_units, self.claimed_amounts)

    def claiming(
        self, per_line: Sequence[int], units: Sequence[int], left: Sequence[int]
    ) -> "CartState":
        """Return the state after open `units` of each line were claimed and discounted.

        `left` is what the units claimed now still cost after their discount `per_line`.
        """
        return self._with(
            per_line,
            _sums(self.claimed_units, units),
            _sums(self.claimed_amounts, left),
        )

    def growing(self, index: int, units: int, unit_price: int) -> "CartState":
        """Return the state with free units, claimed at once, added to the line at `index`."""
        lines = list(self.cart.lines)
        lines[index] = lines[index].grown(units, unit_price)
        return replace(
            self,
            cart=Cart(tuple(lines), self.cart.currency),
            line_discounts=_plus_at(self.line_discounts, index, units * unit_price),
            claimed_units=_plus_at(self.claimed_units, index, units),
        )

    def appending(self, line: Line) -> "CartState":
        """Return the state with a line at its end whose units are all free and claimed at once."""
        return replace(
            self,
            cart=Cart((*self.cart.lines, line), self.cart.currency),
            line_discounts=(*self.line_discounts, line.amount),
            claimed_units=(*self.claimed_units, line.quantity),
            claimed_amounts=(*self.claimed_amounts, 0),
        )

    def closing(self, keys: Iterable[str]) -> "CartState":
        """Return the state in which no further item effect touches these lines."""
        return replace(self, closed=self.closed | frozenset(keys))

    def _with(
        self, per_line: Sequence[int], units: Sequence[int], amounts: Sequence[int]
    ) -> "CartState":
        return replace(
            self,
            line_discounts=_sums(self.line_discounts, per_line),
            claimed_units=tuple(units),
            claimed_amounts=tuple(amounts),
        )


def _sums(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _plus_at(values: Sequence[int], index: int, more: int) -> tuple[int, ...]:
    return (*values[:index], values[index] + more, *values[index + 1 :])
