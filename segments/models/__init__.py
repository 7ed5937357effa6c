from .lifecycle import LifecycleLimits
from .membership import (
    Because,
    KeepingState,
    KeptSegment,
    Membership,
    MembershipChange,
    PendingEvaluation,
    SizePoint,
)
from .score import RfmMoment, RfmScore
from .segment import Segment
from .static_list import ListMember, StaticList

__all__ = [
    "Because",
    "KeepingState",
    "KeptSegment",
    "LifecycleLimits",
    "ListMember",
    "Membership",
    "MembershipChange",
    "PendingEvaluation",
    "RfmMoment",
    "RfmScore",
    "Segment",
    "SizePoint",
    "StaticList",
]
