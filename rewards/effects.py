"""Effects as they are stored and sent, and as the arithmetic knows them. Pure.

A stored effect has its kind, the numbers people look for (percent, amount, cap) and `details`, a
JSON object of the kind. `read_effect` alone reads them.

    percent      {"target", "pick", "base", "include_shipping", "minimum_quantity",
    amount        "minimum_amount", "line_cap"}; amount has "spread" too
    fixed_price  the same, without "line_cap"; per unit where it is aimed at items
    unit         {"gift": {"product": "mug"}, "units": 1, "adding": "ADD_MISSING_ITEMS"}
    buy_get      {"buy": {…}, "buy_quantity": 2, "get": {…} or "gift": {…}, "get_quantity": 1,
                  "repeats": 3 or null, "base", "adding"}; `percent` is what the given units cost
                  less (100 where it is empty), `cap_amount` limits all of it
    bundle       {"parts": [{"items": {…}, "quantity": 1}], "by": "price"|"percent"|"amount",
                  "limit": 1}; `amount` is the price or the amount off
    free_shipping  {}

A target is absent for the order, else what `rewards.selecting` reads ({} is every item). A pick is
{"which", "of", "count", "per_line", "skip", "every"}. A gift names "product" and, where it is one
variant, "sku", by our id or the shop's; its price comes from the catalog.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from config.shared.invalid import marked as _
from rewards.arithmetic import (
    ORDER,
    Adding,
    AmountOff,
    ArithmeticInputError,
    Base,
    Bundle,
    BundlePart,
    BuyGet,
    Effect,
    FixedPrice,
    FreeShipping,
    FreeUnits,
    Gift,
    PercentOff,
    Pick,
    PickOf,
    Spread,
    Target,
    Which,
)
from rewards.arithmetic.multibuy import MOST_PARTS
from rewards.reading import Given, ReadingError, boolean, currency, listed, one_of, positive, text
from rewards.reading import whole as number
from rewards.selecting import read_selector


@dataclass(frozen=True, slots=True)
class GiftName:
    """A product, or one variant of it, by our id or the shop's own."""

    product: str
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEffect:
    """An effect as its row or its JSON holds it; amounts in minor units of the offer's currency.

    `other_amounts` are its amounts in other currencies: {"EUR": {"amount": 2000}}.
    """

    kind: str
    percent: Decimal | None = None
    amount: int | None = None
    cap_amount: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    other_amounts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def in_currency(self, currency: str, *, offered_in: str) -> "StoredEffect | None":
        """Return the effect with its amounts in a currency, None where it has none in it.

        What holds no amounts at all is the same in every currency.
        """
        names = ("amount", "cap_amount")
        if currency == offered_in or not (self._has_money or self.other_amounts):
            return self
        others = self.other_amounts.get(currency)
        if others is None:
            return None
        details = {
            name: value for name, value in self.details.items() if name not in _MONEY_DETAILS
        } | {name: value for name, value in others.items() if name not in names}
        return StoredEffect(
            kind=self.kind,
            percent=self.percent,
            amount=others.get("amount"),
            cap_amount=others.get("cap_amount"),
            details=details,
        )

    @property
    def _has_money(self) -> bool:
        return (
            self.amount is not None
            or self.cap_amount is not None
            or any(self.details.get(name) for name in _MONEY_DETAILS)
        )


_MONEY_DETAILS: Final = ("minimum_amount", "line_cap")

FindGift = Callable[[GiftName], Gift | None]
"""The catalog: a product with its price now, None where there is none or its price is unknown."""


class BundleBy(StrEnum):
    """What the amount or the percentage of a bundle means."""

    PRICE = "price"
    PERCENT = "percent"
    AMOUNT = "amount"


def read_effect(stored: StoredEffect, path: str, find_gift: FindGift) -> Effect:
    """Return the effect for the arithmetic; raises ReadingError naming what cannot be used.

    A gift that the catalog does not know any more is such a thing too.
    """
    read = _KINDS.get(stored.kind)
    if read is None:
        raise ReadingError(f"{path}.kind", _("Use one of: %(choices)s."), choices=", ".join(_KINDS))
    given = Given(dict(stored.details), f"{path}.details")
    try:
        effect = read(stored, given, find_gift)
    except ArithmeticInputError as error:
        raise ReadingError(path, error.message, **error.params) from None
    given.finish()
    return effect


def read_other_amounts(raw: Any, path: str) -> dict[str, dict[str, int]]:
    """Read the amounts of an effect in other currencies: {"EUR": {"amount": 2000}}."""
    given = Given(raw, path)
    return {currency(code, given.at(code)): given.need(code, _amounts) for code in given.names}


