"""Effects that speak of units: free items, buy X get Y, bundles; as data.

A unit that one of them gave, or that was bought or bundled for one, is claimed: nothing else in
this cart uses it again (see CartState).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import (
    WHOLE,
    ArithmeticInputError,
    checked_amount,
    checked_percent,
)
from rewards.arithmetic.cart import Line
from rewards.arithmetic.targets import Base, Target

MOST_PARTS: Final = 8
"""The search for bundles looks at every subset of the parts."""

MOST_BUNDLES: Final = 1000


class Adding(StrEnum):
    """Whether free units are put into the cart; the names of the published effects."""

    MISSING = "ADD_MISSING_ITEMS"
    """Units in the cart become free, and what is missing is added."""
    NEW = "ADD_NEW_ITEMS"
    """Always added, whatever the cart holds."""
    NONE = "NONE"
    """Only units in the cart become free; ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A product with its price in minor units, from which free units can be added to a cart.

    With `sku_id` it is that variant only. `source_id` is the shop's own id of the same thing.
    """

    product_id: str
    unit_price: int
    sku_id: str = ""
    source_id: str = ""
    categories: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    brand: str = ""

    def __post_init__(self) -> None:
        checked_amount("unit_price", self.unit_price)
        if not (self.product_id or self.sku_id or self.source_id):
            raise ArithmeticInputError(_("Say which product is free."))

    def __call__(self, line: Line) -> bool:
        """Say whether a line holds units of it, so that a gift can be a target."""
        by_source = bool(self.source_id) and line.source_id == self.source_id
        if self.sku_id and line.sku_id:
            return line.sku_id == self.sku_id
        if self.sku_id:
            return by_source or line.source_id == self.sku_id
        return by_source or (
            bool(self.product_id) and self.product_id in (line.product_id, line.source_id)
        )

    def line(self, key: str, units: int) -> Line:
        """Return a line of added units."""
        return Line(
            key,
            amount=units * self.unit_price,
            quantity=units,
            unit_price=self.unit_price,
            product_id=self.product_id,
            source_id=self.source_id,
            sku_id=self.sku_id,
            categories=self.categories,
            collections=self.collections,
            brand=self.brand,
            added_quantity=units,
            added_amount=units * self.unit_price,
        )


@dataclass(frozen=True, slots=True)
class FreeUnits:
    """`units` units of a product for nothing: the published UNIT discount.

    Of units in the cart the cheapest become free. Added units join the first line of the product,
    at the price of its units, or become a new line at the price of the gift.
    """

    gift: Gift
    units: int
    adding: Adding = Adding.MISSING

    def __post_init__(self) -> None:
        _check_count(self.units)

    @property
    def is_order_effect(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyGet:
    """Whoever buys `buy_quantity` units of `buy` gets `get_quantity` of `get` at `percent` off.

    Repeated as often as the cart allows, at most `repeats` times (None: no limit). The cheapest
    units of `get` that can be spared are given. No unit is both bought and given, and none that
    costs nothing counts. `cap` limits the discount of all repeats together, in minor units.

    With a `gift` in place of `get`, units of the gift are given for nothing, as `adding` says:
    MISSING gives what is in the cart first, then adds for what is bought beyond.
    """

    buy: Target
    buy_quantity: int
    get: Target | None = None
    get_quantity: int = 1
    percent: Decimal = WHOLE
    repeats: int | None = 1
    cap: int | None = None
    base: Base = Base.DISCOUNTED
    gift: Gift | None = None
    adding: Adding = Adding.MISSING

    def __post_init__(self) -> None:
        checked_percent(self.percent)
        _check_count(self.buy_quantity)
        _check_count(self.get_quantity)
        if self.repeats is not None:
            _check_count(self.repeats)
        if self.cap is not None:
            checked_amount("cap", self.cap)
        if (self.get is None) == (self.gift is None):
            raise ArithmeticInputError(_("Say either which items are given, or which gift."))
        if self.gift is not None and self.percent != WHOLE:
            raise ArithmeticInputError(_("A gift costs nothing; it has no percentage."))

    @property
    def is_order_effect(self) -> bool:
        return False

    @property
    def given(self) -> Target:
        """Which units are given, if they are in the cart."""
        given = self.gift or self.get
        assert given is not None  # noqa: S101 -- checked when it was made
        return given


@dataclass(frozen=True, slots=True)
class BundlePart:
    """`quantity` units of the target belong to every bundle."""

    target: Target
    quantity: int = 1

    def __post_init__(self) -> None:
        _check_count(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Units that together cost `price`, or `percent` or `amount` less; exactly one of the three.

    Up to `limit` bundles are made: as many, and of those units, as take the most off before
    rounding and cap (on a tie fewer bundles, then earlier lines). A unit is in one bundle at
    most, for one part. A fixed price never raises what the units cost. One discount for all
    bundles together, rounded once and split over the bundled units by what they cost.
    """

    parts: tuple[BundlePart, ...]
    price: int | None = None
    percent: Decimal | None = None
    amount: int | None = None
    limit: int = 1
    cap: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.parts) <= MOST_PARTS:
            raise ArithmeticInputError(
                _("A bundle has between 1 and %(most)d parts."), most=MOST_PARTS
            )
        if [self.price, self.percent, self.amount].count(None) != 2:
            raise ArithmeticInputError(
                _("A bundle has a price, a percentage or an amount off, one of them.")
            )
        if self.percent is not None:
            checked_percent(self.percent)
        for name in ("price", "amount", "cap"):
            amount = getattr(self, name)
            if amount is not None:
                checked_amount(name, amount)
        _check_count(self.limit)
        if self.limit > MOST_BUNDLES:
            raise ArithmeticInputError(
                _("At most %(most)d bundles can be made in one order."), most=MOST_BUNDLES
            )

    @property
    def is_order_effect(self) -> bool:
        return False


def _check_count(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ArithmeticInputError(_("A number of units must be a whole number from 1 on."))
    checked_amount("quantity", count)
