from .alarm import RefusalAlarm
from .budget import Budget, BudgetEntry, BudgetEntryKind
from .code_run import CodeRun, CodeRunKind, CodeRunState
from .promotion import Effect, EffectKind, Period, Promotion
from .publication import Publication
from .redemption import Redemption, RedemptionResult
from .reservation import Reservation
from .rollback import Return, ReturnLine, Rollback
from .stacking import StackingRules
from .voucher import Voucher

__all__ = [
    "Budget",
    "BudgetEntry",
    "BudgetEntryKind",
    "CodeRun",
    "CodeRunKind",
    "CodeRunState",
    "Effect",
    "EffectKind",
    "Period",
    "Promotion",
    "Publication",
    "Redemption",
    "RedemptionResult",
    "RefusalAlarm",
    "Reservation",
    "Return",
    "ReturnLine",
    "Rollback",
    "StackingRules",
    "Voucher",
]
