"""What somebody may do about a refusal, as buttons: each leads to the place that puts it right."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.shared.errors import Text
from rewards.condition_words import kind_of
from rewards.models import Promotion, Voucher
from rewards.rules import Rule


@dataclass(frozen=True, slots=True)
class Remedy:
    """A button; `dialog` says that it opens one instead of another page."""

    words: Text
    url: str
    icon: str
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    words: Text
    icon: str
    permission: str
    page: str
    dialog: bool = False


_SWITCH_CODE: Final = _Kind(
    _("Switch the code on…"), "check", "mend_voucher", "voucher_enable", dialog=True
)
_MOVE_END: Final = _Kind(
    _("Change its end…"), "event", "mend_voucher", "voucher_extend", dialog=True
)
_RAISE_LIMIT: Final = _Kind(
    _("Change its limit…"), "repeat", "change_voucher", "voucher_set_limit", dialog=True
)
_SWITCH_OFFER: Final = _Kind(
    _("Switch the offer on…"), "toggle_on", "change_promotion", "promotion_switch_on", dialog=True
)
_EDIT_OFFER: Final = _Kind(_("Edit the offer"), "edit", "change_promotion", "promotion_change")

_OF_CODE: Final = {
    Rule.VOUCHER_ACTIVE.value: _SWITCH_CODE,
    Rule.VOUCHER_EXPIRY.value: _MOVE_END,
    Rule.VOUCHER_LIMIT.value: _RAISE_LIMIT,
}
_OF_OFFER: Final = {
    Rule.PROMOTION_ACTIVE.value: _SWITCH_OFFER,
    **dict.fromkeys(
        (
            Rule.PROMOTION_VALIDITY.value,
            Rule.PROMOTION_WINDOW.value,
            Rule.PROMOTION_LIMIT.value,
            Rule.CUSTOMER_LIMIT.value,
            Rule.CUSTOMER_PERIOD_LIMIT.value,
            Rule.BUDGET.value,
            Rule.BUDGET_PERIOD.value,
            Rule.CURRENCY.value,
            Rule.ORDER_MINIMUM.value,
            Rule.EFFECT_USABLE.value,
        ),
        _EDIT_OFFER,
    ),
}


def remedies(
    rule: str, *, voucher: Voucher | None, promotion: Promotion | None, request: HttpRequest
) -> list[Remedy]:
    """What this person may do about a refusal by this rule; empty where there is nothing."""
    kind = _OF_CODE.get(rule)
    row: Voucher | Promotion | None = voucher
    if kind is None:
        kind = _OF_OFFER.get(rule) or (_EDIT_OFFER if kind_of(rule) else None)
        row = promotion if promotion and promotion.deleted_at is None else None
    if kind is None or row is None or not request.user.has_perm(f"rewards.{kind.permission}"):
        return []
    url = reverse(f"admin:rewards_{kind.page}", args=[row.pk])
    return [Remedy(kind.words, url, kind.icon, kind.dialog)]
