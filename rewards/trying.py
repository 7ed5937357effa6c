"""What a cart would get from an offer, also from one that is only typed in: nothing is stored."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from config.shared.models import Project
from customers.models import Identity
from rewards.arithmetic import Applied
from rewards.asked import AskedCustomer, AskedOrder, Attempt
from rewards.assessing import facts_of
from rewards.candidates import Candidate, Found
from rewards.codes import code_key
from rewards.effects import StoredEffect
from rewards.evaluation import evaluate
from rewards.models import Budget, Promotion, Voucher
from rewards.rules import Refusal
from rewards.services.promotion_checks import EffectDraft

_CODE = "TRIED-HERE"


def try_offer(
    *,
    promotion: Promotion,
    effects: Sequence[EffectDraft],
    order: AskedOrder,
    identity: Identity | None,
    at: datetime,
    project: Project,
) -> Applied | Refusal:
    """What a new code of this offer does to the order, or the rule that refuses it.

    It is judged as a redemption would be; the customer, also one who is not named, is taken as its
    holder.

    `promotion` as it is in memory. Uses and money spent so far count where it is stored. Raises
    what `evaluate` raises.
    """
    if identity is None:
        promotion = copy(promotion)
        promotion.holder_only = False
    candidate = Candidate(
        _CODE,
        Voucher(promotion=promotion, holder=identity, redemption_limit=promotion.uses_per_code),
        tuple(_stored(effect) for effect in effects),
        _budgets(promotion),
    )
    customer = AskedCustomer(public_id=identity.customer.public_id) if identity else None
    facts = facts_of(
        attempt=Attempt(codes=(_CODE,), order=order, customer=customer),
        brand_id=promotion.brand_id,
        found=Found({code_key(_CODE): candidate}, project.currency, project.zone, {}, None),
        identity=identity,
        at=at,
    )
    outcome = evaluate(facts)
    for placed in outcome.placed:
        return placed.applied
    for one in outcome.inapplicable:
        return one.refusal
    return Refusal(str(outcome.skipped[0].reason))


def _budgets(promotion: Promotion) -> dict[str, Budget]:
    if not promotion.pk:
        return {}
    return {budget.period_key: budget for budget in Budget.objects.filter(promotion=promotion)}


def _stored(effect: EffectDraft) -> StoredEffect:
    return StoredEffect(
        kind=effect.kind,
        percent=effect.percent,
        amount=effect.amount,
        cap_amount=effect.cap_amount,
        details=effect.details,
        other_amounts=effect.other_amounts,
    )
