"""Offers, codes and redemptions in the admin."""

from .alarm import RefusalAlarmAdmin
from .code_runs import CodeRunAdmin
from .combining import CombiningAdmin
from .promotion import PromotionAdmin
from .redemption import RedemptionAdmin
from .voucher import VoucherAdmin

__all__ = [
    "CodeRunAdmin",
    "CombiningAdmin",
    "PromotionAdmin",
    "RedemptionAdmin",
    "RefusalAlarmAdmin",
    "VoucherAdmin",
]
