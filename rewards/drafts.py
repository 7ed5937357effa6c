"""An assessed attempt as redemptions that are not stored yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from config.shared import ids
from rewards.arithmetic import Applied, FreeShipping
from rewards.arithmetic.outcome import EffectApplied
from rewards.asked import AskedItem
from rewards.assessing import Assessment
from rewards.candidates import Candidate, paid_key
from rewards.effects import StoredEffect
from rewards.evaluation import effects_of
from rewards.models import Redemption, RedemptionResult
from rewards.on_pages import is_hidden, told
from rewards.rules import Refusal
from rewards.stacking import Placed, Skipped
from rewards.stacking_rules import StackingRules


@dataclass(frozen=True, slots=True)
class Refused:
    """A code that a rule refuses; `redemption` is the attempt to store, none for unknown codes."""

    code: str
    refusal: Refusal
    redemption: Redemption | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an attempt makes. `parts` are the codes that apply, in the order in which they work,
    `whole` is the only one of them or their parent; None where nothing applies.

    `codes` are what the shop called the parts.
    """

    whole: Redemption | None
    parts: tuple[Redemption, ...]
    codes: tuple[str, ...]
    refused: tuple[Refused, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stacking: StackingRules = field(default_factory=StackingRules)

    @property
    def parent(self) -> Redemption | None:
        """The whole, where it is not one of the parts."""
        return self.whole if len(self.parts) > 1 else None


def draft(assessment: Assessment) -> Drafted:
    """The redemptions, accepted or refused, that the attempt makes; no queries."""
    outcome = assessment.outcome
    parts = tuple(_part(assessment, placed) for placed in outcome.placed)
    whole = None
    if len(parts) == 1:
        whole = parts[0]
    elif parts:
        whole = _parent(assessment, parts)
        for part in parts:
            part.parent = whole
    if whole is not None:
        whole.paid_key = paid_key(attempt=assessment.attempt, api_key=assessment.api_key)
    refused = tuple(
        Refused(
            one.redeemable.id,
            told(one.refusal, assessment.api_key),
            _refused(assessment, one.redeemable.id, one.refusal),
        )
        for one in outcome.inapplicable
    )
    codes = tuple(placed.redeemable.id for placed in outcome.placed)
    return Drafted(whole, parts, codes, refused, outcome.skipped, assessment.facts.stacking)


def _row(assessment: Assessment, candidate: Candidate | None) -> Redemption:
    attempt = assessment.attempt
    return Redemption(
        voucher=candidate.voucher if candidate else None,
        promotion=candidate.promotion if candidate else None,
        identity=assessment.identity,
        api_key=assessment.api_key,
        test=assessment.api_key.test,
        currency=assessment.facts.currency,
        order_source_id=attempt.order_source_id,
        session_key=attempt.session.key if attempt.session else "",
        metadata=dict(attempt.metadata),
        created_at=assessment.at,
    )


def _refused(assessment: Assessment, code: str, refusal: Refusal) -> Redemption | None:
    if code not in assessment.facts.candidates or is_hidden(refusal, assessment.api_key):
        return None
    return _refusal(assessment, code, refusal)


def refusals(assessment: Assessment) -> list[Redemption]:
    """The refusals of all codes that exist, whether the key is told of them or not; no queries."""
    return [
        _refusal(assessment, one.redeemable.id, one.refusal)
        for one in assessment.outcome.inapplicable
        if one.redeemable.id in assessment.facts.candidates
    ]


def _refusal(assessment: Assessment, code: str, refusal: Refusal) -> Redemption:
    row = _row(assessment, assessment.candidate(code))
    row.public_id = ids.new_id("rf")
    row.result = RedemptionResult.FAILURE
    row.failure_key = refusal.key
    row.failure_rule = refusal.rule[:60]
    row.failure_seen = refusal.seen[:200]
    row.failure_needed = refusal.needed[:200]
    row.failure_text = refusal.text[:300]
    return row


def _part(assessment: Assessment, placed: Placed) -> Redemption:
    """Freeze what one code gives: amounts, the split over the lines, the part of each effect."""
    candidate, applied = assessment.candidate(placed.redeemable.id), placed.applied
    row = _row(assessment, candidate)
    row.result = RedemptionResult.SUCCESS
    row.discount_amount = applied.total_discount_amount
    row.shipping_discount_amount = applied.shipping_discount
    row.total_amount = applied.after.total_amount
    row.order_amount = row.discount_amount + row.total_amount
    row.lines = _lines(assessment, applied)
    row.effects = _effects(assessment, candidate, applied)
    return row


def _parent(assessment: Assessment, parts: Sequence[Redemption]) -> Redemption:
    """The stack as a whole: what the order cost, what all codes took off together."""
    row = _row(assessment, None)
    last = parts[-1]
    row.result = RedemptionResult.SUCCESS
    row.discount_amount = sum(part.discount_amount for part in parts)
    row.shipping_discount_amount = sum(part.shipping_discount_amount for part in parts)
    row.total_amount = last.total_amount
    row.order_amount = row.discount_amount + row.total_amount
    row.lines = [
        line
        | {
            "discount_before": 0,
            "discount_amount": line["discount_before"] + line["discount_amount"],
            "of_item": sum(part.lines[i]["of_item"] for part in parts if i < len(part.lines)),
            "units": max(part.lines[i]["units"] for part in parts if i < len(part.lines)),
        }
        for i, line in enumerate(last.lines)
    ]
    row.effects = [effect for part in parts for effect in part.effects]
    return row


def _lines(assessment: Assessment, applied: Applied) -> list[dict[str, Any]]:
    """The lines with their part of the discount.

    None where only the order's amount was sent, unless an offer added goods to it: then the amount
    is a line without a name.
    """
    order = assessment.attempt.order
    items: tuple[AskedItem, ...] = order.items if order else ()
    if not items and len(assessment.outcome.after.cart.lines) <= 1:
        return []
    before, of_item = applied.before.line_discounts, _of_items(applied)
    return [
        {
            **_names(items[place] if place < len(items) else None, line),
            "quantity": line.quantity,
            "price": items[place].price if place < len(items) else line.unit_price or None,
            "amount": line.amount,
            "discount_before": before[place] if place < len(before) else 0,
            "discount_amount": discount,
            "of_item": of_item[place],
            "units": units,
            "added": line.added_quantity,
            "added_amount": line.added_amount,
            "shipping": line.is_shipping,
        }
        for place, (line, discount, units) in enumerate(
            zip(applied.after.cart.lines, applied.per_line, applied.units_per_line, strict=True)
        )
    ]


def _of_items(applied: Applied) -> list[int]:
    """What effects on items, free shipping too, took off each line."""
    parts = [
        effect.per_line
        for effect in applied.effects
        if not effect.effect.is_order_effect or isinstance(effect.effect, FreeShipping)
    ]
    return [sum(part[i] for part in parts) for i in range(len(applied.after.cart.lines))]


def _names(item: AskedItem | None, line: Any) -> dict[str, str]:
    """What the shop calls the line; added lines have the names we know."""
    named = item or line
    return {name: getattr(named, name) for name in ("source_id", "product_id", "sku_id")}


def _effects(
    assessment: Assessment, candidate: Candidate, applied: Applied
) -> list[dict[str, Any]]:
    """What each effect took, beside what it was, in the order in which they worked."""
    facts = assessment.facts
    made = effects_of(candidate, facts.currency, facts.known)
    rows = sorted(
        zip(made or (), candidate.effects, strict=True), key=lambda pair: pair[0].is_order_effect
    )
    return [
        _effect(row, detail) for (_made, row), detail in zip(rows, applied.effects, strict=True)
    ]


def _effect(stored: StoredEffect, applied: EffectApplied) -> dict[str, Any]:
    return {
        "kind": stored.kind,
        "percent": None if stored.percent is None else str(stored.percent),
        "amount": stored.amount,
        "cap_amount": stored.cap_amount,
        "details": dict(stored.details),
        "discount_amount": applied.discount_amount,
        "units": sum(applied.units),
        "added": sum(applied.added),
    }
