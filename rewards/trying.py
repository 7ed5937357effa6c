"""What a cart would get from offers, also from ones that are only typed in: nothing is stored."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.shared.models import Project
from customers.models import Identity
from rewards.asked import AskedCustomer, AskedOrder, Attempt
from rewards.assessing import facts_of
from rewards.candidates import Candidate, Found
from rewards.codes import code_key
from rewards.effects import StoredEffect
from rewards.evaluation import Outcome, evaluate
from rewards.models import Budget, Promotion, Voucher
from rewards.services.promotion_checks import EffectDraft


@dataclass(frozen=True, slots=True)
class TriedOffer:
    """An offer as it is in memory, with its effects."""

    promotion: Promotion
    effects: Sequence[EffectDraft]


def tried_code(place: int) -> str:
    """What the code of the offer at this place (from 0) is called in the outcome."""
    return f"TRIED-{place}"


def try_offers(
    *,
    offers: Sequence[TriedOffer],
    rules: Mapping[str, Any],
    order: AskedOrder,
    identity: Identity | None,
    at: datetime,
    project: Project,
) -> Outcome:
    """What a new code of each of these offers does to the order, sent together in this order.

    They are judged as a redemption would judge them, combined by `rules` (of stacking, as stored);
    the customer, also one who is not named, is taken as the holder of each. Uses and money spent
    so far count where an offer is stored. Raises what `evaluate` raises.
    """
    if identity is None:
        offers = [replace(one, promotion=_for_anybody(one.promotion)) for one in offers]
    codes = tuple(tried_code(place) for place in range(len(offers)))
    spent = _budgets([one.promotion for one in offers])
    candidates = {
        code_key(code): Candidate(
            code,
            Voucher(
                promotion=one.promotion,
                holder=identity,
                redemption_limit=one.promotion.uses_per_code,
            ),
            tuple(_stored(effect) for effect in one.effects),
            spent.get(one.promotion.pk, {}),
        )
        for code, one in zip(codes, offers, strict=True)
    }
    customer = AskedCustomer(public_id=identity.customer.public_id) if identity else None
    return evaluate(
        facts_of(
            attempt=Attempt(codes=codes, order=order, customer=customer),
            brand_id=offers[0].promotion.brand_id,
            found=Found(candidates, project.currency, project.zone, rules, None),
            identity=identity,
            at=at,
        )
    )


def _for_anybody(promotion: Promotion) -> Promotion:
    found = copy(promotion)
    found.holder_only = False
    return found


def _budgets(promotions: Sequence[Promotion]) -> dict[int, dict[str, Budget]]:
    """What stored offers spent, by offer and period."""
    found: dict[int, dict[str, Budget]] = {one.pk: {} for one in promotions if one.pk}
    if found:
        for budget in Budget.objects.filter(promotion__in=found):
            found[budget.promotion_id][budget.period_key] = budget
    return found


def _stored(effect: EffectDraft) -> StoredEffect:
    return StoredEffect(
        kind=effect.kind,
        percent=effect.percent,
        amount=effect.amount,
        cap_amount=effect.cap_amount,
        details=effect.details,
        other_amounts=effect.other_amounts,
    )