def _amounts(raw: Any, path: str) -> dict[str, int]:
    given = Given(raw, path)
    names = ("amount", "cap_amount", *_MONEY_DETAILS)
    amounts = {name: given.need(name, number) for name in names if given.has(name)}
    given.finish()
    return amounts


def gift_named(stored: StoredEffect) -> GiftName | None:
    """Return the gift that an effect will ask the catalog for, if it is one that adds units."""
    raw = stored.details.get("gift")
    return None if raw is None else _gift_name(raw, "details.gift")


def _percent(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    return PercentOff(
        _needed(stored.percent, given, "percent"), cap=stored.cap_amount, **_aim(given)
    )


def _amount(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    spread = given.take("spread", one_of(Spread), Spread.EACH_LINE)
    return AmountOff(
        _needed(stored.amount, given, "amount"), spread, cap=stored.cap_amount, **_aim(given)
    )


def _fixed_price(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    return FixedPrice(_needed(stored.amount, given, "amount"), **_aim(given))


def _free_shipping(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    return FreeShipping()


def _unit(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    return FreeUnits(
        _gift(given, find_gift),
        given.take("units", positive, 1),
        given.take("adding", one_of(Adding), Adding.MISSING),
    )


def _buy_get(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    gift = _gift(given, find_gift) if given.has("gift") else None
    return BuyGet(
        buy=given.need("buy", read_selector),
        buy_quantity=given.take("buy_quantity", positive, 1),
        get=None if gift is not None else given.need("get", read_selector),
        get_quantity=given.take("get_quantity", positive, 1),
        percent=Decimal(100) if stored.percent is None else stored.percent,
        repeats=given.take("repeats", positive, None),
        cap=stored.cap_amount,
        base=given.take("base", one_of(Base), Base.DISCOUNTED),
        gift=gift,
        adding=given.take("adding", one_of(Adding), Adding.MISSING),
    )


def _bundle(stored: StoredEffect, given: Given, find_gift: FindGift) -> Effect:
    by = given.need("by", one_of(BundleBy))
    parts = given.need("parts", listed(_part, most=MOST_PARTS))
    limit, cap = given.take("limit", positive, 1), stored.cap_amount
    if by is BundleBy.PERCENT:
        percent = _needed(stored.percent, given, "percent")
        return Bundle(parts=parts, percent=percent, limit=limit, cap=cap)
    amount = _needed(stored.amount, given, "amount")
    if by is BundleBy.PRICE:
        return Bundle(parts=parts, price=amount, limit=limit, cap=cap)
    return Bundle(parts=parts, amount=amount, limit=limit, cap=cap)


_KINDS: Final[dict[str, Callable[[StoredEffect, Given, FindGift], Effect]]] = {
    "percent": _percent,
    "amount": _amount,
    "fixed_price": _fixed_price,
    "unit": _unit,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "free_shipping": _free_shipping,
}


def _aim(given: Given) -> dict[str, Any]:
    """Read what percent, amount and fixed price have in common."""
    target: Target = ORDER
    if given.has("target"):
        target = given.need("target", read_selector)
    return {
        "target": target,
        "pick": given.take("pick", _pick, None),
        "base": given.take("base", one_of(Base), Base.DISCOUNTED),
        "include_shipping": given.take("include_shipping", boolean, False),
        "minimum_quantity": given.take("minimum_quantity", number, 0),
        "minimum_amount": given.take("minimum_amount", number, 0),
        "line_cap": given.take("line_cap", number, None),
    }


def _pick(raw: Any, path: str) -> Pick:
    given = Given(raw, path)
    pick = Pick(
        which=given.take("which", one_of(Which), Which.IN_ORDER),
        of=given.take("of", one_of(PickOf), PickOf.UNITS),
        count=given.take("count", positive, None),
        per_line=given.take("per_line", positive, None),
        skip=given.take("skip", number, 0),
        every=given.take("every", positive, 1),
    )
    given.finish()
    return pick


def _part(raw: Any, path: str) -> BundlePart:
    given = Given(raw, path)
    part = BundlePart(given.need("items", read_selector), given.take("quantity", positive, 1))
    given.finish()
    return part


def _gift(given: Given, find_gift: FindGift) -> Gift:
    name = given.need("gift", _gift_name)
    gift = find_gift(name)
    if gift is None:
        raise ReadingError(
            given.at("gift"), _("There is no such product, or its price is not known.")
        )
    return gift


def _gift_name(raw: Any, path: str) -> GiftName:
    given = Given(raw, path)
    name = GiftName(given.need("product", text), given.take("sku", text, ""))
    given.finish()
    return name


def _needed(value: Any, given: Given, name: str) -> Any:
    if value is None:
        raise ReadingError(given.at(name), _("This is missing."))
    return value
