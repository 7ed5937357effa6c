"""The suppression list in the admin: look up an address by typing it, put it on, take it off."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.views import ChangeList

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import LeadsNowhere, ReadOnlyAdmin
from config.shared.templatetags.vesile import label, moment
from customers import values
from customers.models import Channel, Suppression, SuppressionReason
from customers.services.suppression import LiftReason, lift, suppress
from customers.suppression import fingerprint

CHANNELS = (Channel.EMAIL, Channel.SMS)
# Why a colleague puts an address on the list; an erasure does so by itself.
ADDABLE = [one for one in SuppressionReason if one != SuppressionReason.ERASED]
TONES = {"bounced": "wait", "manual": "plain"}


class SuppressionList(LeadsNowhere, ChangeList):
    """An address is looked up by typing it; its row says no more than the list."""


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("No address is suppressed.")
    list_display = ("public_number", "channel_in_words", "why", "since")
    list_filter = ("channel", "reason")
    list_before_template = "vesile/suppression/open.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SuppressionList

    def get_urls(self) -> list[URLPattern]:
        name = "customers_suppression_lookup"
        return [
            path("lookup/", self.admin_site.admin_view(self.lookup_view), name=name),
            *super().get_urls(),
        ]

    def lookup_view(self, request: HttpRequest) -> HttpResponse:
        """By POST, so that no address gets into an address bar, a history or a log."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {}
        if request.method == "POST":
            try:
                channel, address = _typed(request)
                if request.POST.get("do") == "suppress":
                    return self._suppress(request, channel, address)
                if request.POST.get("do") == "lift":
                    return self._lift(request, channel, address)
                context = {
                    "channel": channel,
                    "address": address,
                    "asked": True,
                    "found": _find(channel, address),
                }
            except (VesileError, values.UnusableValue) as error:
                context = {"problem": str(error)}
        return self.page(
            request,
            "vesile/suppression/lookup.html",
            title=_("Look up an address"),
            channels=[(one.value, one.label) for one in CHANNELS],
            reasons=[(one.value, one.label) for one in ADDABLE],
            lift_reasons=LiftReason.choices,
            may_add=request.user.has_perm("customers.add_suppression"),
            may_lift=request.user.has_perm("customers.delete_suppression"),
            **context,
        )

    def _suppress(self, request: HttpRequest, channel: str, address: str) -> HttpResponse:
        if not request.user.has_perm("customers.add_suppression"):
            raise PermissionDenied
        suppress(
            channel=channel,
            addresses=[address],
            reason=request.POST.get("reason", ""),
            actor=actors.staff(request),
            at=clock.now(),
        )
        messages.success(request, _("Nothing is sent to this address any more."))
        return HttpResponseRedirect(reverse("admin:customers_suppression_changelist"))

    def _lift(self, request: HttpRequest, channel: str, address: str) -> HttpResponse:
        if not request.user.has_perm("customers.delete_suppression"):
            raise PermissionDenied
        found = _find(channel, address)
        lift(
            suppression_id=found.pk if found else 0,
            reason=request.POST.get("reason", ""),
            actor=actors.staff(request),
        )
        messages.success(request, _("The address may be used again, where a consent allows it."))
        return HttpResponseRedirect(reverse("admin:customers_suppression_changelist"))

    @display(description=gettext_lazy("Address"))
    def public_number(self, row: Suppression) -> str:
        """What is stored cannot be turned back into the address."""
        return _("known only as a fingerprint, no. %(id)s") % {"id": row.pk}

    @display(description=gettext_lazy("Channel"))
    def channel_in_words(self, row: Suppression) -> str:
        return str(row.get_channel_display())

    @display(description=gettext_lazy("Reason"))
    def why(self, row: Suppression) -> str:
        return label(row.get_reason_display(), TONES.get(row.reason, "bad"))

    @display(description=gettext_lazy("Since"), ordering="created_at")
    def since(self, row: Suppression) -> str:
        return moment(row.created_at)


def _typed(request: HttpRequest) -> tuple[str, str]:
    """The channel and the address as it is stored; raises UnusableValue for what is none."""
    channel = request.POST.get("channel", "")
    typed = request.POST.get("address", "").replace("\x00", "")
    if channel == Channel.SMS:
        return channel, values.phone(typed, country=request.project.country)  # type: ignore[attr-defined]
    return Channel.EMAIL, values.email(typed)


def _find(channel: str, address: str) -> Suppression | None:
    return Suppression.objects.filter(
        channel=channel, fingerprint=fingerprint(channel, address)
    ).first()
