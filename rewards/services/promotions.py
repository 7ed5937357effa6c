"""Making and changing offers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from config.shared import audit, facts
from config.shared.actors import Actor
from rewards import telling
from rewards.errors import PromotionDeleted, PromotionInvalid, PromotionNameTaken
from rewards.models import Effect, Promotion
from rewards.services import budgets

from .promotion_checks import EffectDraft, problems_of, problems_of_effects

__all__ = ["EDITABLE", "EffectDraft", "create_promotion", "save_promotion"]

EDITABLE = (
    "name",
    "active",
    "currency",
    "code_pattern",
    "code_charset",
    "join_once",
    "uses_per_code",
    "code_lifetime_days",
    "minimum_amount",
    "holder_only",
    "starts_at",
    "expires_at",
    "description",
    "only_from_pool",
    "code_lifetime_hours",
    "zone",
    "window",
    "rules",
    "refusal_text",
    "redemption_limit",
    "limit_per_customer",
    "limit_per_customer_period",
    "customer_period",
    "budget_amount",
    "budget_period_amount",
    "budget_period",
    "exclusive",
    "stacking_category",
    "priority",
    "alarm_refusals",
    "metadata",
)


def create_promotion(
    *,
    name: str,
    currency: str,
    effects: Sequence[EffectDraft],
    actor: Actor,
    at: datetime,
    **fields: Any,
) -> Promotion:
    """A new offer, switched on; `fields` are further fields of Promotion, see EDITABLE.

    Raises PromotionInvalid; see `save_promotion`.
    """
    unknown = set(fields) - set(EDITABLE) - {"brand", "test"}
    if unknown:
        raise TypeError(f"an offer has no {sorted(unknown)[0]}")
    promotion = Promotion(name=name, currency=currency, **fields)
    return save_promotion(promotion=promotion, effects=effects, actor=actor, at=at)


def save_promotion(
    *, promotion: Promotion, effects: Sequence[EffectDraft], actor: Actor, at: datetime
) -> Promotion:
    """Write an offer as it is now in memory, with exactly these effects in this order.

    Locks the stored row, so that redemptions that refer to it wait; those evaluated before notice
    the change and begin again. Limits that are set count what was redeemed before. Codes already
    issued keep their limit and expiry; what they do follows the offer. Raises PromotionInvalid,
    with nothing written, naming every field that is wrong (effects as `effects[0].percent`), and
    PromotionDeleted.
    """
    promotion.name = promotion.name.strip()
    promotion.currency = promotion.currency.strip().upper()
    promotion.code_pattern = promotion.code_pattern.strip()
    problems = problems_of(promotion) | problems_of_effects(effects)
    if problems:
        raise PromotionInvalid(problems)
    with transaction.atomic():
        before = Promotion.objects.select_for_update().filter(pk=promotion.pk).first()
        if before is not None and before.deleted_at is not None:
            raise PromotionDeleted
        _check_name_is_free(promotion)
        changed = [
            field
            for field in EDITABLE
            if before is None or getattr(before, field) != getattr(promotion, field)
        ]
        if before is None:
            promotion.created_at = at
        if before is None or _differ(promotion, effects):
            changed.append("effects")
        if changed:
            # Also where only effects changed: redemptions look at this moment.
            promotion.updated_at = later(at, before)
            promotion.save()
        if "effects" in changed:
            _replace_effects(promotion, effects)
        if changed:
            budgets.follow_limits(promotion, at=at)
            action = "promotion.created" if before is None else "promotion.changed"
            audit.record(actor=actor, action=action, of=promotion, fields=changed)
        if before is not None and {"active", "expires_at"} & set(changed):
            facts.record(kind=telling.OFFER_CHANGED, subject_id=promotion.pk, at=at)
    return promotion


def _check_name_is_free(promotion: Promotion) -> None:
    others = Promotion.objects.kept().filter(
        brand=promotion.brand, name=promotion.name, test=promotion.test
    )
    if others.exclude(pk=promotion.pk).exists():
        raise PromotionNameTaken


def later(at: datetime, before: Promotion | None) -> datetime:
    """The moment of the change, always later than that of the change before."""
    if before is None or before.updated_at < at:
        return at
    return before.updated_at + timedelta(microseconds=1)


def _differ(promotion: Promotion, drafts: Sequence[EffectDraft]) -> bool:
    return drafts_of(promotion) != list(drafts)


def drafts_of(promotion: Promotion) -> list[EffectDraft]:
    """The effects of an offer as they are stored."""
    return [
        EffectDraft(
            effect.kind,
            effect.percent,
            effect.amount,
            effect.cap_amount,
            effect.details,
            effect.other_amounts,
        )
        for effect in promotion.effects.all()
    ]


def _replace_effects(promotion: Promotion, drafts: Sequence[EffectDraft]) -> None:
    """Make the stored effects those of the drafts."""
    promotion.effects.all().delete()
    Effect.objects.bulk_create(
        Effect(
            promotion=promotion,
            position=position,
            kind=draft.kind,
            percent=draft.percent,
            amount=draft.amount,
            cap_amount=draft.cap_amount,
            details=dict(draft.details),
            other_amounts=dict(draft.other_amounts),
        )
        for position, draft in enumerate(drafts, start=1)
    )
