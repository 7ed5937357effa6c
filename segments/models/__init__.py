from .membership import (
    Because,
    KeepingState,
    KeptSegment,
    Membership,
    MembershipChange,
    PendingEvaluation,
    SizePoint,
)
from .segment import Segment
from .static_list import ListMember, StaticList

__all__ = [
    "Because",
    "KeepingState",
    "KeptSegment",
    "ListMember",
    "Membership",
    "MembershipChange",
    "PendingEvaluation",
    "Segment",
    "SizePoint",
    "StaticList",
]
