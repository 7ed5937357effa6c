"""What effects and offers took off a cart."""

from dataclasses import dataclass, replace

from rewards.arithmetic.effects import Effect
from rewards.arithmetic.state import CartState


@dataclass(frozen=True, slots=True)
class EffectApplied:
    """What one effect took off each line, in minor units and in the order of the lines.

    The other tuples count units of each line: `units` that were discounted (0 for an effect on
    the order), `bought` that were paid for in exchange, `added` that the effect put into the cart.
    `times` is how many bundles or repeats there were.
    """

    effect: Effect
    base_amount: int
    per_line: tuple[int, ...]
    units: tuple[int, ...] = ()
    bought: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    times: int = 1

    @property
    def discount_amount(self) -> int:
        """What the effect took off in all."""
        return sum(self.per_line)

    def over(self, size: int) -> "EffectApplied":
        """Return the same over a cart that has grown to `size` lines."""
        return replace(
            self,
            per_line=_padded(self.per_line, size),
            units=_padded(self.units, size),
            bought=_padded(self.bought, size),
            added=_padded(self.added, size),
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """What one offer took off, and the cart as it leaves it.

    `per_line` is what a redemption stores and a refund reads; it covers the shipping lines and
    the lines that the offer added, which come last. Everything here is as long as the lines of
    `after`.
    """

    before: CartState
    after: CartState
    effects: tuple[EffectApplied, ...]

    @property
    def per_line(self) -> tuple[int, ...]:
        """What the offer took off each line, in the order of the lines."""
        before = _padded(self.before.line_discounts, len(self.after.line_discounts))
        pairs = zip(self.after.line_discounts, before, strict=True)
        return tuple(after - before for after, before in pairs)

    @property
    def units_per_line(self) -> tuple[int, ...]:
        """How many units of each line the offer discounted; 0 where only the order was.

        Several effects may have discounted the same unit, so it is at most the quantity.
        """
        sums = map(sum, zip(*(effect.units for effect in self.effects), strict=True))
        return tuple(
            min(units, line.quantity)
            for units, line in zip(sums, self.after.cart.lines, strict=True)
        )

    @property
    def added_per_line(self) -> tuple[int, ...]:
        """How many units the offer put into each line."""
        return tuple(map(sum, zip(*(effect.added for effect in self.effects), strict=True)))

    @property
    def discount_amount(self) -> int:
        """What the offer took off the goods, without shipping; added units count in full."""
        return self.total_discount_amount - self.shipping_discount

    @property
    def shipping_discount(self) -> int:
        """What the offer took off shipping."""
        per_line = self.per_line
        return sum(per_line[index] for index in self.after.cart.shipping_indexes)

    @property
    def total_discount_amount(self) -> int:
        """What the offer took off goods and shipping together."""
        return sum(self.per_line)

    @property
    def has_effect(self) -> bool:
        """Say whether the offer changed anything: took something off or added something."""
        return self.total_discount_amount > 0 or any(self.added_per_line)

    def touched_keys(self) -> frozenset[str]:
        """Return the keys of the lines that effects on items took something off or added to."""
        of_items = [effect for effect in self.effects if not effect.effect.is_order_effect]
        return frozenset(
            line.key
            for index, line in enumerate(self.after.cart.lines)
            if any(effect.per_line[index] or effect.added[index] for effect in of_items)
        )


def _padded(values: tuple[int, ...], size: int) -> tuple[int, ...]:
    return values + (0,) * (size - len(values))
