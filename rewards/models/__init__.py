from .promotion import Effect, EffectKind, Promotion
from .redemption import Redemption, RedemptionResult
from .voucher import Voucher

__all__ = [
    "Effect",
    "EffectKind",
    "Promotion",
    "Redemption",
    "RedemptionResult",
    "Voucher",
]
