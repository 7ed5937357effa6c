"""What a code gives on an order, or which rule refuses it. No queries: all it needs is passed in.

The validation, the redemption and every preview ask here, so they cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from config.shared import money
from config.shared.errors import Text
from rewards.arithmetic import (
    AmountOff,
    Applied,
    CartState,
    Effect,
    FreeShipping,
    PercentOff,
    apply_offer,
)
from rewards.asked import AskedOrder
from rewards.models import EffectKind, Promotion, Voucher


class Rule(StrEnum):
    """What can refuse a code; stored with the refused attempt."""

    PROMOTION_ACTIVE = "promotion_active"
    PROMOTION_VALIDITY = "promotion_validity"
    VOUCHER_ACTIVE = "voucher_active"
    VOUCHER_EXPIRY = "voucher_expiry"
    VOUCHER_LIMIT = "voucher_limit"
    CUSTOMER_GIVEN = "customer_given"
    HOLDER = "holder"
    ORDER_GIVEN = "order_given"
    ORDER_AMOUNT_GIVEN = "order_amount_given"
    ITEM_AMOUNTS_GIVEN = "item_amounts_given"
    CURRENCY = "currency_mismatch"
    ORDER_MINIMUM = "order_minimum"


@dataclass(frozen=True, slots=True)
class Words:
    """How a refusal by a rule is put: the published key, what happened, what to do."""

    key: str
    message: Text
    advice: Text


WORDS = {
    Rule.PROMOTION_ACTIVE: Words(
        "promotion_inactive",
        _("The offer is switched off."),
        _("Switch the offer on, or use a code of another one."),
    ),
    Rule.PROMOTION_VALIDITY: Words(
        "promotion_not_active_now",
        _("The offer does not run at this moment."),
        _("Use the code between the start and the end of its offer."),
    ),
    Rule.VOUCHER_ACTIVE: Words(
        "voucher_disabled",
        _("The code is switched off."),
        _("Switch the code on, or use another one."),
    ),
    Rule.VOUCHER_EXPIRY: Words(
        "voucher_expired", _("The code has expired."), _("Use a code that is still valid.")
    ),
    Rule.VOUCHER_LIMIT: Words(
        "quantity_exceeded",
        _("The code has been used as often as it may."),
        _("Use another code."),
    ),
    Rule.CUSTOMER_GIVEN: Words(
        "missing_customer",
        _("The code belongs to one customer, and none is given."),
        _("Send the customer with id or source_id."),
    ),
    Rule.HOLDER: Words(
        "customer_rules_violated",
        _("The code belongs to another customer."),
        _("Only its holder may use it."),
    ),
    Rule.ORDER_GIVEN: Words(
        "missing_order", _("The order is missing."), _("Send the order with its amount or items.")
    ),
    Rule.ORDER_AMOUNT_GIVEN: Words(
        "missing_amount",
        _("The amount of the order is missing."),
        _("Send order.amount, or order.items with their amounts."),
    ),
    Rule.ITEM_AMOUNTS_GIVEN: Words(
        "missing_order_items_amount",
        _("The amount of an item is missing."),
        _("Send amount, or price and quantity, with every item."),
    ),
    Rule.CURRENCY: Words(
        "order_rules_violated",
        _("The offer is made for another currency."),
        _("Use the code on an order in the currency of its offer."),
    ),
    Rule.ORDER_MINIMUM: Words(
        "order_rules_violated",
        _("The order is below the minimum of the offer."),
        _("Shipping does not count towards the minimum."),
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule that says no, with the value it saw and the value it needed.

    Both values are language-neutral: amounts with their currency, instants, counts and ids.
    """

    rule: Rule
    seen: str = ""
    needed: str = ""

    @property
    def words(self) -> Words:
        return WORDS[self.rule]


@dataclass(frozen=True, slots=True)
class Applicable:
    """What the code gives, line by line."""

    applied: Applied


