from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from campaigns import wording
from campaigns.models import Campaign, CampaignState
from campaigns.overview import Figures, figures
from campaigns.services import campaigns as services
from campaigns.views import campaign_page
from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.localtime import to_local
from config.shared.screens import BulkList, RecordAdmin
from config.shared.templatetags.vesile import EMPTY, label, number

from .dialogs import MovesMixin
from .forms import FIELDS, MOVES, CampaignForm, holidays_in

EDITABLE = {CampaignState.DRAFT, CampaignState.PAUSED}


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in CampaignState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class CampaignList(BulkList):
    """Adds the figures of one page in three statements; rows lead to the campaign's page."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        found = figures([row.pk for row in rows])
        today = to_local(clock.now(), request.project.zone).date()  # type: ignore[attr-defined]
        for row in rows:
            row.figures = found.get(row.pk, Figures())
            row.today = today

    def url_for_result(self, result: Any) -> str:
        return reverse("admin:campaigns_campaign_page", args=[result.pk])


@admin.register(Campaign)
class CampaignAdmin(MovesMixin, RecordAdmin):
    empty_text = gettext_lazy(
        "A campaign sends a message, with or without an offer, on birthdays or a holiday."
    )
    form = CampaignForm
    list_display = (
        "campaign",
        "status",
        "audience",
        "offer",
        "due",
        "sent",
        "skipped",
        "redeemed",
        "next_run",
    )
    list_filter = (StateFilter,)
    search_fields = ("name",)
    list_select_related = ("segment", "promotion", "template")
    fieldsets = (
        (None, {"fields": ("name", "seen")}),
        (
            gettext_lazy("Who, what and in which words"),
            {"fields": ("segment", "promotion", "template")},
        ),
        (
            gettext_lazy("When"),
            {
                "fields": (
                    "occasion",
                    "holiday_country",
                    "holiday_key",
                    "only_in_country",
                    "leap_policy",
                    "offset_days",
                    "send_time",
                    "max_lateness",
                ),
                "description": gettext_lazy(
                    "Messages leave on each customer's own clock. Where the hour is left out when "
                    "clocks go forward they leave at the change; where it comes twice, at the "
                    "first. What cannot leave in time is recorded as too late and not sent."
                ),
            },
        ),
    )
    conditional_fields = {
        "holiday_country": "occasion == 'holiday'",
        "holiday_key": "occasion == 'holiday'",
        "only_in_country": "occasion == 'holiday'",
        "leap_policy": "occasion == 'birthday'",
    }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/page/",
                view(self.page_view),
                name="campaigns_campaign_page",
            ),
            path(
                "<int:pk>/duplicate/",
                view(require_POST(self.duplicate_view)),
                name="campaigns_campaign_duplicate",
            ),
            path("holidays/", view(self.holidays_view), name="campaigns_campaign_holidays"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return CampaignList

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"holiday_country": request.project.country}  # type: ignore[attr-defined]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        nothing = {
            "segment": _("All customers"),
            "promotion": _("No offer, only words"),
            "template": _("Choose…"),
        }
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.name in nothing:
            field.empty_label = nothing[db_field.name]
        return field

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return campaign_page(self, request, pk, MOVES)

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a draft of any campaign, also of a stopped one, and go to its form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        campaign = get_object_or_404(Campaign.objects.select_related("brand"), pk=pk)
        try:
            made = services.duplicate_campaign(
                campaign=campaign, actor=actors.staff(request), at=clock.now()
            )
        except VesileError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self._page_of(campaign))
        messages.success(request, _("This is the copy, a draft. Change what should differ."))
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[made.pk]))

    def holidays_view(self, request: HttpRequest) -> HttpResponse:
        """The choices of the holiday field after another country was chosen."""
        if not request.user.has_perm("campaigns.view_campaign"):
            raise PermissionDenied
        listed = holidays_in(request.GET.get("holiday_country", "")[:2])
        return TemplateResponse(request, "vesile/campaign/holidays.html", {"holidays": listed})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form of a draft or paused campaign; any other has only its page."""
        campaign = self.get_object(request, object_id)
        if campaign is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, campaign):
            raise PermissionDenied
        if campaign.state not in EDITABLE or not self.has_change_permission(request, campaign):
            return HttpResponseRedirect(self._page_of(campaign))
        return super().change_view(request, object_id, form_url, extra_context)

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Campaign:
        told = {name: form.cleaned_data[name] for name in FIELDS}
        actor, at = actors.staff(request), clock.now()
        if not change:
            return services.create_campaign(actor=actor, at=at, **told)
        read = Campaign(pk=form.instance.pk, updated_at=form.seen_at())
        return services.update_campaign(campaign=read, actor=actor, at=at, **told)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self._page_of(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self._page_of(obj))

    def _page_of(self, campaign: Campaign) -> str:
        return reverse("admin:campaigns_campaign_page", args=[campaign.pk])

    @display(description=gettext_lazy("Campaign"), ordering="name")
    def campaign(self, campaign: Any) -> str:
        return format_html(
            '{}<br><span class="v-sub">{}</span>',
            campaign.name,
            wording.occasion(campaign, year=campaign.today.year),
        )

    @display(description=gettext_lazy("State"), ordering="state")
    def status(self, campaign: Campaign) -> str:
        state = CampaignState(campaign.state)
        return label(state.label, wording.TONES[state])

    @display(description=gettext_lazy("Audience"))
    def audience(self, campaign: Campaign) -> str:
        return wording.audience(campaign)

    @display(description=gettext_lazy("Offer"))
    def offer(self, campaign: Campaign) -> str:
        return campaign.promotion.name if campaign.promotion else EMPTY

    @display(description=gettext_lazy("Due"))
    def due(self, campaign: Any) -> str:
        return number(campaign.figures.due)

    @display(description=gettext_lazy("Sent"))
    def sent(self, campaign: Any) -> str:
        return number(campaign.figures.messages.sent)

    @display(description=gettext_lazy("Not sent"))
    def skipped(self, campaign: Any) -> str:
        return number(campaign.figures.messages.skipped + campaign.figures.too_late)

    @display(description=gettext_lazy("Redeemed"))
    def redeemed(self, campaign: Any) -> str:
        return number(campaign.figures.redeemed)

    @display(description=gettext_lazy("Next messages"))
    def next_run(self, campaign: Any) -> str:
        return wording.next_run(campaign, today=campaign.today)
