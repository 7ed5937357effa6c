"""Asking the database what an evaluation needs, and evaluating: the reading half of a validation,
a redemption and a reservation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.shared.idempotency import Overtaken
from config.shared.models import ApiKey
from customers.models import Identity
from rewards import lookups, periods
from rewards.asked import Attempt
from rewards.candidates import Candidate, Found, find_identity
from rewards.circumstances import ask_conditions
from rewards.conditions.evaluation import needs
from rewards.conditions.needs import Needs
from rewards.effects import StoredEffect, gift_named
from rewards.evaluation import Facts, Outcome, evaluate
from rewards.lookups import Counted, Questions
from rewards.on_pages import find_for
from rewards.stacking_rules import StackingRules
from rewards.stored_rules import rule_of


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was asked, what was found, and what comes of it. `facts` are what the rules saw."""

    attempt: Attempt
    api_key: ApiKey
    found: Found
    identity: Identity | None
    facts: Facts
    outcome: Outcome
    at: datetime

    def candidate(self, code: str) -> Candidate:
        return self.facts.candidates[code]


def assess(
    *,
    attempt: Attempt,
    api_key: ApiKey,
    found: Found,
    identity: Identity | None,
    at: datetime,
) -> Assessment:
    """What the codes give now, in one statement, unless a condition names segments.

    Raises what `evaluate` raises, and Overtaken where the customer was merged since `identity` was
    read. For a redemption, lock the customer before where
    `counts_customers`, and what is reserved.
    """
    facts = facts_of(
        attempt=attempt, brand_id=api_key.brand_id, found=found, identity=identity, at=at
    )
    return Assessment(attempt, api_key, found, identity, facts, evaluate(facts), at)


def facts_of(
    *,
    attempt: Attempt,
    brand_id: int | None,
    found: Found,
    identity: Identity | None,
    at: datetime,
) -> Facts:
    """What the rules look at, for codes and offers that need not be stored."""
    candidates = {code: found.candidate(code) for code in attempt.codes if found.has(code)}
    chosen = list(candidates.values())
    needed = _needs(chosen)
    questions = Questions()
    lookups.ask_wares(questions, _ware_ids(attempt, chosen, needed))
    if identity is not None:
        counted = [
            _counted(c, at, found.zone) for c in chosen if counts_customers(c) and c.promotion.pk
        ]
        lookups.ask_uses(questions, counted, identity=identity)
    _ask_held(questions, attempt, chosen, brand_id, identity, at)
    ask_conditions(
        questions,
        needed,
        customer=identity.customer if identity else None,
        order_source_id=attempt.order_source_id,
        at=at,
    )
    known = lookups.answered(questions)
    if identity is not None and known.more.get("customer", identity.customer_id) != (
        identity.customer_id
    ):
        raise Overtaken  # merged, or parted again, before we had the customer's lock
    return Facts(
        codes=attempt.codes,
        candidates=candidates,
        stacking=StackingRules.read(found.stacking),
        order=attempt.order,
        currency=currency_of(attempt, found),
        zone=found.zone,
        has_customer=attempt.customer is not None,
        customer=identity.customer if identity else None,
        known=known,
        at=at,
        redemption_metadata=attempt.metadata,
    )


def preview(*, attempt: Attempt, api_key: ApiKey, at: datetime) -> Assessment:
    """What redeeming would do now, without doing it and without locking anything.

    Raises CustomerNotFound, and what `evaluate` raises.
    """
    found = find_for(attempt=attempt, api_key=api_key, at=at)
    identity = found.identity
    if identity is None and attempt.customer is not None:
        identity = find_identity(attempt.customer)
    return assess(attempt=attempt, api_key=api_key, found=found, identity=identity, at=at)


def counts_customers(candidate: Candidate) -> bool:
    """Whether the offer limits how often one customer may use it."""
    promotion = candidate.promotion
    return (
        promotion.limit_per_customer is not None or promotion.limit_per_customer_period is not None
    )


def is_reserved(candidate: Candidate, *, at: datetime) -> bool:
    """Whether some checkout may hold a use of the code, or part of a limit of its offer."""
    ends = [candidate.voucher.reserved_until]
    ends += [budget.reserved_until for budget in candidate.budgets.values()]
    return any(end is not None and end > at for end in ends)


def _counted(candidate: Candidate, at: datetime, zone: str) -> Counted:
    promotion = candidate.promotion
    if not promotion.customer_period:
        return Counted(promotion.pk, at)
    start = periods.start(promotion.customer_period, at, promotion.zone or zone)
    return Counted(promotion.pk, start)


def _needs(candidates: Sequence[Candidate]) -> Needs:
    """What the marketers' conditions of these offers will ask."""
    rules = (rule_of(candidate.promotion.rules) for candidate in candidates)
    return Needs.all_of(needs(rule) for rule in rules if rule is not None)


def _ware_ids(attempt: Attempt, candidates: Sequence[Candidate], needed: Needs) -> set[str]:
    """The products to look up: gifts, and the goods of the order where anybody looks at them."""
    effects = [effect for candidate in candidates for effect in candidate.effects]
    gifts = [gift for gift in map(gift_named, effects) if gift is not None]
    ids = {code for gift in gifts for code in (gift.sku, gift.product)}
    looked_at = needed.items or any(map(_looks_at_goods, effects))
    if looked_at and attempt.order is not None:
        for item in attempt.order.items:
            ids |= {item.product_id, item.source_id, item.sku_id}
    return ids


def _looks_at_goods(effect: StoredEffect) -> bool:
    """Whether the effect asks what the goods are, beyond their amounts."""
    return any(
        effect.details.get(name) is not None for name in ("target", "buy", "get", "gift", "parts")
    )


def _ask_held(
    questions: Questions,
    attempt: Attempt,
    candidates: Sequence[Candidate],
    brand_id: int | None,
    identity: Identity | None,
    at: datetime,
) -> None:
    reserved = [c for c in candidates if is_reserved(c, at=at) or counts_customers(c)]
    reserved = [c for c in reserved if c.promotion.pk]  # nobody holds what is not stored yet
    if reserved:
        lookups.ask_held(
            questions,
            voucher_ids=[c.voucher.pk for c in reserved if c.voucher.pk],
            promotion_ids=sorted({c.promotion.pk for c in reserved}),
            customer_id=identity.customer_id if identity else None,
            brand_id=brand_id,
            session_key=attempt.session.key if attempt.session else "",
            at=at,
        )


def currency_of(attempt: Attempt, found: Found) -> str:
    """The order's currency, else the one in its metadata, else the project's."""
    order = attempt.order
    said = order and (order.currency or order.metadata.get("currency"))
    return said if isinstance(said, str) and said else found.currency
