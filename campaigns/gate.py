"""What campaigns answer at the send gate, and the personal code that comes last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from campaigns.audience import still_in_audience
from campaigns.models import Campaign, CampaignState
from campaigns.services.handing_over import SOURCE_KIND
from config.shared import localtime
from config.shared.models import Project
from messaging import gate
from messaging.claims import Claim
from messaging.gate import Issued, Slot
from rewards.errors import CodesExhausted
from rewards.models import Promotion
from rewards.services.vouchers import Grant, issue_personal_codes
from segments.errors import RuleError

NOT_LIVE = "campaign_not_live"
TOO_LATE = "too_late"
NOT_IN_AUDIENCE = "not_in_audience"
AUDIENCE_UNUSABLE = "audience_unusable"
OFFER_NOT_RUNNING = "offer_not_running"
NO_CODE = "no_code"


def _by_campaign(claims: Iterable[Claim]) -> dict[int, list[Claim]]:
    """The claims that campaigns caused, by campaign."""
    grouped: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.source_kind == SOURCE_KIND:
            grouped[claim.source_id].append(claim)
    return grouped


def _live(claims: Sequence[Claim], at: datetime) -> Mapping[int, str]:
    asked = _by_campaign(claims)
    live = Campaign.objects.filter(state=CampaignState.LIVE).in_bulk(list(asked))
    refused = {}
    for campaign_id, group in asked.items():
        campaign = live.get(campaign_id)
        for claim in group:
            if campaign is None:
                refused[claim.delivery_id] = NOT_LIVE
            elif claim.due_at is not None and claim.due_at < at - campaign.lateness:
                # Decided in time, then left lying, for instance while no worker ran.
                refused[claim.delivery_id] = TOO_LATE
    return refused


def _in_audience(claims: Sequence[Claim], at: datetime) -> Mapping[int, str]:
    asked = _by_campaign(claims)
    refused = {}
    for campaign in Campaign.objects.filter(pk__in=list(asked)).select_related("segment"):
        group = asked[campaign.pk]
        try:
            inside = still_in_audience(campaign, [claim.customer for claim in group], at=at)
        except RuleError:
            # Who may be meant is unknown, so nobody is; the other campaigns of the batch go on.
            refused.update({c.delivery_id: AUDIENCE_UNUSABLE for c in group})
            continue
        refused.update(
            {c.delivery_id: NOT_IN_AUDIENCE for c in group if c.customer.pk not in inside}
        )
    return refused


def _issue(claims: Sequence[Claim], at: datetime) -> Issued:
    """A code of the campaign's offer for each claim, where the campaign has an offer."""
    asked = _by_campaign(claims)
    issued = Issued()
    default_zone = Project.objects.get().zone
    campaigns = Campaign.objects.filter(pk__in=list(asked), promotion__isnull=False)
    running = Promotion.objects.running(at=at).in_bulk([c.promotion_id for c in campaigns])
    for campaign in campaigns:
        group = asked[campaign.pk]
        promotion = running.get(campaign.promotion_id)
        if promotion is None:
            issued.reasons.update({c.delivery_id: OFFER_NOT_RUNNING for c in group})
            continue
        try:
            vouchers = issue_personal_codes(
                promotion=promotion, grants=[_grant(c, default_zone) for c in group], at=at
            )
        except CodesExhausted:
            issued.reasons.update({c.delivery_id: NO_CODE for c in group})
            continue
        issued.vouchers.update(
            {c.delivery_id: voucher.pk for c, voucher in zip(group, vouchers, strict=True)}
        )
    return issued


def _grant(claim: Claim, default_zone: str) -> Grant:
    return Grant(
        holder_id=claim.identity_id,
        zone=localtime.zone_or(claim.customer.zone, default_zone),
        issued_kind=SOURCE_KIND,
        issued_id=claim.source_id,
        issued_key=claim.occurrence_key,
    )


def fill() -> None:
    """Called once, when the app is ready."""
    gate.fill(
        Slot.CAMPAIGN_LIVE,
        _live,
        reasons={
            NOT_LIVE: _("The campaign was paused or stopped."),
            TOO_LATE: _("Its hour had passed by more than the campaign allows."),
        },
    )
    gate.fill(
        Slot.AUDIENCE,
        _in_audience,
        reasons={
            NOT_IN_AUDIENCE: _("The customer no longer belongs to the audience."),
            AUDIENCE_UNUSABLE: _("The rules of the audience cannot be used any more."),
        },
    )
    gate.fill_codes(
        SOURCE_KIND,
        _issue,
        reasons={
            OFFER_NOT_RUNNING: _("The offer is switched off or outside its dates."),
            NO_CODE: _("The offer has no free codes left."),
        },
    )
