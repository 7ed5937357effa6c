"""Making and changing offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, money
from config.shared.actors import Actor
from config.shared.errors import Text
from rewards.codes import CodePattern, CodePatternError, validate_pattern
from rewards.errors import PromotionInvalid
from rewards.models import Effect, EffectKind, Promotion

LARGEST_COUNT = 2_147_483_647  # of a 32-bit column
LONGEST_LIFETIME = 3_660  # days

EDITABLE = (
    "name",
    "active",
    "currency",
    "code_pattern",
    "uses_per_code",
    "code_lifetime_days",
    "minimum_amount",
    "holder_only",
    "starts_at",
    "expires_at",
)


@dataclass(frozen=True, slots=True)
class EffectDraft:
    """An effect as somebody wants it; amounts in minor units of the promotion's currency."""

    kind: str
    percent: Decimal | None = None
    amount: int | None = None
    cap_amount: int | None = None


def create_promotion(
    *,
    name: str,
    currency: str,
    effects: Sequence[EffectDraft],
    actor: Actor,
    at: datetime,
    code_pattern: str = "####-####-####",
    uses_per_code: int | None = 1,
    code_lifetime_days: int | None = None,
    minimum_amount: int | None = None,
    holder_only: bool = True,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Promotion:
    """A new offer, switched on. Raises PromotionInvalid; see `save_promotion`."""
    promotion = Promotion(
        name=name,
        currency=currency,
        code_pattern=code_pattern,
        uses_per_code=uses_per_code,
        code_lifetime_days=code_lifetime_days,
        minimum_amount=minimum_amount,
        holder_only=holder_only,
        starts_at=starts_at,
        expires_at=expires_at,
    )
    return save_promotion(promotion=promotion, effects=effects, actor=actor, at=at)


def save_promotion(
    *, promotion: Promotion, effects: Sequence[EffectDraft], actor: Actor, at: datetime
) -> Promotion:
    """Write an offer as it is now in memory, with exactly these effects in this order.

    Locks the stored row. Codes already issued keep their limit and expiry; what they do follows
    the offer. Raises PromotionInvalid, with nothing written, naming every field that is wrong
    (effects as `effects[0].percent`).
    """
    promotion.name = promotion.name.strip()
    promotion.currency = promotion.currency.strip().upper()
    promotion.code_pattern = promotion.code_pattern.strip()
    problems = _problems(promotion) | _problems_of_effects(effects)
    if problems:
        raise PromotionInvalid(problems)
    with transaction.atomic():
        before = Promotion.objects.select_for_update().filter(pk=promotion.pk).first()
        _check_name_is_free(promotion)
        changed = [
            field
            for field in EDITABLE
            if before is None or getattr(before, field) != getattr(promotion, field)
        ]
        if before is None:
            promotion.created_at = at
        if changed:
            promotion.updated_at = at
            promotion.save()
        if _replace_effects(promotion, effects):
            changed.append("effects")
        if changed:
            action = "promotion.created" if before is None else "promotion.changed"
            audit.record(actor=actor, action=action, of=promotion, fields=changed)
    return promotion


def _check_name_is_free(promotion: Promotion) -> None:
    others = Promotion.objects.filter(brand=promotion.brand, name=promotion.name)
    if others.exclude(pk=promotion.pk).exists():
        raise PromotionInvalid({"name": _("Another offer has this name.")})


def _replace_effects(promotion: Promotion, drafts: Sequence[EffectDraft]) -> bool:
    """Make the stored effects those of the drafts; says whether anything changed."""
    stored = [
        EffectDraft(effect.kind, effect.percent, effect.amount, effect.cap_amount)
        for effect in promotion.effects.all()
    ]
    if stored == list(drafts):
        return False
    promotion.effects.all().delete()
    Effect.objects.bulk_create(
        Effect(
            promotion=promotion,
            position=position,
            kind=draft.kind,
            percent=draft.percent,
            amount=draft.amount,
            cap_amount=draft.cap_amount,
        )
        for position, draft in enumerate(drafts, start=1)
    )
    return True


def _problems(promotion: Promotion) -> dict[str, Text]:
    """What is wrong with the offer itself, by field."""
    problems: dict[str, Text] = {}
    if not 1 <= len(promotion.name) <= 120:
        problems["name"] = _("A name has 1 to 120 characters.")
    if not money.is_currency(promotion.currency):
        problems["currency"] = _("Use a code of ISO 4217 such as EUR or TRY.")
    problems |= _problem_of_pattern(promotion.code_pattern)
    problems |= _out_of_range("uses_per_code", promotion.uses_per_code, 1, LARGEST_COUNT)
    problems |= _out_of_range(
        "code_lifetime_days", promotion.code_lifetime_days, 0, LONGEST_LIFETIME
    )
    problems |= _out_of_range("minimum_amount", promotion.minimum_amount, 0, money.LARGEST_AMOUNT)
    if promotion.starts_at and promotion.expires_at and promotion.expires_at <= promotion.starts_at:
        problems["expires_at"] = _("The offer must expire after it starts.")
    return problems


def _problem_of_pattern(pattern: str) -> dict[str, Text]:
    try:
        validate_pattern(CodePattern(pattern))
    except CodePatternError as error:
        return {"code_pattern": error.translated()}
    if len(pattern) > 40:
        return {"code_pattern": _("A pattern has at most 40 characters.")}
    return {}


def _out_of_range(field: str, value: int | None, least: int, most: int) -> dict[str, Text]:
    if value is None or least <= value <= most:
        return {}
    return {
        field: _("Use a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
    }


def _problems_of_effects(effects: Sequence[EffectDraft]) -> dict[str, Text]:
    """What is wrong with the effects, by field."""
    if not effects:
        return {"effects": _("An offer needs at least one effect.")}
    if len(effects) > 10:
        return {"effects": _("An offer has at most 10 effects.")}
    problems: dict[str, Text] = {}
    for index, effect in enumerate(effects):
        for field, problem in _problems_of_effect(effect).items():
            problems[f"effects[{index}].{field}"] = problem
    if sum(effect.kind == EffectKind.FREE_SHIPPING for effect in effects) > 1:
        problems["effects"] = _("Shipping can be free only once.")
    return problems


def _problems_of_effect(effect: EffectDraft) -> dict[str, Text]:
    problems: dict[str, Text] = {}
    match effect.kind:
        case EffectKind.PERCENT:
            used = {"percent", "cap_amount"}
            if effect.percent is None or not _is_percent(effect.percent):
                problems["percent"] = _(
                    "Use a number above 0 and up to 100, with at most two decimals."
                )
        case EffectKind.AMOUNT:
            used = {"amount"}
            if effect.amount is None:
                problems["amount"] = _("Say how much is taken off.")
        case EffectKind.FREE_SHIPPING:
            used = set()
        case _:
            return {"kind": _("Use one of: %(kinds)s.") % {"kinds": ", ".join(EffectKind.values)}}
    for field in ("amount", "cap_amount"):
        problems |= _out_of_range(field, getattr(effect, field), 1, money.LARGEST_AMOUNT)
    for field in {"percent", "amount", "cap_amount"} - used:
        if getattr(effect, field) is not None:
            problems[field] = _("This effect does not use it; leave it empty.")
    return problems


def _is_percent(percent: Decimal) -> bool:
    return percent.is_finite() and 0 < percent <= 100 and percent == round(percent, 2)
