"""Addresses of the storefront API that rewards answers."""

from django.urls import URLPattern, path

from . import (
    async_actions,
    bulk,
    campaign_codes,
    campaigns,
    code_imports,
    publications,
    single,
    vouchers,
)
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
    path("campaigns", campaigns.Campaigns.as_view(), name="campaigns"),
    path("campaigns/<str:campaign>", campaigns.CampaignDetail.as_view(), name="campaign"),
    path("campaigns/<str:campaign>/enable", campaigns.CampaignEnable.as_view()),
    path("campaigns/<str:campaign>/disable", campaigns.CampaignDisable.as_view()),
    path("campaigns/<str:campaign>/vouchers", campaign_codes.CampaignVouchers.as_view()),
    path("campaigns/<str:campaign>/vouchers/<str:code>", campaign_codes.CampaignVoucher.as_view()),
    path("campaigns/<str:campaign>/import", code_imports.CampaignImport.as_view()),
    path("campaigns/<str:campaign>/importCSV", code_imports.CampaignImportFile.as_view()),
    path("async-actions", async_actions.AsyncActions.as_view(), name="async-actions"),
    path("async-actions/<slug:action_id>", async_actions.AsyncActionDetail.as_view()),
    path("publications/create", publications.PublicationByAddress.as_view()),
    path("publications", publications.Publications.as_view(), name="publications"),
    path("vouchers", vouchers.Vouchers.as_view(), name="vouchers"),
    path("vouchers/import", bulk.VouchersImport.as_view()),
    path("vouchers/importCSV", bulk.VouchersFile.as_view()),
    path("vouchers/bulk/async", bulk.VouchersBulk.as_view()),
    path("vouchers/metadata/async", bulk.VouchersMetadata.as_view()),
    path("vouchers/<str:code>", vouchers.VoucherDetail.as_view(), name="voucher"),
    path("vouchers/<str:code>/enable", vouchers.VoucherEnable.as_view()),
    path("vouchers/<str:code>/disable", vouchers.VoucherDisable.as_view()),
    path("vouchers/<str:code>/validate", single.VoucherValidation.as_view()),
    path("vouchers/<str:code>/redemption", vouchers.VoucherRedemptions.as_view()),
    path("vouchers/<str:code>/redemptions", vouchers.VoucherRedemptionsInPlural.as_view()),
    path("vouchers/<str:code>/sessions/<str:session_key>", Sessions.as_view(), name="session"),
]
