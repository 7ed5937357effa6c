"""Stored effects: what is read from their details, and what is refused."""

from decimal import Decimal

import pytest

from rewards.arithmetic import (
    Adding,
    AmountOff,
    Bundle,
    BundlePart,
    BuyGet,
    FixedPrice,
    FreeShipping,
    FreeUnits,
    Gift,
    PercentOff,
    Pick,
    Selector,
    Spread,
    Which,
)
from rewards.effects import (
    GiftName,
    StoredEffect,
    gift_named,
    read_effect,
    read_other_amounts,
)
from rewards.reading import ReadingError

MUGS = Selector(categories=frozenset({"mugs"}))
MUG = Gift(product_id="mug", unit_price=900)


def catalog(name):
    return {"mug": MUG}.get(name.product)


def read(kind, details=None, **numbers):
    return read_effect(StoredEffect(kind=kind, details=details or {}, **numbers), "e", catalog)


def test_every_kind_is_read():
    ten = Decimal(10)
    mugs = {"categories": ["mugs"]}
    assert read("percent", percent=ten, cap_amount=500) == PercentOff(ten, cap=500)
    assert read("percent", {"target": mugs}, percent=ten) == PercentOff(ten, target=MUGS)
    assert read("amount", {"target": mugs, "spread": "each_unit"}, amount=100) == AmountOff(
        100, Spread.EACH_UNIT, target=MUGS
    )
    assert read("fixed_price", {"target": mugs}, amount=500) == FixedPrice(500, target=MUGS)
    assert read("free_shipping") == FreeShipping()
    assert read("unit", {"gift": {"product": "mug"}, "units": 2}) == FreeUnits(MUG, 2)
    assert read("buy_get", {"buy": mugs, "buy_quantity": 2, "get": mugs}) == BuyGet(
        buy=MUGS, buy_quantity=2, get=MUGS, repeats=None
    )
    gift = {"buy": mugs, "gift": {"product": "mug"}, "adding": "ADD_NEW_ITEMS", "repeats": 1}
    assert read("buy_get", gift) == BuyGet(
        buy=MUGS, buy_quantity=1, gift=MUG, adding=Adding.NEW, repeats=1
    )
    parts = {"by": "price", "parts": [{"items": mugs, "quantity": 2}, {"items": {}}]}
    assert read("bundle", parts, amount=1500) == Bundle(
        parts=(BundlePart(MUGS, 2), BundlePart(Selector())), price=1500
    )


def test_a_pick_is_read():
    pick = {"which": "cheapest", "count": 2, "every": 3}
    assert read("percent", {"pick": pick}, percent=Decimal(10)).pick == Pick(
        which=Which.CHEAPEST, count=2, every=3
    )


@pytest.mark.parametrize(
    ("kind", "details", "numbers", "path"),
    [
        ("gold", {}, {}, "e.kind"),
        ("percent", {}, {}, "e.details.percent"),
        ("percent", {}, {"percent": Decimal(101)}, "e"),
        ("percent", {"target": {}, "colour": 1}, {"percent": Decimal(1)}, "e.details.colour"),
        ("percent", {"line_cap": 5}, {"percent": Decimal(1)}, "e"),
        ("amount", {"spread": "thinly"}, {"amount": 1}, "e.details.spread"),
        ("amount", {"target": {"products": []}}, {"amount": 1}, "e.details.target.products"),
        ("amount", {"pick": {"every": 0}}, {"amount": 1}, "e.details.pick.every"),
        ("unit", {}, {}, "e.details.gift"),
        ("unit", {"gift": {"product": "car"}}, {}, "e.details.gift"),
        ("unit", {"gift": {"product": "mug"}, "units": 1.5}, {}, "e.details.units"),
        ("buy_get", {"buy": {}}, {}, "e.details.get"),
        ("bundle", {"by": "price", "parts": []}, {"amount": 1}, "e.details.parts"),
        ("bundle", {"by": "price", "parts": [{"items": {}}]}, {}, "e.details.amount"),
        ("bundle", {"parts": [{"items": {}}]}, {"amount": 1}, "e.details.by"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(kind, details, numbers, path):
    with pytest.raises(ReadingError) as caught:
        read(kind, details, **numbers)
    assert caught.value.path == path


def test_an_offer_in_another_currency_needs_its_amounts():
    stored = StoredEffect(
        kind="amount", amount=2000, other_amounts={"EUR": {"amount": 2300, "minimum_amount": 5}}
    )
    assert stored.in_currency("GBP", offered_in="GBP") is stored
    assert stored.in_currency("USD", offered_in="GBP") is None
    euros = stored.in_currency("EUR", offered_in="GBP")
    assert (euros.amount, euros.details) == (2300, {"minimum_amount": 5})
    percent = StoredEffect(kind="percent", percent=Decimal(10))
    assert percent.in_currency("USD", offered_in="GBP") is percent
    capped = StoredEffect(kind="percent", percent=Decimal(10), cap_amount=500)
    assert capped.in_currency("USD", offered_in="GBP") is None


def test_amounts_in_other_currencies_are_read():
    assert read_other_amounts({"EUR": {"amount": 5}}, "o") == {"EUR": {"amount": 5}}
    for wrong in ({"XXX": {}}, {"EUR": {"colour": 1}}, {"EUR": {"amount": -1}}, {"EUR": 5}, []):
        with pytest.raises(ReadingError):
            read_other_amounts(wrong, "o")


def test_the_gift_of_an_effect_can_be_asked_before_it_is_read():
    stored = StoredEffect(kind="unit", details={"gift": {"product": "mug", "sku": "red"}})
    assert gift_named(stored) == GiftName("mug", "red")
    assert gift_named(StoredEffect(kind="percent")) is None
