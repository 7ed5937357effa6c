"""Codes and redemptions as labels on screen."""

from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from config.shared import clock
from config.shared.templatetags.vesile import label
from rewards.models import Redemption, RedemptionResult, Voucher


def voucher_state(voucher: Voucher) -> str:
    """What can be done with a code now; beside it that it is one of a test."""
    state = _state(voucher)
    if not voucher.test:
        return state
    return format_html_join(" ", "{}", [(one,) for one in (state, label(_("test")))])


def _state(voucher: Voucher) -> str:
    if not voucher.active:
        return label(_("switched off"), "bad")
    limit = voucher.redemption_limit
    if limit is not None and voucher.redeemed_count >= limit:
        return label(_("redeemed"), "info")
    if voucher.expires_at and voucher.expires_at <= clock.now():
        return label(_("expired"))
    if voucher.pooled and voucher.holder_id is None:
        return label(_("waits in the pool"), "wait")
    return label(_("can be redeemed"), "good")


def result_in_words(redemption: Redemption) -> str:
    """Accepted, refused or rolled back."""
    if redemption.rolled_back_at is not None:
        return _("rolled back")
    return str(redemption.get_result_display())


def place_in_stack(redemption: Redemption) -> str:
    """Whether this sums up several codes or is one of them; empty for a code by itself."""
    if redemption.result == RedemptionResult.SUCCESS and redemption.voucher_id is None:
        return _("several codes")
    return _("one of several codes") if redemption.parent_id is not None else ""


def redemption_result(redemption: Redemption) -> str:
    """Accepted, refused or rolled back; beside it what makes it another than most."""
    style = "good" if redemption.result == RedemptionResult.SUCCESS else "bad"
    shown = label(result_in_words(redemption), "wait" if redemption.rolled_back_at else style)
    more = []
    if redemption.only_asked:
        more.append(label(_("only asked"), "info"))
    if redemption.test:
        more.append(label(_("test")))
    if place := place_in_stack(redemption):
        more.append(label(place, "info"))
    return format_html_join(" ", "{}", [(one,) for one in (shown, *more)])
