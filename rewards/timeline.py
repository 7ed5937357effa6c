"""Codes and redemptions on the customer's timeline."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.templatetags.vesile import day, money
from customers.timeline import Entry, Source, Window, register_source
from rewards.models import Redemption, RedemptionResult, Return, Rollback, Voucher
from rewards.refusals import in_words, refusal_in_words


def codes(window: Window) -> Iterable[Entry]:
    """Personal codes when they were issued."""
    rows = window.newest(
        Voucher.objects.counting()
        .filter(holder__in=window.identity_ids)
        .select_related("promotion"),
        "created_at",
    )
    for voucher in rows:
        told = [voucher.promotion.name]
        if voucher.expires_at:
            told.append(_("until %(day)s") % {"day": day(voucher.expires_at)})
        yield Entry(
            at=voucher.created_at,
            pk=voucher.pk,
            title=_("Code %(code)s issued") % {"code": voucher.code},
            detail=" · ".join(told),
            label="" if voucher.active else _("switched off"),
            tone="bad",
            url=reverse("admin:rewards_voucher_change", args=[voucher.pk]),
        )


def redemptions(window: Window) -> Iterable[Entry]:
    """Attempts to use a code: what an accepted one gave, why the other was refused."""
    rows = window.newest(
        Redemption.objects.leaves()
        .filter(identity__in=window.identity_ids)
        .select_related("voucher", "promotion"),
        "created_at",
    )
    for one in rows:
        accepted = one.result == RedemptionResult.SUCCESS
        code = one.voucher.code if one.voucher else ""
        yield Entry(
            at=one.created_at,
            pk=one.pk,
            title=_title(one, code),
            detail=_what_it_gave(one) if accepted else _why_refused(one),
            label=_("rolled back") if one.rolled_back_at else one.get_result_display(),
            tone="wait" if one.rolled_back_at else "good" if accepted else "bad",
            url=reverse("admin:rewards_redemption_change", args=[one.pk]),
        )


def taken_back(window: Window) -> Iterable[Entry]:
    """Redemptions that were rolled back, each when that happened; of codes used together once."""
    rows = window.newest(
        Rollback.objects.filter(
            parent=None, redemption__identity__in=window.identity_ids
        ).select_related("redemption__voucher"),
        "created_at",
    )
    for one in rows:
        told = [one.reason]
        if one.redemption.order_source_id:
            told.append(_("order %(number)s") % {"number": one.redemption.order_source_id})
        yield Entry(
            at=one.created_at,
            pk=one.pk,
            title=_("Redemption rolled back"),
            detail=" · ".join(filter(None, told)),
            tone="wait",
            url=reverse("admin:rewards_redemption_change", args=[one.redemption_id]),
        )


def returned(window: Window) -> Iterable[Entry]:
    """Goods of an order with a code that came back, and the discount they gave back."""
    rows = window.newest(
        Return.objects.filter(redemption__identity__in=window.identity_ids).select_related(
            "redemption"
        ),
        "created_at",
    )
    for one in rows:
        given = money(one.amount, one.redemption.currency)
        yield Entry(
            at=one.created_at,
            pk=one.pk,
            title=_("Goods of a redemption came back"),
            detail=_("discount of %(amount)s given back") % {"amount": given},
            url=reverse("admin:rewards_redemption_change", args=[one.redemption_id]),
        )


def _title(one: Redemption, code: str) -> str:
    if not code:
        return _("An unknown code used")
    if one.only_asked:
        return _("Code %(code)s asked about") % {"code": code}
    return _("Code %(code)s used") % {"code": code}


def _what_it_gave(one: Redemption) -> str:
    told = [_("%(amount)s off") % {"amount": money(one.discount_amount, one.currency)}]
    if one.order_source_id:
        told.append(_("order %(number)s") % {"number": one.order_source_id})
    return " · ".join(told)


def _why_refused(one: Redemption) -> str:
    reason = refusal_in_words(one.failure_rule or one.failure_key)
    if not one.failure_seen:
        return reason
    seen = _("Seen: %(seen)s. Needed: %(needed)s.") % {
        "seen": in_words(one.failure_seen),
        "needed": in_words(one.failure_needed),
    }
    return f"{reason} {seen}"


def declare() -> None:
    """Called once, when the app is ready."""
    for kind, title, icon, permission, load, position in (
        ("code", gettext_lazy("Codes issued"), "sell", "rewards.view_voucher", codes, 25),
        (
            "redemption",
            gettext_lazy("Redemptions"),
            "redeem",
            "rewards.view_redemption",
            redemptions,
            26,
        ),
        (
            "rollback",
            gettext_lazy("Rollbacks"),
            "undo",
            "rewards.view_redemption",
            taken_back,
            27,
        ),
        (
            "givenback",
            gettext_lazy("Returns of redemptions"),
            "assignment_return",
            "rewards.view_redemption",
            returned,
            28,
        ),
    ):
        register_source(Source(kind, title, icon, permission, load, position))
