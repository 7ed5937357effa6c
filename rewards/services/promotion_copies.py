"""A second offer like one there is."""

from datetime import datetime

from django.utils.translation import gettext as _

from config.shared.actors import Actor
from rewards.models import Promotion

from .promotions import EDITABLE, create_promotion, drafts_of

_LONGEST_NAME = 120
_TRIES = 1_000


def duplicate_promotion(*, promotion: Promotion, actor: Actor, at: datetime) -> Promotion:
    """The same effects, conditions and limits under a free name, switched off, without codes.

    Raises what `create_promotion` raises.
    """
    fields = {name: getattr(promotion, name) for name in EDITABLE}
    fields |= {"name": _free_name(promotion), "active": False, "brand": promotion.brand}
    return create_promotion(effects=drafts_of(promotion), actor=actor, at=at, **fields)


def _free_name(promotion: Promotion) -> str:
    ending = _("(copy)")
    stem = promotion.name[: _LONGEST_NAME - len(ending) - 5]
    taken = set(
        Promotion.objects.kept()
        .filter(brand=promotion.brand, name__startswith=stem)
        .values_list("name", flat=True)
    )
    names = (f"{stem} {ending}" if n == 1 else f"{stem} {ending} {n}" for n in range(1, _TRIES))
    return next((name for name in names if name not in taken), f"{stem} {ending} {_TRIES}")
