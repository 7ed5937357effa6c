"""What the dashboard shows, computed from the rows at one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.models import Campaign, CampaignState
from config.shared.health import STALE
from config.shared.models import Heartbeat, Project
from config.shared.money import format_money
from config.shared.periods import Period, days_before, days_until
from customers.models import Customer, ImportRun
from customers.selectors import contactable_by_email_count
from messaging.figures import MessageFigures, message_figures, sent_count, trouble_counts
from messaging.gate import reason_in_words
from messaging.models import DeliveryState, Template
from rewards.figures import CodeFigures, code_figures, refusal_counts
from rewards.models import Promotion
from rewards.refusals import refusal_in_words
from rewards.selectors import Day, open_alarms, redemptions_per_day

PERIODS = (7, 28)
TROUBLE_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Card:
    """A figure, how it moved against the period before, and what it means."""

    name: str
    value: str
    change: str
    meaning: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something somebody should look at, and where."""

    text: str
    url: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What a new installation still lacks."""

    text: str
    url: str
    permission: str
    done: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    at: datetime
    days: int
    cards: Sequence[Card]
    redemptions: Sequence[Day]
    messages: MessageFigures
    message_days: Period
    skip_reasons: Sequence[tuple[str, int]]
    refusals: Sequence[tuple[str, int]]
    concerns: Sequence[Concern]


def dashboard(
    *, days: int, project: Project, at: datetime, refusal_in_words: Callable[[str], Any]
) -> Dashboard:
    """Everything for the last `days` local days of the project, in a fixed number of statements."""
    period = days_until(at, days=days, zone=project.zone)
    before = days_before(at, days=days, zone=project.zone)
    messages = message_figures(period)
    codes = code_figures(start=period.start, end=period.end)
    codes_before = code_figures(start=before.start, end=before.end)
    sent_before = sent_count(start=before.start, end=before.end)
    return Dashboard(
        at=at,
        days=days,
        cards=[
            _customers_card(period, before, at),
            _messages_card(messages, sent_before),
            _codes_card(codes, codes_before),
            _money_card(codes, codes_before, project),
        ],
        redemptions=redemptions_per_day(last_day=period.days[-1], days=days, zone=project.zone),
        messages=messages,
        message_days=period,
        skip_reasons=[(_outcome(reason), times) for reason, times in messages.reasons],
        refusals=[
            (str(refusal_in_words(key)), times)
            for key, times in refusal_counts(start=period.start, end=period.end)
        ],
        concerns=concerns(at=at),
    )


def _outcome(reason: str) -> str:
    """Why a message was not sent, or what became of it where no reason was stored."""
    if reason in DeliveryState.values:
        return str(capfirst(DeliveryState(reason).label))
    return reason_in_words(reason)


def _number(value: int) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


def _change(now: int, before: int) -> str:
    """How a figure moved, in words; without a figure before there is nothing to compare."""
    if now == before:
        return _("the same as in the period before")
    if not before:
        return _("none in the period before")
    percent = round(abs(now - before) * 100 / before)
    if now > before:
        return _("%(percent)s%% more than in the period before") % {"percent": percent}
    return _("%(percent)s%% less than in the period before") % {"percent": percent}


def _customers_card(period: Period, before: Period, at: datetime) -> Card:
    counts = Customer.objects.aggregate(
        total=Count("pk"),
        new=Count("pk", filter=Q(signed_up_at__gte=period.start, signed_up_at__lt=period.end)),
        new_before=Count(
            "pk", filter=Q(signed_up_at__gte=before.start, signed_up_at__lt=before.end)
        ),
    )
    contactable = contactable_by_email_count(at=at)
    share = round(contactable * 100 / counts["total"]) if counts["total"] else 0
    return Card(
        name=_("Customers"),
        value=_number(counts["total"]),
        change=ngettext(
            "%(new)s signed up (before: %(old)s)",
            "%(new)s signed up (before: %(old)s)",
            counts["new"],
        )
        % {"new": _number(counts["new"]), "old": _number(counts["new_before"])},
        meaning=_("%(count)s of them (%(share)s%%) may be written to by e-mail.")
        % {"count": _number(contactable), "share": share},
        url=reverse("admin:customers_customer_changelist"),
    )


def _messages_card(messages: MessageFigures, before: int) -> Card:
    return Card(
        name=_("Messages sent"),
        value=_number(messages.sent),
        change=_change(messages.sent, before),
        meaning=ngettext(
            "%(count)s message was not sent; the reasons are below.",
            "%(count)s messages were not sent; the reasons are below.",
            messages.not_sent,
        )
        % {"count": _number(messages.not_sent)}
        if messages.not_sent
        else _("Every message that was due has left."),
        url=reverse("admin:messaging_delivery_changelist"),
    )


def _codes_card(codes: CodeFigures, before: CodeFigures) -> Card:
    return Card(
        name=_("Codes redeemed"),
        value=_number(codes.accepted),
        change=_change(codes.accepted, before.accepted),
        meaning=_("%(issued)s codes were issued, %(refused)s attempts were refused.")
        % {"issued": _number(codes.issued), "refused": _number(codes.refused)},
        url=reverse("admin:rewards_redemption_changelist"),
    )


def _money_card(codes: CodeFigures, before: CodeFigures, project: Project) -> Card:
    language = get_language() or "en"
    if not codes.money:
        return Card(
            name=_("Revenue with codes"),
            value=format_money(0, project.currency, language),
            change=_("no code was redeemed in this period"),
            meaning=_("What customers paid on orders with a code, after the discount."),
        )
    main, *others = codes.money
    was = next((one.revenue for one in before.money if one.currency == main.currency), 0)
    value = [format_money(one.revenue, one.currency, language) for one in (main, *others)]
    given = [format_money(one.discount, one.currency, language) for one in (main, *others)]
    return Card(
        name=_("Revenue with codes"),
        value=" + ".join(value),
        change=_change(main.revenue, was),
        meaning=_("Paid after a discount of %(discount)s in all.")
        % {"discount": " + ".join(given)},
        url=reverse("admin:rewards_redemption_changelist") + "?result=SUCCESS",
    )


def concerns(*, at: datetime) -> list[Concern]:
    """What needs somebody's attention, the urgent first."""
    found = [
        *_beat_concern(at),
        *_alarm_concerns(),
        *_trouble_concerns(at),
        *_campaign_concerns(),
    ]
    return sorted(found, key=lambda concern: not concern.urgent)


