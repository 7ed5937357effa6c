"""What codes give on an order, or which rule refuses each. No queries: all it needs is passed in.

The validation, the redemption, the reservation and every preview ask here, so they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from config.shared import money
from customers.models import Customer
from rewards import periods
from rewards.arithmetic import Applied, Cart, CartState, Effect, apply_offer
from rewards.asked import AskedOrder
from rewards.candidates import Candidate
from rewards.circumstances import Circumstances
from rewards.conditions.evaluation import first_failure
from rewards.conditions.facts import MetadataOf
from rewards.effects import read_effect
from rewards.lookups import Held, Known
from rewards.models import Budget, Promotion
from rewards.reading import ReadingError
from rewards.rules import Refusal, Rule
from rewards.stacking import Redeemable, Stacked, stack
from rewards.stacking_rules import StackingRules
from rewards.stored_rules import rule_of, window_of
from rewards.wares import find_gift
from rewards.windows import is_open, next_opening

Outcome = Stacked[Refusal]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: the codes as found, the order, who redeems, the moment.

    `candidates` by the code as it was asked for; a code that is missing does not exist.
    `has_customer` says that the request names one, `customer` is who that is, if we know them.
    `zone` is the project's. `known` holds the answers to what `needs` asked.
    """

    codes: Sequence[str]
    candidates: Mapping[str, Candidate]
    stacking: StackingRules
    order: AskedOrder | None
    currency: str
    zone: str
    has_customer: bool
    customer: Customer | None
    known: Known
    at: datetime
    redemption_metadata: Mapping[str, Any] = field(default_factory=dict)

    def metadata(self, candidate: Candidate) -> dict[MetadataOf, Mapping[str, Any]]:
        """The shop's own values of all that the attempt is about."""
        return {
            MetadataOf.ORDER: self.order.metadata if self.order else {},
            MetadataOf.CUSTOMER: self.customer.metadata if self.customer else {},
            MetadataOf.REDEMPTION: self.redemption_metadata,
            MetadataOf.VOUCHER: candidate.voucher.metadata,
        }


def evaluate(facts: Facts) -> Outcome:
    """What each code gives, in the order in which they work, or the rule that refuses it.

    Raises StackingError for a request that is wrong as a whole, ArithmeticInputError for amounts
    that are too large together.
    """
    judge = _Judge(facts, {})
    cart = _cart(facts)
    while True:
        stacked = stack(_redeemables(facts), facts.stacking, CartState.of(cart), judge)
        over = _over_together(stacked, facts)
        if over is None:
            return stacked
        code, refusal = over
        judge = _Judge(facts, {**judge.refused, code: refusal})


def _redeemables(facts: Facts) -> list[Redeemable]:
    found = []
    for code in facts.codes:
        candidate = facts.candidates.get(code)
        if candidate is None:
            found.append(Redeemable(kind="voucher", id=code))
            continue
        promotion = candidate.promotion
        category = promotion.stacking_category
        found.append(
            Redeemable(
                kind="voucher",
                id=code,
                categories=frozenset({category}) if category else frozenset(),
                alone=promotion.exclusive,
                priority=promotion.priority,
                since=promotion.created_at,
            )
        )
    return found


