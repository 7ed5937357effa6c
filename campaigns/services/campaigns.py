"""Making, launching, pausing and stopping campaigns."""

from collections.abc import Callable
from datetime import datetime, time
from itertools import count
from typing import Final, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.errors import (
    CampaignChanged,
    CampaignInvalid,
    CampaignNotReady,
    WrongCampaignState,
)
from campaigns.models import Campaign, CampaignState
from campaigns.readiness import problems
from config.shared import audit, dispatch
from config.shared.actors import Actor
from messaging.models import Template
from rewards.models import Promotion
from segments.models import Segment

TICK = "campaigns.tick"


class CampaignFields(TypedDict, total=False):
    """What may be said about a campaign; what is absent stays as it is. See `Campaign`."""

    name: str
    segment: Segment | None
    promotion: Promotion | None
    template: Template | None
    occasion: str
    holiday_country: str
    holiday_key: str
    only_in_country: bool
    leap_policy: str
    offset_days: int
    send_time: time
    max_lateness: int


def create_campaign(*, actor: Actor, at: datetime, **fields: Unpack[CampaignFields]) -> Campaign:
    """A draft. It may be incomplete; CampaignInvalid for values that no campaign can have."""
    campaign = Campaign(created_at=at, updated_at=at)
    for name, value in fields.items():
        setattr(campaign, name, value)
    with transaction.atomic():
        _check(campaign)
        campaign.save(force_insert=True)
        audit.record(actor=actor, action="campaign.created", of=campaign, fields=fields)
    return campaign


def duplicate_campaign(*, campaign: Campaign, actor: Actor, at: datetime) -> Campaign:
    """A draft that says all that the campaign says, under a name of its own; for any state."""
    told: CampaignFields = {name: getattr(campaign, name) for name in _COPIED}  # type: ignore[assignment]
    return create_campaign(actor=actor, at=at, **(told | {"name": _name_of_copy(campaign)}))


_COPIED: Final = tuple(name for name in CampaignFields.__annotations__ if name != "name")


def _name_of_copy(campaign: Campaign) -> str:
    """The first of “Name (copy)”, “Name (copy 2)” and so on that no campaign has."""
    longest = Campaign._meta.get_field("name").max_length or 0
    taken = set(Campaign.objects.filter(brand=campaign.brand).values_list("name", flat=True))
    endings = (
        gettext("(copy)") if number == 1 else gettext("(copy %(number)d)") % {"number": number}
        for number in count(1)
    )
    names = (f"{campaign.name[: longest - len(ending) - 1]} {ending}" for ending in endings)
    return next(name for name in names if name not in taken)


def update_campaign(
    *, campaign: Campaign, actor: Actor, at: datetime, **fields: Unpack[CampaignFields]
) -> Campaign:
    """Change a draft or a paused campaign, as it was when `campaign` was read.

    Raises WrongCampaignState while it is live or when it was stopped, CampaignChanged where
    somebody else was faster, CampaignInvalid with nothing changed.
    """
    with transaction.atomic():
        current = _locked(campaign)
        if current.state not in {CampaignState.DRAFT, CampaignState.PAUSED}:
            raise WrongCampaignState(
                details=_("Pause it first; a stopped campaign stays as it was.")
            )
        if current.updated_at != campaign.updated_at:
            raise CampaignChanged
        changed = [name for name, value in fields.items() if getattr(current, name) != value]
        for name in changed:
            setattr(current, name, fields[name])  # type: ignore[literal-required]
        _check(current)
        if changed:
            current.updated_at = at
            current.save(update_fields=[*changed, "updated_at"])
            audit.record(actor=actor, action="campaign.changed", of=current, fields=changed)
    return current


def _check(campaign: Campaign) -> None:
    """Each value by itself; what only matters together is in `campaigns.readiness`."""
    campaign.name = campaign.name.strip()
    campaign.holiday_country = campaign.holiday_country.strip().upper()
    try:
        campaign.clean_fields()
    except ValidationError as error:
        raise CampaignInvalid(
            {field: " ".join(messages) for field, messages in error.message_dict.items()}
        ) from error
    if campaign.state != CampaignState.DRAFT and campaign.template is None:
        raise CampaignInvalid({"template": _("What was launched keeps a message.")})
    same_name = Campaign.objects.filter(brand=campaign.brand, name=campaign.name)
    if same_name.exclude(pk=campaign.pk).exists():
        raise CampaignInvalid({"name": _("Another campaign has this name.")})


def launch(*, campaign: Campaign, actor: Actor, at: datetime) -> Campaign:
    """From draft to live: from now on the tick works on it.

    The first tick looks back over the lateness the campaign allows. Raises CampaignNotReady with
    everything that is missing; launching twice changes nothing.
    """

    def change(current: Campaign) -> None:
        found = problems(current, at=at)
        if found:
            raise CampaignNotReady(found)
        current.launched_at, current.ticked_until = at, at - current.lateness

    return _move(campaign, {CampaignState.DRAFT}, CampaignState.LIVE, "launched", change, actor, at)


def pause(*, campaign: Campaign, actor: Actor, at: datetime) -> Campaign:
    """From live to paused: nothing leaves any more; what was due meanwhile is decided on resume."""
    return _move(
        campaign, {CampaignState.LIVE}, CampaignState.PAUSED, "paused", _nothing, actor, at
    )


def resume(*, campaign: Campaign, actor: Actor, at: datetime) -> Campaign:
    """From paused to live. What fell due in between leaves or is recorded as too late.

    Looks back over the lateness at least, as what the campaign is about may have been changed.
    Raises CampaignNotReady.
    """

    def change(current: Campaign) -> None:
        found = problems(current, at=at)
        if found:
            raise CampaignNotReady(found)
        look_back_to = at - current.lateness
        current.ticked_until = min(current.ticked_until or look_back_to, look_back_to)

    return _move(campaign, {CampaignState.PAUSED}, CampaignState.LIVE, "resumed", change, actor, at)


def stop(*, campaign: Campaign, actor: Actor, at: datetime) -> Campaign:
    """End a campaign for good."""
    return _move(
        campaign,
        {CampaignState.LIVE, CampaignState.PAUSED},
        CampaignState.STOPPED,
        "stopped",
        _nothing,
        actor,
        at,
    )


def _nothing(_campaign: Campaign) -> None:
    """Some moves change the state alone."""


def _locked(campaign: Campaign) -> Campaign:
    return (
        Campaign.objects.select_related("segment", "promotion", "template")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=campaign.pk)
    )


def _move(
    campaign: Campaign,
    sources: set[CampaignState],
    target: CampaignState,
    verb: str,
    change: Callable[[Campaign], None],
    actor: Actor,
    at: datetime,
) -> Campaign:
    """Lock, re-read, check, write; already there is fine."""
    with transaction.atomic():
        current = _locked(campaign)
        if current.state == target:
            return current
        if current.state not in sources:
            raise WrongCampaignState(
                details=_("It is %(state)s.") % {"state": current.get_state_display()}
            )
        change(current)
        current.state, current.updated_at = target, at
        current.save(update_fields=["state", "launched_at", "ticked_until", "updated_at"])
        audit.record(actor=actor, action=f"campaign.{verb}", of=current, fields=["state"])
        if target == CampaignState.LIVE:
            dispatch.after_commit(TICK)
    return current
