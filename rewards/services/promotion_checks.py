"""What can be wrong with an offer, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.shared import localtime, money
from config.shared.errors import Text
from config.shared.invalid import InvalidValueError
from rewards.arithmetic import Gift
from rewards.codes import CodePatternError, validate_pattern
from rewards.effects import StoredEffect, read_effect, read_other_amounts
from rewards.models import EffectKind, Period, Promotion
from rewards.stored_rules import rule_of, window_of

LARGEST_COUNT = 2_147_483_647  # of a 32-bit column
LONGEST_LIFETIME = 3_660  # days


@dataclass(frozen=True, slots=True)
class EffectDraft:
    """An effect as somebody wants it; amounts in minor units of the promotion's currency.

    `details` and `other_amounts` as `rewards.effects` reads them.
    """

    kind: str
    percent: Decimal | None = None
    amount: int | None = None
    cap_amount: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    other_amounts: Mapping[str, Any] = field(default_factory=dict)


def problems_of(promotion: Promotion) -> dict[str, Text]:
    """What is wrong with the offer itself, by field."""
    problems: dict[str, Text] = {}
    if not 1 <= len(promotion.name) <= 120:
        problems["name"] = _("A name has 1 to 120 characters.")
    if not money.is_currency(promotion.currency):
        problems["currency"] = _("Use a code of ISO 4217 such as EUR or TRY.")
    problems |= _problem_of_pattern(promotion)
    for name in _COUNTS:
        problems |= _out_of_range(name, getattr(promotion, name), 1, LARGEST_COUNT)
    for name in _AMOUNTS:
        problems |= _out_of_range(name, getattr(promotion, name), 0, money.LARGEST_AMOUNT)
    return problems | _problems_of_time(promotion) | _problems_of_rules(promotion)


_COUNTS = (
    *("uses_per_code", "redemption_limit", "limit_per_customer", "limit_per_customer_period"),
    "alarm_refusals",
)
_AMOUNTS = ("minimum_amount", "budget_amount", "budget_period_amount")


def _problems_of_time(promotion: Promotion) -> dict[str, Text]:
    days, hours = promotion.code_lifetime_days, promotion.code_lifetime_hours
    problems = _out_of_range("code_lifetime_days", days, 0, LONGEST_LIFETIME)
    problems |= _out_of_range("code_lifetime_hours", hours, 1, LONGEST_LIFETIME * 24)
    if days is not None and hours is not None:
        problems["code_lifetime_hours"] = _("Say either days or hours, not both.")
    if promotion.starts_at and promotion.expires_at and promotion.expires_at <= promotion.starts_at:
        problems["expires_at"] = _("The offer must expire after it starts.")
    if promotion.zone and not localtime.is_zone(promotion.zone):
        problems["zone"] = _("This is not an IANA time zone such as Europe/Istanbul.")
    for period, limit in (
        ("customer_period", promotion.limit_per_customer_period),
        ("budget_period", promotion.budget_period_amount),
    ):
        chosen = getattr(promotion, period)
        if chosen and chosen not in Period.values:
            problems[period] = _("Use one of: %(kinds)s.") % {"kinds": ", ".join(Period.values)}
        elif limit is not None and not chosen:
            problems[period] = _("Say for which period the limit holds.")
    return problems


def _problems_of_rules(promotion: Promotion) -> dict[str, Text]:
    problems: dict[str, Text] = {}
    try:
        rule_of(promotion.rules)
    except InvalidValueError as error:
        problems["rules"] = told(error)
    zone = promotion.zone if localtime.is_zone(promotion.zone) else "UTC"
    try:
        window_of(promotion.window, zone=zone, starts_at=promotion.starts_at)
    except InvalidValueError as error:
        problems["window"] = told(error)
    return problems


def told(error: InvalidValueError) -> str:
    """What is wrong in the reader's language, after the place where it is known."""
    path = getattr(error, "path", "")
    return f"{path}: {error.translated()}" if path else error.translated()


def _problem_of_pattern(promotion: Promotion) -> dict[str, Text]:
    pattern = promotion.code_pattern
    try:
        validate_pattern(promotion.pattern)
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


def problems_of_effects(effects: Sequence[EffectDraft]) -> dict[str, Text]:
    """What is wrong with the effects of an offer, by field."""
    if not effects:
        return {"effects": _("An offer needs at least one effect.")}
    if len(effects) > 10:
        return {"effects": _("An offer has at most 10 effects.")}
    problems: dict[str, Text] = {}
    for index, effect in enumerate(effects):
        for name, problem in _problems_of_effect(effect).items():
            problems[f"effects[{index}].{name}"] = problem
    if sum(effect.kind == EffectKind.FREE_SHIPPING for effect in effects) > 1:
        problems["effects"] = _("Shipping can be free only once.")
    return problems


_USED = {
    EffectKind.PERCENT: {"percent", "cap_amount"},
    EffectKind.AMOUNT: {"amount"},
    EffectKind.FIXED_PRICE: {"amount"},
    EffectKind.UNIT: set(),
    EffectKind.BUY_GET: {"percent", "cap_amount"},
    EffectKind.BUNDLE: {"percent", "amount", "cap_amount"},
    EffectKind.FREE_SHIPPING: set(),
}


def _problems_of_effect(effect: EffectDraft) -> dict[str, Text]:
    used = _USED.get(effect.kind)  # type: ignore[call-overload]  # any text may have been sent
    if used is None:
        return {"kind": _("Use one of: %(kinds)s.") % {"kinds": ", ".join(EffectKind.values)}}
    problems: dict[str, Text] = {}
    if (effect.kind == EffectKind.PERCENT or effect.percent is not None) and (
        effect.percent is None or not _is_percent(effect.percent)
    ):
        problems["percent"] = _("Use a number above 0 and up to 100, with at most two decimals.")
    if effect.amount is None and effect.kind in {EffectKind.AMOUNT, EffectKind.FIXED_PRICE}:
        problems["amount"] = _("Say how much is taken off.")
    least = 0 if effect.kind in {EffectKind.FIXED_PRICE, EffectKind.BUNDLE} else 1
    problems |= _out_of_range("amount", effect.amount, least, money.LARGEST_AMOUNT)
    problems |= _out_of_range("cap_amount", effect.cap_amount, 1, money.LARGEST_AMOUNT)
    for name in sorted({"percent", "amount", "cap_amount"} - used):
        if getattr(effect, name) is not None:
            problems[name] = _("This effect does not use it; leave it empty.")
    return problems or _problems_of_details(effect)


def _problems_of_details(effect: EffectDraft) -> dict[str, Text]:
    """By reading it as a redemption will; whatever product is named has some price here."""
    try:
        read_other_amounts(effect.other_amounts, "other_amounts")
    except InvalidValueError as error:
        return {"other_amounts": told(error)}
    stored = StoredEffect(
        kind=effect.kind,
        percent=effect.percent,
        amount=effect.amount,
        cap_amount=effect.cap_amount,
        details=effect.details,
    )
    try:
        read_effect(stored, "effect", lambda name: Gift(product_id=name.product, unit_price=100))
    except InvalidValueError as error:
        return {"details": told(error)}
    return {}


def _is_percent(percent: Decimal) -> bool:
    return percent.is_finite() and 0 < percent <= 100 and percent == round(percent, 2)
