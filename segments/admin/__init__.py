"""The screens of segments: lists and pages, the editor, and the fragments it asks for."""

from . import segment

__all__ = ["segment"]
