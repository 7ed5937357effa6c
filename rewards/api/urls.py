"""Addresses of the storefront API that rewards answers."""

from django.urls import URLPattern, path

from .views import (
    RedemptionDetail,
    Redemptions,
    Returns,
    Sessions,
    SingleRollback,
    StackRollback,
    Validations,
)

urlpatterns: list[URLPattern] = [
    path("validations", Validations.as_view(), name="validations"),
    path("redemptions", Redemptions.as_view(), name="redemptions"),
    path("redemptions/<slug:redemption_id>", RedemptionDetail.as_view(), name="redemption"),
    path("redemptions/<slug:redemption_id>/rollback", SingleRollback.as_view(), name="rollback"),
    path("redemptions/<slug:redemption_id>/rollbacks", StackRollback.as_view(), name="rollbacks"),
    path("redemptions/<slug:redemption_id>/returns", Returns.as_view(), name="returns"),
    path("vouchers/<str:code>/sessions/<str:session_key>", Sessions.as_view(), name="session"),
]
