"""Campaigns need the membership of their audience kept while they may send."""

from campaigns.models import Campaign, CampaignState
from segments import needs


def _audiences() -> set[int]:
    campaigns = Campaign.objects.filter(state__in=[CampaignState.LIVE, CampaignState.PAUSED])
    found = campaigns.filter(segment__isnull=False).values_list("segment", flat=True)
    return set(found)


def declare() -> None:
    """Called once, when the app is ready."""
    needs.register(_audiences)
