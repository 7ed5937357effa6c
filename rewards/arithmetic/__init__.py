"""Discount arithmetic: the one numeric specification behind API, preview, forecast and refund.

Pure functions over frozen values. Amounts are integers in the minor units of one currency.
"""

from rewards.arithmetic.amounts import ArithmeticInputError, percent_of
from rewards.arithmetic.apply import apply_offer, apply_offers
from rewards.arithmetic.cart import SHIPPING_PRODUCT_ID, Cart, Line
from rewards.arithmetic.effects import (
    AmountOff,
    Effect,
    FixedPrice,
    FreeShipping,
    PercentOff,
    Spread,
)
from rewards.arithmetic.multibuy import Adding, Bundle, BundlePart, BuyGet, FreeUnits, Gift
from rewards.arithmetic.outcome import Applied, EffectApplied
from rewards.arithmetic.payment import gift_card_payment, refund_amount
from rewards.arithmetic.split import split
from rewards.arithmetic.state import CartState
from rewards.arithmetic.targets import (
    ORDER,
    Base,
    Pick,
    PickOf,
    Selector,
    Target,
    Which,
    every_item,
)

__all__ = [
    "ORDER",
    "SHIPPING_PRODUCT_ID",
    "Adding",
    "AmountOff",
    "Applied",
    "ArithmeticInputError",
    "Base",
    "Bundle",
    "BundlePart",
    "BuyGet",
    "Cart",
    "CartState",
    "Effect",
    "EffectApplied",
    "FixedPrice",
    "FreeShipping",
    "FreeUnits",
    "Gift",
    "Line",
    "PercentOff",
    "Pick",
    "PickOf",
    "Selector",
    "Spread",
    "Target",
    "Which",
    "apply_offer",
    "apply_offers",
    "every_item",
    "gift_card_payment",
    "percent_of",
    "refund_amount",
    "split",
]
