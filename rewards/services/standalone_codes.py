"""A code with an offer of its own, for shops that think in codes only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from config.shared.actors import Actor
from rewards.codes import CodePattern, generate, validate_pattern
from rewards.models import Voucher

from .adding_codes import AskedCode, add_code
from .promotions import EffectDraft, create_promotion


def create_standalone_code(
    *,
    asked: AskedCode,
    effects: Sequence[EffectDraft],
    fields: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    test: bool = False,
) -> Voucher:
    """An offer that is named as its only code, and gives nobody another one.

    `fields` are further fields of the offer. Raises as `create_promotion` and `add_code` do.
    """
    code = asked.code.strip()
    if not code:
        pattern = asked.pattern or CodePattern.of()
        validate_pattern(pattern)
        [code] = generate(pattern, 1)
    with transaction.atomic():
        promotion = create_promotion(
            name=code,
            effects=effects,
            uses_per_code=asked.limit,
            only_from_pool=True,
            holder_only=False,
            test=test,
            actor=actor,
            at=at,
            **fields,
        )
        return add_code(promotion=promotion, asked=replace(asked, code=code), actor=actor, at=at)
