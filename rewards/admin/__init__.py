"""Offers, codes and redemptions in the admin."""

from .alarm import RefusalAlarmAdmin
from .promotion import PromotionAdmin
from .redemption import RedemptionAdmin
from .voucher import VoucherAdmin

__all__ = ["PromotionAdmin", "RedemptionAdmin", "RefusalAlarmAdmin", "VoucherAdmin"]
