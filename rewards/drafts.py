"""An attempt and its outcome as a redemption that is not stored yet."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from config.shared import ids
from config.shared.models import ApiKey
from customers.models import Identity
from rewards.arithmetic import AmountOff, Applied, FreeShipping, PercentOff
from rewards.arithmetic.outcome import EffectApplied
from rewards.asked import AskedItem, Attempt
from rewards.candidates import Candidate, find_candidate, find_identity
from rewards.evaluation import Applicable, Facts, Refusal, evaluate
from rewards.models import EffectKind, Redemption, RedemptionResult


def preview(*, attempt: Attempt, api_key: ApiKey, at: datetime) -> Redemption:
    """What redeeming would do now, without doing it: an unsaved redemption, made or refused.

    Raises what `services.redemptions.redeem` raises.
    """
    candidate = find_candidate(attempt=attempt, brand_id=api_key.brand_id)
    identity = find_identity(attempt.customer) if attempt.customer else None
    return draft(attempt=attempt, candidate=candidate, identity=identity, api_key=api_key, at=at)


def draft(
    *,
    attempt: Attempt,
    candidate: Candidate,
    identity: Identity | None,
    api_key: ApiKey,
    at: datetime,
) -> Redemption:
    """The redemption, accepted or refused, that this attempt makes at this moment; no queries.

    Raises ArithmeticInputError for amounts that are too large together.
    """
    order = attempt.order
    redemption = Redemption(
        voucher=candidate.voucher,
        promotion=candidate.voucher.promotion,
        identity=identity,
        api_key=api_key,
        currency=candidate.currency,
        order_source_id=order.source_id if order else "",
        paid_key=paid_key(
            brand_id=candidate.voucher.promotion.brand_id,
            order_source_id=order.source_id if order else "",
            code_keys=[candidate.voucher.code_key],
        ),
        metadata=dict(attempt.metadata),
        created_at=at,
    )
    match evaluate(_facts(attempt, candidate, identity, at)):
        case Refusal() as refusal:
            _refuse(redemption, refusal)
        case Applicable() as outcome:
            _fill(redemption, attempt, outcome)
    return redemption


def paid_key(*, brand_id: int | None, order_source_id: str, code_keys: Iterable[str]) -> str:
    """What names an order together with the codes it is paid with; empty without an order id."""
    if not order_source_id:
        return ""
    parts = [str(brand_id), order_source_id, *sorted(code_keys)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _facts(
    attempt: Attempt, candidate: Candidate, identity: Identity | None, at: datetime
) -> Facts:
    voucher = candidate.voucher
    holder = voucher.holder.customer if voucher.holder else None
    return Facts(
        voucher=voucher,
        promotion=voucher.promotion,
        effects=candidate.effects,
        order=attempt.order,
        currency=candidate.currency,
        has_customer=attempt.customer is not None,
        customer_id=identity.customer_id if identity else None,
        customer=identity.customer.public_id if identity else "",
        holder_id=holder.pk if holder else None,
        holder=holder.public_id if holder else "",
        at=at,
    )


def _refuse(redemption: Redemption, refusal: Refusal) -> None:
    redemption.public_id = ids.new_id("rf")
    redemption.result = RedemptionResult.FAILURE
    redemption.failure_key = refusal.words.key
    redemption.failure_rule = refusal.rule
    redemption.failure_seen = refusal.seen
    redemption.failure_needed = refusal.needed


def _fill(redemption: Redemption, attempt: Attempt, outcome: Applicable) -> None:
    """Freeze what the code gives: amounts, the split over the lines, the part of each effect."""
    applied = outcome.applied
    redemption.result = RedemptionResult.SUCCESS
    redemption.order_amount = applied.before.cart.amount
    redemption.discount_amount = applied.total_discount_amount
    redemption.shipping_discount_amount = applied.shipping_discount
    redemption.total_amount = applied.after.total_amount
    redemption.lines = _frozen_lines(attempt, applied)
    redemption.effects = [_frozen_effect(effect) for effect in applied.effects]


def _frozen_lines(attempt: Attempt, applied: Applied) -> list[dict[str, Any]]:
    """The lines with their part of the discount; none where only the order's amount was sent."""
    items: tuple[AskedItem, ...] = attempt.order.items if attempt.order else ()
    return [
        {
            "source_id": item.source_id,
            "product_id": item.product_id,
            "sku_id": item.sku_id,
            "quantity": item.quantity,
            "price": item.price,
            "amount": line.amount,
            "discount_amount": discount,
            "shipping": line.is_shipping,
        }
        for item, line, discount in zip(
            items, applied.before.cart.lines, applied.per_line, strict=bool(items)
        )
    ]


def _frozen_effect(applied: EffectApplied) -> dict[str, Any]:
    frozen: dict[str, Any] = {"percent": None, "amount": None, "cap_amount": None}
    match applied.effect:
        case PercentOff(percent=percent, cap=cap):
            frozen |= {"kind": EffectKind.PERCENT, "percent": str(percent), "cap_amount": cap}
        case AmountOff(amount=amount):
            frozen |= {"kind": EffectKind.AMOUNT, "amount": amount}
        case FreeShipping():
            frozen |= {"kind": EffectKind.FREE_SHIPPING}
    return frozen | {"discount_amount": applied.discount_amount}
