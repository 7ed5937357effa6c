"""Addresses of the storefront API that rewards answers."""

from django.urls import URLPattern, path

from .views import RedemptionDetail, Redemptions, Validations

urlpatterns: list[URLPattern] = [
    path("validations", Validations.as_view(), name="validations"),
    path("redemptions", Redemptions.as_view(), name="redemptions"),
    path("redemptions/<slug:redemption_id>", RedemptionDetail.as_view(), name="redemption"),
]
