"""What campaigns add to the screens of the apps below: a tab, places of use, names of causes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.overview import coming_for
from campaigns.services.handing_over import SOURCE_KIND
from config.shared.models import Project
from config.shared.screens.history import name_actions
from config.shared.usages import Source, Usage, UsageFinder, register_source
from config.shared.usages import register as register_usage
from customers.models import Customer
from customers.panels import Panel, register


def coming(customer: Customer, before: str, at: datetime) -> Mapping[str, Any]:
    """The next occasion of each live campaign."""
    project = Project.objects.get(pk=1)
    return {"coming": coming_for(customer, at=at, project=project)}


def _usages(field: str) -> UsageFinder:
    """Which campaigns use objects through a foreign key, by the object's id."""

    def used_by(ids: Sequence[int]) -> Mapping[int, Sequence[Usage]]:
        found = defaultdict(list)
        for campaign in Campaign.objects.filter(**{f"{field}__in": ids}).order_by("name"):
            usage = Usage(campaign.name, campaign.get_state_display(), _url(campaign.pk))
            found[getattr(campaign, f"{field}_id")].append(usage)
        return found

    return used_by


def _sources(ids: Sequence[int]) -> Mapping[int, Source]:
    names = Campaign.objects.filter(pk__in=ids).order_by().values_list("pk", "name")
    return {pk: Source(name, _url(pk)) for pk, name in names}


def _url(campaign_id: int) -> str:
    return reverse("admin:campaigns_campaign_page", args=[campaign_id])


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
    register_source(SOURCE_KIND, _sources)
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
