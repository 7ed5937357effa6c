"""The pool of an offer on its page."""

from typing import Any

from django import template

from config.shared import clock
from rewards.models import Promotion
from rewards.pool import pool_meter

register = template.Library()


@register.inclusion_tag("vesile/offer/pool.html", takes_context=True)
def offer_pool(context: Any, promotion: Promotion) -> dict[str, Any]:
    """How many codes are left to give; nothing for an offer that has no pool."""
    return {
        "promotion": promotion,
        "pool": pool_meter(promotion, at=clock.now()),
        "may_make": context["request"].user.has_perm("rewards.add_coderun"),
    }
