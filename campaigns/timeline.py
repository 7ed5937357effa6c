"""Decisions of campaigns on the customer's timeline."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Decision, DecisionState
from customers.timeline import Entry, Source, Window, register_source

TONES = {DecisionState.TOO_LATE: "bad", DecisionState.NO_IDENTITY: "plain"}


def decisions(window: Window) -> Iterable[Entry]:
    """Decisions that did not become a message: the others are told by the message itself."""
    rows = window.newest(
        Decision.objects.filter(customer=window.customer)
        .exclude(state=DecisionState.HANDED_OVER)
        .select_related("campaign"),
        "decided_at",
    )
    for one in rows:
        yield Entry(
            at=one.decided_at,
            pk=one.pk,
            title=_("Campaign “%(name)s”") % {"name": one.campaign.name},
            detail=_("occurrence %(key)s") % {"key": one.occurrence_key},
            label=one.get_state_display(),
            tone=TONES.get(DecisionState(one.state), "wait"),
            url=reverse("admin:campaigns_campaign_page", args=[one.campaign_id]),
        )


def declare() -> None:
    """Called once, when the app is ready."""
    register_source(
        Source(
            kind="decision",
            title=gettext_lazy("Campaign decisions"),
            icon="campaign",
            permission="campaigns.view_campaign",
            load=decisions,
            position=35,
        )
    )
