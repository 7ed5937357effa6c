"""What campaigns add to the screens of the apps below: a tab, places of use, names of causes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.overview import coming_for
from campaigns.services.handing_over import SOURCE_KIND
from config.shared.models import Project
from config.shared.screens.history import name_actions
from config.shared.usages import Source, Usage, register_source
from config.shared.usages import register as register_usage
from customers.models import Customer
from customers.panels import Panel, register


def coming(customer: Customer, before: str, at: datetime) -> Mapping[str, Any]:
    """The next occasion of each live campaign."""
    project = Project.objects.get(pk=1)
    return {"coming": coming_for(customer, at=at, project=project)}


def _usages(field: str) -> Any:
    def used_by(row: Any) -> Iterable[Usage]:
        return [
            Usage(
                name=campaign.name,
                kind=str(Campaign._meta.verbose_name),
                state=campaign.get_state_display(),
                url=reverse("admin:campaigns_campaign_page", args=[campaign.pk]),
                permission="campaigns.view_campaign",
            )
            for campaign in Campaign.objects.filter(**{field: row}).order_by("name")
        ]

    return used_by


def _source(source_id: int) -> Source | None:
    campaign = Campaign.objects.filter(pk=source_id).only("name").first()
    if campaign is None:
        return None
    return Source(campaign.name, reverse("admin:campaigns_campaign_page", args=[campaign.pk]))


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Panel(
            key="coming",
            title=_("What is coming"),
            permission="campaigns.view_campaign",
            template="vesile/customer/coming.html",
            load=coming,
            position=60,
        )
    )
    register_usage("segments.segment", _usages("segment"))
    register_usage("rewards.promotion", _usages("promotion"))
    register_usage("messaging.template", _usages("template"))
    register_source(SOURCE_KIND, _source)
    name_actions(
        {
            "campaign.created": _("Campaign created"),
            "campaign.changed": _("Campaign changed"),
            "campaign.launched": _("Campaign launched"),
            "campaign.paused": _("Campaign paused"),
            "campaign.resumed": _("Campaign resumed"),
            "campaign.stopped": _("Campaign stopped"),
        }
    )
