"""Launching, pausing, resuming and stopping through dialogs."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from campaigns.models import Campaign, CampaignState
from campaigns.services import campaigns as services
from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import done
from config.shared.screens.dialogs import refused

from .forms import MOVES, ReachForm

Move = Callable[..., Campaign]


class MovesMixin:
    """The four detail actions, each a dialog that names how many customers it concerns."""

    actions_detail = ("launch", "pause", "resume", "stop")

    def has_launch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.launch_campaign")

    def _filter_unfold_actions_by_permissions(
        self, request: HttpRequest, actions: Any, object_id: Any = None
    ) -> Any:
        """Offer only the moves that fit the state."""
        allowed = super()._filter_unfold_actions_by_permissions(  # type: ignore[misc]
            request, actions, object_id
        )
        if object_id is None:
            return allowed
        state = Campaign.objects.filter(pk=object_id).values_list("state", flat=True).first()
        moves = MOVES[CampaignState(state)] if state else ()
        return [one for one in allowed if one.action_name.rpartition("_")[2] in moves]

    def _move(
        self, request: HttpRequest, object_id: str, service: Move, text: str | Promise
    ) -> HttpResponse:
        url = reverse("admin:campaigns_campaign_page", args=[object_id])
        try:
            service(
                campaign=Campaign.objects.get(pk=object_id),
                actor=actors.staff(request),
                at=clock.now(),
            )
        except VesileError as error:
            return refused(request, url, error)
        return done(request, url, text)

    @action(
        description=_("Launch…"),
        icon="rocket_launch",
        variant=ActionVariant.PRIMARY,
        permissions=["launch"],
        url_path="launch",
        dialog={
            "title": _("Launch this campaign?"),
            "description": _(
                "From now on its messages leave by themselves. You can pause it; messages already "
                "sent cannot be recalled."
            ),
            "form_class": ReachForm,
            "form_submit_text": _("Launch now"),
        },
    )
    def launch(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._move(request, object_id, services.launch, _("The campaign is live."))

    @action(
        description=_("Pause…"),
        icon="pause",
        permissions=["launch"],
        url_path="pause",
        dialog={
            "title": _("Pause this campaign?"),
            "description": _(
                "Nothing leaves until you resume it. What falls due meanwhile leaves on resuming, "
                "or is recorded as too late."
            ),
            "form_class": ReachForm,
            "form_submit_text": _("Pause"),
        },
    )
    def pause(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._move(request, object_id, services.pause, _("The campaign is paused."))

    @action(
        description=_("Resume…"),
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        permissions=["launch"],
        url_path="resume",
        dialog={
            "title": _("Resume this campaign?"),
            "description": _(
                "What fell due in the meantime leaves at once, unless it is too late."
            ),
            "form_class": ReachForm,
            "form_submit_text": _("Resume"),
        },
    )
    def resume(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._move(request, object_id, services.resume, _("The campaign is live again."))

    @action(
        description=_("Stop…"),
        icon="stop",
        variant=ActionVariant.DANGER,
        permissions=["launch"],
        url_path="stop",
        dialog={
            "title": _("Stop this campaign for good?"),
            "description": _(
                "A stopped campaign cannot be started again. Codes already sent stay valid."
            ),
            "form_class": ReachForm,
            "form_submit_text": _("Stop for good"),
        },
    )
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._move(request, object_id, services.stop, _("The campaign is stopped."))
