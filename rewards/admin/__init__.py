"""Offers, codes and redemptions in the admin."""

from .promotion import PromotionAdmin
from .redemption import RedemptionAdmin
from .voucher import VoucherAdmin

__all__ = ["PromotionAdmin", "RedemptionAdmin", "VoucherAdmin"]