Outcome = Applicable | Refusal


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at besides the order.

    `customer_id` is who redeems, `holder_id` who holds the code; both are our customers' numbers.
    `customer` and `holder` are the same two in public ids. `currency` is the order's.
    """

    voucher: Voucher
    promotion: Promotion
    effects: Sequence[Effect]
    order: AskedOrder | None
    currency: str
    has_customer: bool
    customer_id: int | None
    customer: str
    holder_id: int | None
    holder: str
    at: datetime


def arithmetic_effect(
    *, kind: str, percent: Decimal | None, amount: int | None, cap_amount: int | None
) -> Effect:
    """A stored effect as the arithmetic knows it."""
    match kind:
        case EffectKind.PERCENT if percent is not None:
            return PercentOff(percent=percent, cap=cap_amount)
        case EffectKind.AMOUNT if amount is not None:
            return AmountOff(amount=amount)
        case EffectKind.FREE_SHIPPING:
            return FreeShipping()
    raise ValueError(f"An effect of kind {kind} cannot lack its value.")


def evaluate(facts: Facts) -> Outcome:
    """What the code gives on this order, or the first rule that refuses it.

    Raises ArithmeticInputError for amounts that are too large together.
    """
    refusal = _refused_by_validity(facts) or _refused_by_customer(facts) or _refused_by_order(facts)
    if refusal is not None or facts.order is None:
        return refusal or Refusal(Rule.ORDER_GIVEN)
    state = CartState.of(facts.order.cart(facts.currency))
    minimum = facts.promotion.minimum_amount or 0
    if state.items_amount < minimum:
        return Refusal(
            Rule.ORDER_MINIMUM,
            _plain(state.items_amount, facts.currency),
            _plain(minimum, facts.currency),
        )
    return Applicable(apply_offer(state, facts.effects))


def _refused_by_validity(facts: Facts) -> Refusal | None:
    promotion, voucher, now = facts.promotion, facts.voucher, _instant(facts.at)
    if not promotion.active:
        return Refusal(Rule.PROMOTION_ACTIVE, "off", "on")
    if promotion.starts_at is not None and facts.at < promotion.starts_at:
        return Refusal(Rule.PROMOTION_VALIDITY, now, f">= {_instant(promotion.starts_at)}")
    if promotion.expires_at is not None and facts.at >= promotion.expires_at:
        return Refusal(Rule.PROMOTION_VALIDITY, now, f"< {_instant(promotion.expires_at)}")
    if not voucher.active:
        return Refusal(Rule.VOUCHER_ACTIVE, "off", "on")
    if voucher.expires_at is not None and facts.at >= voucher.expires_at:
        return Refusal(Rule.VOUCHER_EXPIRY, now, f"< {_instant(voucher.expires_at)}")
    limit = voucher.redemption_limit
    if limit is not None and voucher.redeemed_count >= limit:
        return Refusal(Rule.VOUCHER_LIMIT, str(voucher.redeemed_count), f"< {limit}")
    return None


def _refused_by_customer(facts: Facts) -> Refusal | None:
    if not facts.promotion.holder_only or facts.holder_id is None:
        return None
    if not facts.has_customer:
        return Refusal(Rule.CUSTOMER_GIVEN, "", facts.holder)
    if facts.customer_id != facts.holder_id:
        return Refusal(Rule.HOLDER, facts.customer, facts.holder)
    return None


def _refused_by_order(facts: Facts) -> Refusal | None:
    if facts.order is None:
        return Refusal(Rule.ORDER_GIVEN)
    if not facts.order.has_amount:
        return Refusal(Rule.ORDER_AMOUNT_GIVEN)
    if not facts.order.has_item_amounts:
        return Refusal(Rule.ITEM_AMOUNTS_GIVEN)
    if facts.currency != facts.promotion.currency:
        return Refusal(Rule.CURRENCY, facts.currency, facts.promotion.currency)
    return None


def _plain(amount: int, currency: str) -> str:
    """An amount that reads the same in every language: "25.00 GBP"."""
    return f"{money.from_minor(amount, currency)} {currency}"


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
