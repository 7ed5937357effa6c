"""Addresses for the shop's pages that rewards answers."""

from django.urls import URLPattern, path

from .client import ClientRedemptions, ClientValidations, PromotionTiers

urlpatterns: list[URLPattern] = [
    path("validations", ClientValidations.as_view()),
    path("redemptions", ClientRedemptions.as_view()),
    path("promotions/tiers", PromotionTiers.as_view()),
]
