"""Addresses for the shop's pages that rewards answers."""

from django.urls import URLPattern, path

from .client import ClientRedemptions, ClientValidations, PromotionTiers
from .single import ClientRedemption, ClientValidation

urlpatterns: list[URLPattern] = [
    path("validations", ClientValidations.as_view()),
    path("redemptions", ClientRedemptions.as_view()),
    path("validate", ClientValidation.as_view()),
    path("redeem", ClientRedemption.as_view()),
    path("promotions/tiers", PromotionTiers.as_view()),
]
