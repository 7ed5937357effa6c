"""Alarms in the admin: what is refused to many, and that somebody has seen to it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import ReadOnlyAdmin, done, keyset_page
from config.shared.screens.dialogs import refused
from config.shared.templatetags.vesile import EMPTY, label, moment, number
from rewards.models import Promotion, RefusalAlarm
from rewards.refusals import advice_for, in_words, refusal_in_words
from rewards.selectors import attempts_of_alarm, customers_of_alarm, open_alarms
from rewards.services.alarms import see_to

from .code_filters import PromotionFilter

_VALUES_SHOWN = 5


class AlarmStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", _("open")), ("closed", _("seen to"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"open", "closed"}:
            return queryset
        return queryset.filter(closed_at__isnull=self.value() == "open")


class SeenToForm(BaseDialogForm):
    note = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=300,
        help_text=gettext_lazy("For instance: the minimum was too high, lowered to 50."),
        widget=UnfoldAdminTextInputWidget,
    )


@admin.register(RefusalAlarm)
class RefusalAlarmAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy(
        "When an offer refuses many customers by the same rule, it is said here. Each offer says "
        "from how many attempts in an hour on."
    )
    list_display = ("offer", "state", "reason", "refused", "concerned", "since", "last")
    list_filter = (AlarmStateFilter, PromotionFilter)
    list_select_related = ("promotion", "closed_by")
    actions_detail = ("see_to",)

    def has_change_alarm_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.change_refusalalarm")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        alarm = RefusalAlarm.objects.select_related("promotion", "closed_by")
        found = alarm.filter(pk=object_id).first()
        if found is None:
            messages.warning(request, _("There is no such alarm (any more)."))
            return HttpResponseRedirect(reverse("admin:rewards_refusalalarm_changelist"))
        return self.page(
            request,
            "vesile/alarm/page.html",
            title=_("Alarm"),
            alarm=found,
            reason=refusal_in_words(found.rule),
            advice=advice_for(found.rule),
            values=_values_needed(found),
            page=keyset_page(
                customers_of_alarm(found), before=request.GET.get("before", ""), size=25
            ),
        )

    @action(
        description=gettext_lazy("Seen to…"),
        icon="check",
        variant=ActionVariant.PRIMARY,
        permissions=["change_alarm"],
        url_path="see-to",
        dialog={
            "title": gettext_lazy("Is this alarm seen to?"),
            "description": gettext_lazy(
                "It is closed with your note. If the offer refuses as many again, there is "
                "another one."
            ),
            "form_class": SeenToForm,
            "form_submit_text": gettext_lazy("Close the alarm"),
        },
    )
    def see_to(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        url = reverse("admin:rewards_refusalalarm_change", args=[object_id])
        alarm = RefusalAlarm.objects.filter(pk=object_id).first()
        if alarm is None:
            listed = reverse("admin:rewards_refusalalarm_changelist")
            return done(request, listed, _("There is no such alarm (any more)."))
        try:
            see_to(
                alarm=alarm,
                note=form.cleaned_data["note"],
                actor=actors.staff(request),
                at=clock.now(),
            )
        except VesileError as error:
            return refused(request, url, error)
        return done(request, url, _("The alarm is closed."))

    @display(description=gettext_lazy("Offer"))
    def offer(self, alarm: RefusalAlarm) -> str:
        return alarm.promotion.name

    @display(description=gettext_lazy("State"))
    def state(self, alarm: RefusalAlarm) -> str:
        return label(_("seen to"), "good") if alarm.closed_at else label(_("open"), "bad")

    @display(description=gettext_lazy("Why refused"))
    def reason(self, alarm: RefusalAlarm) -> str:
        words = refusal_in_words(alarm.rule)
        if not alarm.note:
            return words
        return format_html('<span>{}<br><span class="v-sub">{}</span></span>', words, alarm.note)

    @display(description=gettext_lazy("Refused attempts"))
    def refused(self, alarm: RefusalAlarm) -> str:
        return format_html(
            '<a class="v-link" href="{}?alarm={}">{}</a>',
            reverse("admin:rewards_redemption_changelist"),
            alarm.pk,
            number(alarm.attempts),
        )

    @display(description=gettext_lazy("Customers"))
    def concerned(self, alarm: RefusalAlarm) -> str:
        return number(alarm.customers)

    @display(description=gettext_lazy("Since"))
    def since(self, alarm: RefusalAlarm) -> str:
        return moment(alarm.first_at)

    @display(description=gettext_lazy("Last"))
    def last(self, alarm: RefusalAlarm) -> str:
        return moment(alarm.last_at)


def alarms_in_words(promotion: Promotion) -> list[RefusalAlarm]:
    """The open alarms of an offer, each with its `reason`."""
    alarms = list(open_alarms(promotion))
    for alarm in alarms:
        alarm.reason = refusal_in_words(alarm.rule)  # type: ignore[attr-defined]
    return alarms


def _values_needed(alarm: RefusalAlarm) -> list[tuple[str, int]]:
    """What the commonest of the attempts needed, and how many did."""
    rows = (
        attempts_of_alarm(alarm)
        .exclude(failure_needed="")
        .order_by()
        .values_list("failure_needed")
        .annotate(times=Count("pk"))
        .order_by("-times", "failure_needed")[:_VALUES_SHOWN]
    )
    return [(in_words(needed) or EMPTY, times) for needed, times in rows]
