from .segment import Segment
from .static_list import ListMember, StaticList

__all__ = ["ListMember", "Segment", "StaticList"]