def _cart(facts: Facts) -> Cart:
    """The order with what we know of its goods; an order without amounts is an empty one, which
    every offer refuses.
    """
    order = facts.order
    if order is None or not order.has_amount or not order.has_item_amounts:
        return Cart((), facts.currency)
    return order.cart(facts.currency, facts.known.wares)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges one code on the order as the codes before it left it; `refused` are given up."""

    facts: Facts
    refused: Mapping[str, Refusal]

    def __call__(self, redeemable: Redeemable, state: CartState) -> Applied | Refusal:
        candidate = self.facts.candidates.get(redeemable.id)
        if candidate is None:
            return Refusal(Rule.VOUCHER_KNOWN)
        if redeemable.id in self.refused:
            return self.refused[redeemable.id]
        outcome = self._outcome(candidate, state)
        if isinstance(outcome, Refusal):
            return replace(outcome, text=candidate.promotion.refusal_text or outcome.text)
        return outcome

    def _outcome(self, candidate: Candidate, state: CartState) -> Applied | Refusal:
        facts = self.facts
        refusal = refused_by_itself(candidate, facts) or _refused_by_order(candidate, facts, state)
        if refusal is not None:
            return refusal
        applied = _applied(candidate, facts, state)
        if isinstance(applied, Refusal):
            return applied
        return (
            _refused_by_conditions(candidate, facts, state, applied)
            or _refused_by_budget([applied], candidate, facts)
            or applied
        )


def refused_by_itself(candidate: Candidate, facts: Facts) -> Refusal | None:
    """By what does not depend on the order: the code cannot work for this customer now."""
    return (
        _refused_by_validity(candidate, facts)
        or _refused_by_customer(candidate, facts)
        or _refused_by_code_uses(candidate, facts)
        or _refused_by_offer_uses(candidate, facts)
    )


def _refused_by_validity(candidate: Candidate, facts: Facts) -> Refusal | None:
    promotion, voucher, at = candidate.promotion, candidate.voucher, facts.at
    now = _instant(at)
    if not promotion.active:
        return Refusal(Rule.PROMOTION_ACTIVE, "off", "on")
    if promotion.starts_at is not None and at < promotion.starts_at:
        return Refusal(Rule.PROMOTION_VALIDITY, now, f">= {_instant(promotion.starts_at)}")
    if promotion.expires_at is not None and at >= promotion.expires_at:
        return Refusal(Rule.PROMOTION_VALIDITY, now, f"< {_instant(promotion.expires_at)}")
    if not voucher.active:
        return Refusal(Rule.VOUCHER_ACTIVE, "off", "on")
    if voucher.starts_at is not None and at < voucher.starts_at:
        return Refusal(Rule.VOUCHER_STARTED, now, f">= {_instant(voucher.starts_at)}")
    if voucher.expires_at is not None and at >= voucher.expires_at:
        return Refusal(Rule.VOUCHER_EXPIRY, now, f"< {_instant(voucher.expires_at)}")
    return _refused_by_window(promotion, facts)


def _refused_by_window(promotion: Promotion, facts: Facts) -> Refusal | None:
    window = window_of(
        promotion.window, zone=promotion.zone or facts.zone, starts_at=promotion.starts_at
    )
    if window is None or is_open(window, facts.at):
        return None
    opens = next_opening(window, facts.at)
    needed = f">= {_instant(opens)}" if opens else ""
    return Refusal(Rule.PROMOTION_WINDOW, _instant(facts.at), needed)


def _refused_by_conditions(
    candidate: Candidate, facts: Facts, state: CartState, applied: Applied
) -> Refusal | None:
    """By the first of the marketer's own conditions that does not hold for certain."""
    rule = rule_of(candidate.promotion.rules)
    if rule is None:
        return None
    failure = first_failure(
        rule,
        Circumstances(
            candidate=candidate,
            customer_row=facts.customer,
            known=facts.known,
            values=facts.metadata(candidate),
            at=facts.at,
            zone=candidate.promotion.zone or facts.zone,
            currency=facts.currency,
            cart=state,
            after=applied.after,
            has_customer=facts.has_customer,
            channel="API",
        ),
    )
    if failure is None:
        return None
    rule_name = f"not:{failure.kind}" if failure.negated else failure.kind
    return Refusal(
        f"condition:{rule_name}",
        failure.seen,
        failure.needed,
        text=failure.message,
        condition_key=failure.key,
    )


def _refused_by_customer(candidate: Candidate, facts: Facts) -> Refusal | None:
    promotion, holder = candidate.promotion, candidate.voucher.holder
    if promotion.holder_only and holder is None:
        return Refusal(Rule.HELD)
    bound = promotion.holder_only
    limited = (
        promotion.limit_per_customer is not None or promotion.limit_per_customer_period is not None
    )
    needed = holder.customer.public_id if bound and holder else ""
    if (bound or limited) and not facts.has_customer:
        return Refusal(Rule.CUSTOMER_GIVEN, "", needed)
    if bound and holder and (facts.customer is None or facts.customer.pk != holder.customer_id):
        return Refusal(Rule.HOLDER, facts.customer.public_id if facts.customer else "", needed)
    return None


def _refused_by_code_uses(candidate: Candidate, facts: Facts) -> Refusal | None:
    voucher = candidate.voucher
    limit = voucher.redemption_limit
    used = voucher.redeemed_count + facts.known.held_of_voucher.get(voucher.pk, 0)
    if limit is not None and used >= limit:
        return Refusal(Rule.VOUCHER_LIMIT, str(used), f"< {limit}")
    return None


