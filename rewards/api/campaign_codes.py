"""The shop's calls that add codes to a campaign."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from rewards.codes import CodePattern
from rewards.models import Voucher
from rewards.services.adding_codes import AskedCode

from . import campaign_schema as schema
from . import campaign_wire as wire
from .campaign_fields import CodeConfigFields, CodeFields, RandomCodeFields
from .campaigns import Managing
from .finding import redeemed_counts, shown_with


def voucher_shown(code: Voucher) -> dict[str, Any]:
    """A code as it is now."""
    found = shown_with(Voucher.objects.filter(pk=code.pk)).get()
    return wire.voucher(found, redeemed=redeemed_counts([found])[found.pk])


def asked_code(given: dict[str, Any], *, default_limit: int | None, code: str = "") -> AskedCode:
    """What a validated CodeFields asks for; raises BadInput."""
    redemption = given.get("redemption")
    config = given.get("code_config")
    pattern: CodePattern | None = CodeConfigFields().pattern_of(config) if config else None
    info = given.get("additional_info")
    metadata = dict(given.get("metadata") or {}) | ({"additional_info": info} if info else {})
    return AskedCode(
        limit=redemption.get("quantity") if redemption is not None else default_limit,
        code=code or given.get("code") or "",
        pattern=pattern,
        starts_at=given.get("start_date"),
        expires_at=given.get("expiration_date"),
        active=given.get("active") is not False,
        metadata={name: value for name, value in metadata.items() if value is not None},
    )


class CampaignVouchers(Managing):
    """A random code, as many as `vouchers_count` asks for, or the one in the body."""

    scopes = {"POST": "campaigns:write"}

    @schema.add_voucher
    def post(self, request: Request, campaign: str) -> HttpResponse:
        given = RandomCodeFields().run_validation(request.data or {})

        def work() -> dict[str, Any]:
            promotion = self.promotion(campaign)
            asked = asked_code(given, default_limit=promotion.uses_per_code)
            return voucher_shown(self.added(promotion, asked))

        return self.once(request, work)


class CampaignVoucher(Managing):
    """This very code."""

    scopes = {"POST": "campaigns:write"}

    @schema.add_specific_voucher
    def post(self, request: Request, campaign: str, code: str) -> HttpResponse:
        given = CodeFields().run_validation(request.data or {})

        def work() -> dict[str, Any]:
            promotion = self.promotion(campaign)
            asked = asked_code(given, default_limit=promotion.uses_per_code, code=code)
            return voucher_shown(self.added(promotion, asked))

        return self.once(request, work)
