"""Codes and redemptions as labels on screen."""

from django.utils.translation import gettext as _

from config.shared import clock
from config.shared.templatetags.vesile import label
from rewards.models import Redemption, RedemptionResult, Voucher


def voucher_state(voucher: Voucher) -> str:
    """What can be done with a code now."""
    if not voucher.active:
        return label(_("switched off"), "bad")
    limit = voucher.redemption_limit
    if limit is not None and voucher.redeemed_count >= limit:
        return label(_("redeemed"), "info")
    if voucher.expires_at and voucher.expires_at <= clock.now():
        return label(_("expired"))
    return label(_("can be redeemed"), "good")


def redemption_result(redemption: Redemption) -> str:
    accepted = redemption.result == RedemptionResult.SUCCESS
    return label(redemption.get_result_display(), "good" if accepted else "bad")
