"""The form of an offer: its fields, the rows of its effects and of its conditions."""

from .promotion_form import PromotionForm

__all__ = ["PromotionForm"]
