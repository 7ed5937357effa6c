"""Offers and codes in the published vocabulary, as they are now."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.shared.api.listing import Page
from rewards.models import Promotion, Voucher
from rewards.services.promotions import EffectDraft, drafts_of

from . import wire
from .offers import offer_discount
from .published_windows import published_window

_OWN = (
    *("currency", "zone", "holder_only", "minimum_amount", "rules", "refusal_text"),
    *("redemption_limit", "limit_per_customer", "limit_per_customer_period", "customer_period"),
    *("budget_amount", "budget_period_amount", "budget_period", "exclusive", "priority"),
    "code_lifetime_days",
)


def campaign(promotion: Promotion, *, vouchers_count: int, making: bool) -> dict[str, Any]:
    """An offer with its effects loaded; `making` while codes of it are still being made."""
    status = "IN_PROGRESS" if making else "DONE"
    validity = published_window(promotion.window)
    dates = {"start_date": promotion.starts_at, "expiration_date": promotion.expires_at}
    hours = promotion.code_lifetime_hours
    return {
        "object": "campaign",
        "id": promotion.public_id,
        "name": promotion.name,
        "description": promotion.description or None,
        "campaign_type": "DISCOUNT_COUPONS",
        "type": "STATIC" if promotion.only_from_pool else "AUTO_UPDATE",
        "voucher": {
            "type": "DISCOUNT_VOUCHER",
            "discount": _discount(promotion),
            "redemption": {"quantity": promotion.uses_per_code},
            "code_config": {
                "pattern": promotion.code_pattern,
                "charset": promotion.code_charset,
            },
            "is_referral_code": False,
            **dates,
            **validity,
        },
        "auto_join": False,
        "join_once": promotion.join_once,
        "use_voucher_metadata_schema": False,
        **dates,
        **validity,
        "activity_duration_after_publishing": None if hours is None else f"PT{hours}H",
        "vouchers_count": vouchers_count,
        "active": promotion.active,
        "category": promotion.stacking_category or None,
        "category_id": None,
        "categories": [],
        "metadata": promotion.metadata,
        "created_at": promotion.created_at,
        "updated_at": promotion.updated_at,
        "creation_status": status,
        "vouchers_generation_status": status,
        "readonly": False,
        "protected": False,
        "vesile": {name: getattr(promotion, name) for name in _OWN},
    }


def _discount(promotion: Promotion) -> dict[str, Any]:
    drafts: Sequence[EffectDraft] = drafts_of(promotion)
    return offer_discount(drafts, currency=promotion.currency)


def voucher(code: Voucher, *, redeemed: int) -> dict[str, Any]:
    """A code with its offer, effects and holder loaded; `redeemed` is how often it was used."""
    promotion = code.promotion
    metadata = code.metadata
    shown = wire.voucher(code)
    return shown | {
        "discount": _discount(promotion),
        "active": code.active,
        **published_window(promotion.window),
        "category": promotion.stacking_category or None,
        "category_id": None,
        "categories": [],
        "additional_info": metadata.get("additional_info"),
        "updated_at": None,
        "referrer_id": None,
        "gift": None,
        "loyalty_card": None,
        "redemption": shown["redemption"]
        | {
            "redeemed_quantity": redeemed,
            "url": f"/v1/vouchers/{code.public_id}/redemption",
        },
    }


def listed(name: str, page: Page[Any], shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One page of a list; `more` is the id to start the next one after, if there is one."""
    return {
        "object": "list",
        "data_ref": name,
        name: shown,
        "total": page.total,
        "has_more": page.more is not None,
        "more_starting_after_id": page.more,
    }
