"""Campaigns, as rules about messages name them."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.services.handing_over import SOURCE_KIND
from messaging.segment_fields import Cause, register_cause
from segments.rules.search import Search, among


def campaigns() -> Mapping[str, str]:
    """Campaigns by their public id."""
    return dict(Campaign.objects.order_by("name").values_list("public_id", "name"))


def _named(public_ids: Sequence[str]) -> dict[str, str]:
    known = Campaign.objects.filter(public_id__in=public_ids)
    return dict(known.values_list("public_id", "name"))


def declare() -> None:
    """Called once, when the app is ready."""
    register_cause(
        Cause(
            name="campaign",
            label=_("campaign"),
            received=_("received a message of the campaign"),
            kind=SOURCE_KIND,
            table=Campaign._meta.db_table,
            choices=campaigns,
            search=Search(lambda text: among(campaigns(), text), _named),
        )
    )