def _beat_concern(at: datetime) -> list[Concern]:
    seen = Heartbeat.objects.filter(name="beat").values_list("at", flat=True).first()
    if seen and at - seen < STALE:
        return []
    text = (
        _("The scheduler has stopped: nothing is sent until beat runs again.")
        if seen
        else _("The scheduler has never run here: nothing is sent until beat is started.")
    )
    return [Concern(text, reverse("admin:health"), urgent=True)]


def _trouble_concerns(at: datetime) -> list[Concern]:
    counts = trouble_counts(since=at - TROUBLE_WITHIN)
    url = reverse("admin:messaging_delivery_changelist")
    found = []
    if failed := counts.get("failed", 0):
        text = ngettext(
            "%(count)s message failed in the last 7 days.",
            "%(count)s messages failed in the last 7 days.",
            failed,
        )
        found.append(Concern(text % {"count": _number(failed)}, f"{url}?state=failed", True))
    if unknown := counts.get("unknown", 0):
        text = ngettext(
            "Of %(count)s message nobody knows whether it left (last 7 days).",
            "Of %(count)s messages nobody knows whether they left (last 7 days).",
            unknown,
        )
        found.append(Concern(text % {"count": _number(unknown)}, f"{url}?state=unknown", True))
    return found


def _alarm_concerns() -> list[Concern]:
    return [
        Concern(
            _("“%(offer)s” was refused %(times)s times to %(customers)s customers: %(reason)s")
            % {
                "offer": alarm.promotion.name,
                "times": _number(alarm.attempts),
                "customers": _number(alarm.customers),
                "reason": refusal_in_words(alarm.rule),
            },
            reverse("admin:rewards_refusalalarm_change", args=[alarm.pk]),
            urgent=True,
        )
        for alarm in open_alarms()[:8]
    ]


SENTENCES: dict[str, Callable[[str], str | Promise]] = {
    CampaignState.DRAFT: lambda name: (
        _("“%(name)s” is a draft and waits to be launched.") % {"name": name}
    ),
    CampaignState.PAUSED: lambda name: (
        _("“%(name)s” is paused: nobody gets its messages.") % {"name": name}
    ),
}


def _campaign_concerns() -> list[Concern]:
    rows = Campaign.objects.filter(state__in=list(SENTENCES)).order_by("-state", "name")[:8]
    return [
        Concern(
            str(SENTENCES[campaign.state](campaign.name)),
            reverse("admin:campaigns_campaign_page", args=[campaign.pk]),
            urgent=campaign.state == CampaignState.PAUSED,
        )
        for campaign in rows
    ]


def first_steps() -> list[Step]:
    """What a new installation still needs before a first message can leave; done ones are told."""
    return [
        Step(
            _("Import customers and orders: from a file, or through the API."),
            reverse("admin:customers_importrun_changelist"),
            "customers.view_importrun",
            Customer.objects.exists() or ImportRun.objects.exists(),
        ),
        Step(
            _("Make an offer: what a code gives, how often it may be used, when it ends."),
            reverse("admin:rewards_promotion_add"),
            "rewards.add_promotion",
            Promotion.objects.exists(),
        ),
        Step(
            _("Write a message template and preview it as one of your customers."),
            reverse("admin:messaging_template_add"),
            "messaging.add_template",
            Template.objects.exists(),
        ),
        Step(
            _("Create a campaign for birthdays or a holiday, check it and launch it."),
            reverse("admin:campaigns_campaign_add"),
            "campaigns.add_campaign",
            Campaign.objects.exists(),
        ),
    ]
