"""Changing offers that exist: some fields of them, on and off, deleting."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from config.shared import audit, facts
from config.shared.actors import Actor
from rewards import telling
from rewards.errors import PromotionNotFound
from rewards.models import Promotion

from .promotion_checks import EffectDraft
from .promotions import drafts_of, later, save_promotion


def change_promotion(
    *,
    promotion: Promotion,
    fields: Mapping[str, Any],
    effects: Sequence[EffectDraft] | None = None,
    actor: Actor,
    at: datetime,
) -> Promotion:
    """Set these fields, and with `effects` exactly these effects; all else stays.

    Locks the offer. Raises PromotionInvalid, and PromotionNotFound where it was deleted.
    """
    with transaction.atomic():
        locked = lock_promotion(promotion)
        for name, value in fields.items():
            setattr(locked, name, value)
        drafts = drafts_of(locked) if effects is None else effects
        return save_promotion(promotion=locked, effects=drafts, actor=actor, at=at)


def switch_promotion(
    *, promotion: Promotion, active: bool, actor: Actor, at: datetime
) -> Promotion:
    """Accept its codes, or refuse them from now on. Asking twice changes nothing.

    Raises PromotionNotFound where it was deleted.
    """
    return change_promotion(promotion=promotion, fields={"active": active}, actor=actor, at=at)


def delete_promotion(*, promotion: Promotion, actor: Actor, at: datetime) -> None:
    """Switch an offer off for good and hide it; its name is free, its codes are not.

    What was issued, redeemed and spent stays and still says by which offer. Locks the offer, so
    that a redemption counts as before or after. Raises PromotionNotFound where it was deleted.
    """
    with transaction.atomic():
        locked = lock_promotion(promotion)
        locked.active, locked.deleted_at = False, at
        locked.updated_at = later(at, locked)  # what judged it before begins again
        locked.save(update_fields=["active", "deleted_at", "updated_at"])
        audit.record(
            actor=actor, action="promotion.deleted", of=locked, fields=["active", "deleted_at"]
        )
        facts.record(kind=telling.OFFER_CHANGED, subject_id=locked.pk, at=at)


def lock_promotion(promotion: Promotion) -> Promotion:
    """The offer as it is now, locked until the end of the transaction."""
    locked = Promotion.objects.kept().select_for_update().filter(pk=promotion.pk).first()
    if locked is None:
        raise PromotionNotFound(promotion.public_id)
    return locked
