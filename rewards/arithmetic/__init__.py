"""Discount arithmetic: the one numeric specification behind API, preview, forecast and refund.

Pure functions over frozen values. Amounts are integers in the minor units of one currency.
"""

from rewards.arithmetic.amounts import ArithmeticInputError, percent_of
from rewards.arithmetic.apply import Applied, EffectApplied, apply_offer, apply_offers
from rewards.arithmetic.cart import SHIPPING_PRODUCT_ID, Cart, CartState, Line
from rewards.arithmetic.effects import (
    ORDER,
    AmountOff,
    Base,
    Effect,
    FixedPrice,
    FreeShipping,
    PercentOff,
    Spread,
    Target,
)
from rewards.arithmetic.payment import gift_card_payment, refund_amount
from rewards.arithmetic.split import split

__all__ = [
    "ORDER",
    "SHIPPING_PRODUCT_ID",
    "AmountOff",
    "Applied",
    "ArithmeticInputError",
    "Base",
    "Cart",
    "CartState",
    "Effect",
    "EffectApplied",
    "FixedPrice",
    "FreeShipping",
    "Line",
    "PercentOff",
    "Spread",
    "Target",
    "apply_offer",
    "apply_offers",
    "gift_card_payment",
    "percent_of",
    "refund_amount",
    "split",
]
