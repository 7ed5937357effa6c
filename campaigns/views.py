"""The dashboard and the page of one campaign."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import dashboard as read
from campaigns import wording
from campaigns.models import Campaign, CampaignState, Decision, OccasionKind
from campaigns.overview import Figures, Reach, figures, next_week, reach, with_deliveries
from campaigns.readiness import problems
from config.shared import clock
from config.shared.localtime import to_local
from config.shared.screens import Series, keyset_page, stacked_bars
from config.shared.screens.history import audit_page
from config.shared.templatetags.vesile import short_day
from customers.models import Customer
from messaging.gate import reason_in_words
from rewards.refusals import refusal_in_words
from rewards.selectors import promotion_summary
from segments.errors import RuleError

VIOLET, AMBER, GREY = "#7c3aed", "#d97706", "#94a3b8"


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the admin's first page (named in UNFOLD["DASHBOARD_CALLBACK"])."""
    context["title"] = _("Dashboard")
    may_see = [
        "customers.view_customer",
        "campaigns.view_campaign",
        "rewards.view_redemption",
        "messaging.view_delivery",
    ]
    if not request.user.has_perms(may_see):
        context["nothing_to_see"] = True
        return context
    if not Customer.objects.exists():
        steps = read.first_steps()
        context["steps"] = [
            {"step": step, "may": request.user.has_perm(step.permission)} for step in steps
        ]
        return context
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in read.PERIODS} else read.PERIODS[0]
    board = read.dashboard(
        days=days,
        project=request.project,  # type: ignore[attr-defined]
        at=clock.now(),
        refusal_in_words=refusal_in_words,
    )
    messages = [
        {"day": day, "sent": sent, "not_sent": other}
        for day, sent, other in zip(
            board.message_days.days,
            board.messages.sent_by_day,
            board.messages.not_sent_by_day,
            strict=True,
        )
    ]
    context.update(
        board=board,
        periods=read.PERIODS,
        message_rows=messages,
        week=next_week(project=request.project, at=board.at),  # type: ignore[attr-defined]
        redemption_chart=stacked_bars(
            [short_day(one.day) for one in board.redemptions],
            [
                Series(_("Accepted"), [one.accepted for one in board.redemptions], VIOLET),
                Series(_("Refused"), [one.refused for one in board.redemptions], AMBER),
            ],
        ),
        message_chart=stacked_bars(
            [short_day(day) for day in board.message_days.days],
            [
                Series(_("Sent"), board.messages.sent_by_day, VIOLET),
                Series(_("Not sent"), board.messages.not_sent_by_day, GREY),
            ],
        ),
    )
    return context


TABS = {
    "overview": gettext_lazy("Figures"),
    "decisions": gettext_lazy("Decisions"),
    "log": gettext_lazy("Changes"),
}


def campaign_page(
    admin: Any, request: HttpRequest, pk: int, moves: Mapping[Any, Sequence[str]]
) -> HttpResponse:
    """What, when and for whom in words; then figures, decisions or changes (`?tab=`)."""
    campaign = (
        Campaign.objects.select_related("segment", "promotion", "template").filter(pk=pk).first()
    )
    if campaign is None:
        notices.warning(request, _("There is no such campaign (any more)."))
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_changelist"))
    if not admin.has_view_permission(request, campaign):
        raise PermissionDenied
    at = clock.now()
    today = to_local(at, request.project.zone).date()  # type: ignore[attr-defined]
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "overview"
    state = CampaignState(campaign.state)
    may_launch = request.user.has_perm("campaigns.launch_campaign")
    may_edit = admin.has_change_permission(request, campaign)
    return admin.page(
        request,
        "vesile/campaign/page.html",
        title=campaign.name,
        object=campaign,
        campaign=campaign,
        state_tone=wording.TONES[state],
        moves=moves[state] if may_launch else (),
        may_edit=may_edit and state in {CampaignState.DRAFT, CampaignState.PAUSED},
        facts=_in_words(campaign, today),
        problems=problems(campaign, at=at) if state != CampaignState.STOPPED else [],
        tab=tab,
        tabs=TABS,
        **_tab(campaign, tab, request.GET.get("before", ""), at),
    )


def _in_words(campaign: Campaign, today: Any) -> dict[str, Any]:
    offer = campaign.promotion
    return {
        "occasion": wording.occasion(campaign, year=today.year),
        "hour": wording.hour(campaign),
        "clock_changes": wording.clock_changes(),
        "leap": wording.leap_policy(campaign) if campaign.occasion == OccasionKind.BIRTHDAY else "",
        "lateness": wording.lateness(campaign),
        "audience": wording.audience(campaign),
        "offer": promotion_summary(offer) if offer else "",
        "next_run": wording.next_run(campaign, today=today),
    }


def _tab(campaign: Campaign, tab: str, before: str, at: Any) -> dict[str, Any]:
    if tab == "decisions":
        rows = Decision.objects.filter(campaign=campaign).select_related("customer")
        page = keyset_page(rows, before=before, size=20)
        decided = [
            {
                "decision": one.decision,
                "delivery": one.delivery,
                "reason": reason_in_words(one.delivery.reason)
                if one.delivery and one.delivery.reason
                else "",
            }
            for one in with_deliveries(campaign, page.rows)
        ]
        return {"decided": decided, "page": page}
    if tab == "log":
        return {"changes": audit_page(campaign, before=before)}
    found = figures([campaign.pk])[campaign.pk]
    return {"figures": found, "funnel": _funnel(found), "reach": _reach(campaign, at)}


def _reach(campaign: Campaign, at: Any) -> Reach | None:
    if campaign.state == CampaignState.STOPPED:
        return None
    try:
        return reach(campaign, at=at)
    except RuleError:  # the list of problems says so
        return None


def _funnel(found: Figures) -> dict[str, Any]:
    """Due, sent, redeemed: as a chart and as rows with their share of the step before."""
    steps = [
        (_("Due"), found.due),
        (_("Sent"), found.messages.sent),
        (_("Redeemed"), found.redeemed),
    ]
    rows = []
    for position, (name, value) in enumerate(steps):
        before = steps[position - 1][1] if position else 0
        rows.append((name, value, round(value * 100 / before) if before else None))
    names, values = [name for name, _value in steps], [value for _name, value in steps]
    chart = stacked_bars(names, [Series(_("Customers"), values, VIOLET)])
    return {"rows": rows, "chart": chart}
