"""The tab “Codes and redemptions” of the customer page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions, name_fields
from config.shared.screens.pages import keyset_page
from customers.models import Customer
from customers.panels import PageAction, Panel, register, register_action
from rewards.models import Redemption
from rewards.refusals import advice, in_words, needed_in_words, refusal_in_words
from rewards.selectors import redemptions_of, vouchers_of

CODES_SHOWN = 10


def codes_and_redemptions(customer: Customer, before: str, at: datetime) -> Mapping[str, Any]:
    """The newest codes, and a page of attempts with the refusals in words."""
    page = keyset_page(redemptions_of(customer), before=before, size=15)
    return {
        "vouchers": list(vouchers_of(customer).order_by("-id")[:CODES_SHOWN]) if page.first else [],
        "attempts": [{"redemption": one, **why_refused(one)} for one in page.rows],
        "page": page,
    }


def why_refused(redemption: Redemption) -> dict[str, str]:
    """The refusal in words, empty for an attempt that was accepted."""
    if not redemption.failure_rule and not redemption.failure_key:
        return {}
    return {
        "reason": refusal_in_words(redemption.failure_rule or redemption.failure_key),
        "seen": in_words(redemption.failure_seen),
        "needed": needed_in_words(redemption),
        "advice": advice(redemption),
    }


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Panel(
            key="codes",
            title=_("Codes and redemptions"),
            permission="rewards.view_redemption",
            template="vesile/customer/codes.html",
            load=codes_and_redemptions,
            position=20,
        )
    )
    register_action(
        PageAction(
            key="give",
            title=_("Give a code…"),
            permission="rewards.give_voucher",
            url=lambda customer: reverse("admin:rewards_voucher_give", args=[customer.pk]),
            position=10,
            icon="redeem",
        )
    )
    name_fields(
        "rewards.stackingrules",
        {
            "redeemables_limit": _("codes sent for one order"),
            "applicable_limit": _("codes that work together"),
            "per_category_limit": _("codes of one category"),
            "category_limits": _("limits of single categories"),
            "exclusive_limit": _("codes that keep out others"),
            "exclusive_per_category_limit": _("codes of each category that keeps out others"),
            "exclusive_categories": _("categories that keep out others"),
            "joint_categories": _("categories that go with everything"),
            "mode": _("what happens if one code is refused"),
            "sorting": _("order in which codes work"),
            "on_products": _("several offers on the same goods"),
            "no_effect": _("codes that change nothing"),
            "no_effect_skip_categories": _("categories left out if they change nothing"),
            "no_effect_redeem_anyway_categories": _("categories used if they change nothing"),
            "hierarchy": _("places of categories"),
        },
    )
    name_actions(
        {
            "promotion.created": _("Offer created"),
            "promotion.changed": _("Offer changed"),
            "promotion.deleted": _("Offer deleted"),
            "promotion.codes_added": _("Codes added"),
            "alarm.seen_to": _("Alarm seen to"),
            "redemption.rolled_back": _("Redemption rolled back"),
            "redemption.returned": _("Return recorded"),
            "redemptions.exported": _("Redemptions exported"),
            "refusals.exported": _("Refused attempts exported"),
            "stacking_rules.changed": _("Rules of combining changed"),
            "voucher.created": _("Code issued"),
            "voucher.given": _("Code given"),
            "voucher.changed": _("Code changed"),
            "voucher.deleted": _("Code deleted"),
            "voucher.expired": _("Code let expire"),
            "voucher.disabled": _("Code switched off"),
            "voucher.enabled": _("Code switched on"),
            "voucher.expiry_changed": _("End of a code changed"),
            "voucher.limit_changed": _("Limit of a code changed"),
            "codes.requested": _("Making of codes asked for"),
            "codes.paused": _("Making of codes paused"),
            "codes.resumed": _("Making of codes resumed"),
            "codes.stopped": _("Making of codes stopped"),
            "codes.finished": _("Making of codes finished"),
            "codes.failed": _("Making of codes failed"),
            "codes.rejects_downloaded": _("Left-out codes downloaded"),
            "codes.exported": _("Codes exported"),
        }
    )
