"""Why a redeemable was left out, in the reader's words."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import Text
from rewards.stacking import Reason


@dataclass(frozen=True, slots=True)
class Words:
    """What happened, and what to do about it."""

    message: Text
    advice: Text


WORDS: Final[dict[Reason, Words]] = {
    Reason.LIMIT: Words(
        _("No more offers can be used on one order."),
        _("Leave out another one, or raise the number of offers that may be combined."),
    ),
    Reason.CATEGORY_LIMIT: Words(
        _("No more offers of this category can be used on one order."),
        _("Leave out the other one, or raise the limit of the category."),
    ),
    Reason.EXCLUSIVE_LIMIT: Words(
        _("Another exclusive offer is used on this order."),
        _("Use only one of them, or raise the number of exclusive offers."),
    ),
    Reason.EXCLUSIVE_CATEGORY_LIMIT: Words(
        _("Another exclusive offer of this category is used on this order."),
        _("Use only one of them, or raise the limit of exclusive offers in a category."),
    ),
    Reason.EXCLUSION: Words(
        _("It cannot be combined with another offer on this order."),
        _("Use it on an order of its own."),
    ),
    Reason.PRECEDING_FAILED: Words(
        _("It was not used, because another code of the request was refused."),
        _("Leave out what was refused, or let the project use what is possible."),
    ),
    Reason.NO_EFFECT: Words(
        _("It would change nothing on this order."),
        _("Keep it for an order on which it takes something off."),
    ),
}