def _refused_by_offer_uses(
    candidate: Candidate, facts: Facts, *, others: int = 0
) -> Refusal | None:
    """By a count of the offer or of the customer that is used up, `others` by this very request."""
    promotion, known = candidate.promotion, facts.known
    held = known.held_of_promotion.get(promotion.pk, Held()).uses
    of_customer = known.held_of_customer.get(promotion.pk, 0)
    in_all, in_period = known.uses.get(promotion.pk, (0, 0))
    counts = (
        (Rule.PROMOTION_LIMIT, spent(candidate, "").spent_count + held, promotion.redemption_limit),
        (Rule.CUSTOMER_LIMIT, in_all + of_customer, promotion.limit_per_customer),
        (
            Rule.CUSTOMER_PERIOD_LIMIT,
            in_period + of_customer,
            promotion.limit_per_customer_period,
        ),
    )
    for rule, used, limit in counts:
        if limit is not None and used + others >= limit:
            return Refusal(rule, str(used + others), f"< {limit}")
    return None


def _refused_by_order(candidate: Candidate, facts: Facts, state: CartState) -> Refusal | None:
    order, promotion = facts.order, candidate.promotion
    if order is None:
        return Refusal(Rule.ORDER_GIVEN)
    if not order.has_amount:
        return Refusal(Rule.ORDER_AMOUNT_GIVEN)
    if not order.has_item_amounts:
        return Refusal(Rule.ITEM_AMOUNTS_GIVEN)
    in_money = (
        promotion.minimum_amount is not None
        or promotion.budget_amount is not None
        or promotion.budget_period_amount is not None
    )
    if in_money and facts.currency != promotion.currency:
        return Refusal(Rule.CURRENCY, facts.currency, promotion.currency)
    minimum = promotion.minimum_amount or 0
    if state.items_amount < minimum:
        return Refusal(
            Rule.ORDER_MINIMUM,
            plain(state.items_amount, facts.currency),
            plain(minimum, facts.currency),
        )
    return None


def _applied(candidate: Candidate, facts: Facts, state: CartState) -> Applied | Refusal:
    try:
        effects = effects_of(candidate, facts.currency, facts.known)
    except ReadingError as error:
        return Refusal(Rule.EFFECT_USABLE, "", error.path)
    if effects is None:
        return Refusal(Rule.CURRENCY, facts.currency, candidate.promotion.currency)
    return apply_offer(state, effects)


def effects_of(candidate: Candidate, currency: str, known: Known) -> list[Effect] | None:
    """The offer's effects for an order in this currency, None where one has no amount in it.

    Raises ReadingError where one cannot be done, such as a gift whose price is not known.
    """
    effects = []
    for number, stored in enumerate(candidate.effects):
        meant = stored.in_currency(currency, offered_in=candidate.promotion.currency)
        if meant is None:
            return None
        effects.append(read_effect(meant, f"effects[{number}]", partial(find_gift, known.wares)))
    return effects


def _refused_by_budget(
    applied: Sequence[Applied], candidate: Candidate, facts: Facts
) -> Refusal | None:
    """By money that is no longer there for these discounts of the same offer together."""
    promotion = candidate.promotion
    amount = sum(one.total_discount_amount for one in applied)
    held = facts.known.held_of_promotion.get(promotion.pk, Held()).amount
    limits: list[tuple[Rule, str, int | None]] = [(Rule.BUDGET, "", promotion.budget_amount)]
    if promotion.budget_period_amount is not None:
        key = periods.key(promotion.budget_period, facts.at, promotion.zone or facts.zone)
        limits.append((Rule.BUDGET_PERIOD, key, promotion.budget_period_amount))
    for rule, key, limit in limits:
        if limit is None:
            continue
        left = max(limit - spent(candidate, key).spent_amount - held, 0)
        if amount > left:
            return Refusal(rule, plain(amount, facts.currency), f"<= {plain(left, facts.currency)}")
    return None


def _over_together(stacked: Outcome, facts: Facts) -> tuple[str, Refusal] | None:
    """The first code with which several codes of one offer exceed a limit of the offer."""
    seen: dict[int, list[Applied]] = {}
    for placed in stacked.placed:
        candidate = facts.candidates[placed.redeemable.id]
        promotion = candidate.promotion
        before = seen.setdefault(promotion.pk, [])
        before.append(placed.applied)
        if len(before) == 1:
            continue
        refusal = _refused_by_budget(before, candidate, facts) or _refused_by_offer_uses(
            candidate, facts, others=len(before) - 1
        )
        if refusal is not None:
            return placed.redeemable.id, refusal
    return None


def spent(candidate: Candidate, period_key: str) -> Budget:
    """What the offer spent in that period, or in all; nothing where nobody counted yet."""
    return candidate.budgets.get(period_key) or Budget(period_key=period_key)


def plain(amount: int, currency: str) -> str:
    """An amount that reads the same in every language: "25.00 GBP"."""
    return f"{money.from_minor(amount, currency)} {currency}"


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
