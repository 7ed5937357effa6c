"""The screens of segments: lists and pages, the editor, and the fragments it asks for."""

from . import lists, segment

__all__ = ["lists", "segment"]
