"""The shop's calls that add codes to a campaign."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from config.shared import clock
from config.shared.errors import BadInput
from rewards.codes import CodePattern
from rewards.models import CodeRun, Promotion, Voucher
from rewards.services.adding_codes import AskedCode
from rewards.services.code_runs import start_generation

from . import campaign_schema as schema
from . import campaign_wire as wire
from .campaign_fields import MOST_VOUCHERS, CodeConfigFields, CodeFields, RandomCodeFields
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
    """A random code, the one in the body, or as many random ones as `vouchers_count` asks for."""

    scopes = {"POST": "campaigns:write"}

    @schema.add_voucher
    def post(self, request: Request, campaign: str) -> HttpResponse:
        given = RandomCodeFields().run_validation(request.data or {})
        count = _count(request, given)

        def work() -> dict[str, Any]:
            promotion = self.promotion(campaign)
            asked = asked_code(given, default_limit=promotion.uses_per_code)
            if count > 1:
                return {"async_action_id": self._many(promotion, asked, count).public_id}
            return voucher_shown(self.added(promotion, asked))

        return self.once(request, work)

    def _many(self, promotion: Promotion, asked: AskedCode, count: int) -> CodeRun:
        return start_generation(
            promotion=promotion,
            count=count,
            pattern=asked.pattern,
            redemption_limit=asked.limit,
            starts_at=asked.starts_at,
            expires_at=asked.expires_at,
            metadata=asked.metadata,
            test=self.key.test,
            actor=self.actor,
            at=clock.now(),
        )


def _count(request: Request, given: dict[str, Any]) -> int:
    """How many codes are asked for; raises BadInput."""
    said = request.query_params.get("vouchers_count", "1")
    count = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    if not 1 <= count <= MOST_VOUCHERS:
        raise BadInput(
            _("vouchers_count: send a number from 1 to %(most)d.") % {"most": MOST_VOUCHERS}
        )
    if count > 1 and given.get("code"):
        raise BadInput(_("A code that is named is one code."), details=_("Leave one of them out."))
    return count


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
