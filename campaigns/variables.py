"""The variables that campaigns add to messages: the offer, the code, the occasion, the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.occasions import occasion_name
from campaigns.services.handing_over import SOURCE_KIND
from config.shared import localtime, money
from config.shared.models import Project
from customers.models import DataCategory
from messaging import context
from messaging.claims import Claim
from messaging.context import NOT_PERSONAL, Value, Variable
from rewards.models import Promotion, Voucher
from rewards.selectors import promotion_benefits
from rewards.services.vouchers import expiry

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(slots=True)
class _Batch:
    """What a batch needs, read once."""

    campaigns: Mapping[int, Campaign]
    vouchers: Mapping[int, Voucher]
    promotions: Mapping[int, Promotion]
    default_zone: str
    at: datetime
    examples: Mapping[int, Campaign]

    def campaign_of(self, claim: Claim) -> Campaign | None:
        """The campaign behind the claim; a preview of a mere template gets an example."""
        if claim.source_kind == SOURCE_KIND:
            return self.campaigns.get(claim.source_id)
        return self.examples.get(claim.template_id) if claim.preview else None

    def promotion_of(self, claim: Claim) -> Promotion | None:
        """The offer of the claim's code; of its campaign where it has no code (yet)."""
        voucher = self.vouchers.get(claim.voucher_id or 0)
        if voucher is not None:
            return self.promotions[voucher.promotion_id]
        campaign = self.campaign_of(claim)
        return self.promotions.get(campaign.promotion_id or 0) if campaign else None


def _read(claims: Sequence[Claim], at: datetime) -> _Batch:
    campaigns = Campaign.objects.in_bulk(
        {claim.source_id for claim in claims if claim.source_kind == SOURCE_KIND}
    )
    vouchers = Voucher.objects.in_bulk({claim.voucher_id for claim in claims if claim.voucher_id})
    bare = {c.template_id for c in claims if c.preview and c.source_kind != SOURCE_KIND}
    examples = {template_id: _example(template_id) for template_id in bare}
    offered = {voucher.promotion_id for voucher in vouchers.values()}
    shown = [*campaigns.values(), *examples.values()]
    offered |= {c.promotion_id for c in shown if c.promotion_id is not None}
    return _Batch(
        campaigns=campaigns,
        vouchers=vouchers,
        promotions=Promotion.objects.prefetch_related("effects").in_bulk(offered),
        default_zone=Project.objects.get().zone,
        at=at,
        examples=examples,
    )


def _example(template_id: int) -> Campaign:
    """The campaign with this template and the newest offer, else without one, else a birthday."""
    used = Campaign.objects.filter(template_id=template_id)
    newest = used.order_by(F("promotion").desc(nulls_last=True), "-pk").first()
    return newest or Campaign(promotion=Promotion.objects.order_by("-pk").first())


def _build(claims: Sequence[Claim], at: datetime) -> dict[int, dict[str, Value]]:
    batch = _read(claims, at)
    benefits: dict[tuple[int, str], str] = {}
    values: dict[int, dict[str, Value]] = {}
    for position, claim in enumerate(claims):
        with translation.override(claim.language or "en"):
            values[position] = _of_campaign(claim, batch)
            promotion = batch.promotion_of(claim)
            if promotion is not None:
                key = (promotion.pk, claim.language)
                if key not in benefits:
                    benefits[key] = promotion_benefits(promotion)
                values[position] |= _of_offer(promotion, claim.language, benefits[key])
                values[position] |= _of_code(claim, promotion, batch)
    return values


def _of_offer(promotion: Promotion, language: str, benefits: str) -> dict[str, Value]:
    minimum = promotion.minimum_amount
    return {
        "offer.name": promotion.name,
        "offer.benefits": benefits,
        "offer.minimum": money.format_money(minimum, promotion.currency, language)
        if minimum
        else None,
    }


def _of_code(claim: Claim, promotion: Promotion, batch: _Batch) -> dict[str, Value]:
    zone = localtime.zone_or(claim.customer.zone, batch.default_zone)
    voucher = batch.vouchers.get(claim.voucher_id or 0)
    if voucher is not None:
        code, ends = voucher.code, voucher.expires_at
    elif claim.preview:
        code = promotion.code_pattern.replace("#", "X")
        ends = expiry(promotion=promotion, at=batch.at, zone=zone)
    else:
        return {}
    # The expiry is the first instant after; people want the last day.
    last = localtime.to_local(ends - _JUST_BEFORE, zone).date() if ends else None
    return {"code.code": code, "code.last_day": _day(last, claim) if last else None}


def _of_campaign(claim: Claim, batch: _Batch) -> dict[str, Value]:
    campaign = batch.campaign_of(claim)
    if campaign is None:
        return {}
    name = occasion_name(campaign, year=_year_of(claim, batch))
    return {
        "occasion.name": name,
        "reason": gettext(
            "You get this because of %(occasion)s, and because you allow messages from %(brand)s."
        )
        % {"occasion": name, "brand": claim.brand.name},
    }


def _year_of(claim: Claim, batch: _Batch) -> int:
    """The year of the occurrence, whose key begins with it; a preview has none."""
    year = claim.occurrence_key[:4]
    return int(year) if year.isdigit() else batch.at.year


def _day(day: date, claim: Claim) -> str:
    """A date as people write it where the customer is from: "5 December 2026" to a Briton."""
    language = claim.language or "en"
    for name in (f"{language}_{claim.customer.country}", language, "en"):
        try:
            return format_date(day, format="long", locale=Locale.parse(name.replace("-", "_")))
        except (UnknownLocaleError, ValueError):
            continue
    return day.isoformat()


def register_all() -> None:
    """Called once, when the app is ready."""
    context.register(
        Variable("offer.name", _("offer"), NOT_PERSONAL),
        Variable("offer.benefits", _("offer in words"), NOT_PERSONAL),
        Variable("offer.minimum", _("order minimum"), NOT_PERSONAL, may_be_missing=True),
        Variable("code.code", _("personal code"), NOT_PERSONAL),
        Variable("code.last_day", _("last day of the code"), NOT_PERSONAL, may_be_missing=True),
        Variable("occasion.name", _("occasion"), DataCategory.PROFILE.value),
        Variable("reason", _("why the customer gets this"), DataCategory.PROFILE.value),
        build=_build,
    )
