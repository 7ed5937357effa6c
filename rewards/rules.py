"""Which rule can refuse a code, and how its refusal is put."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import Text
from rewards.stacking import Reason


class Rule(StrEnum):
    """What can refuse a code; stored with the refused attempt."""

    VOUCHER_KNOWN = "voucher_known"
    PROMOTION_ACTIVE = "promotion_active"
    PROMOTION_VALIDITY = "promotion_validity"
    PROMOTION_WINDOW = "promotion_window"
    VOUCHER_ACTIVE = "voucher_active"
    VOUCHER_STARTED = "voucher_started"
    VOUCHER_EXPIRY = "voucher_expiry"
    VOUCHER_LIMIT = "voucher_limit"
    PROMOTION_LIMIT = "promotion_limit"
    CUSTOMER_LIMIT = "customer_limit"
    CUSTOMER_PERIOD_LIMIT = "customer_period_limit"
    BUDGET = "budget"
    BUDGET_PERIOD = "budget_period"
    CUSTOMER_GIVEN = "customer_given"
    HOLDER = "holder"
    HELD = "held"
    ORDER_GIVEN = "order_given"
    ORDER_AMOUNT_GIVEN = "order_amount_given"
    ITEM_AMOUNTS_GIVEN = "item_amounts_given"
    CURRENCY = "currency_mismatch"
    ORDER_MINIMUM = "order_minimum"
    EFFECT_USABLE = "effect_usable"


OF_THE_CODE: Final = frozenset(
    {
        Rule.PROMOTION_ACTIVE,
        Rule.PROMOTION_VALIDITY,
        Rule.PROMOTION_WINDOW,
        Rule.VOUCHER_ACTIVE,
        Rule.VOUCHER_STARTED,
        Rule.VOUCHER_EXPIRY,
        Rule.VOUCHER_LIMIT,
        Rule.PROMOTION_LIMIT,
        Rule.CUSTOMER_LIMIT,
        Rule.CUSTOMER_PERIOD_LIMIT,
        Rule.HELD,
    }
)
"""The rules that say no whatever is ordered."""


@dataclass(frozen=True, slots=True)
class Words:
    """How a refusal by a rule is put: the published key, what happened, what to do."""

    key: str
    message: Text
    advice: Text


WORDS = {
    Rule.VOUCHER_KNOWN: Words(
        "not_found",
        _("There is no voucher with this code."),
        _("Check the spelling of the code."),
    ),
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
    Rule.PROMOTION_WINDOW: Words(
        "promotion_not_active_now",
        _("The offer does not run on this day or at this hour."),
        _("Use the code when the offer runs again."),
    ),
    Rule.VOUCHER_ACTIVE: Words(
        "voucher_disabled",
        _("The code is switched off."),
        _("Switch the code on, or use another one."),
    ),
    Rule.VOUCHER_STARTED: Words(
        "voucher_not_active",
        _("The code does not work yet."),
        _("Use the code from its start on."),
    ),
    Rule.VOUCHER_EXPIRY: Words(
        "voucher_expired", _("The code has expired."), _("Use a code that is still valid.")
    ),
    Rule.VOUCHER_LIMIT: Words(
        "quantity_exceeded",
        _("The code has been used as often as it may."),
        _("Use another code."),
    ),
    Rule.PROMOTION_LIMIT: Words(
        "quantity_exceeded",
        _("The offer has been redeemed as often as it may."),
        _("Raise the limit of the offer, or use another one."),
    ),
    Rule.CUSTOMER_LIMIT: Words(
        "redemption_rules_violated",
        _("The customer has used the offer as often as one customer may."),
        _("Use another offer."),
    ),
    Rule.CUSTOMER_PERIOD_LIMIT: Words(
        "redemption_rules_violated",
        _("The customer has used the offer as often as one customer may in this period."),
        _("Use the code in the next period, or another offer."),
    ),
    Rule.BUDGET: Words(
        "redemption_rules_violated",
        _("The discount is more than is left of the offer's budget."),
        _("Raise the budget of the offer, or use another one."),
    ),
    Rule.BUDGET_PERIOD: Words(
        "redemption_rules_violated",
        _("The discount is more than is left of the offer's budget for this period."),
        _("Use the code in the next period, or raise the budget."),
    ),
    Rule.CUSTOMER_GIVEN: Words(
        "missing_customer",
        _("The offer needs to know the customer, and none is given."),
        _("Send the customer with id or source_id."),
    ),
    Rule.HOLDER: Words(
        "customer_rules_violated",
        _("The code belongs to another customer."),
        _("Only its holder may use it; give this customer a code of their own."),
    ),
    Rule.HELD: Words(
        "customer_rules_violated",
        _("The code was not given to anybody yet, and only its holder may use it."),
        _("Give the customer the code first; over the API, with a publication."),
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
        _("More must be in the cart, shipping not counted; or lower the minimum of the offer."),
    ),
    Rule.EFFECT_USABLE: Words(
        "order_rules_violated",
        _("The offer cannot be worked out on this order."),
        _("Look at the effects of the offer: a product or its price is missing."),
    ),
}


SKIPPED: dict[Reason, Text] = {
    Reason.LIMIT: _("More codes than may be used on one order."),
    Reason.CATEGORY_LIMIT: _("More codes of one category than may be used on one order."),
    Reason.EXCLUSIVE_LIMIT: _("More codes that keep out others than may be used on one order."),
    Reason.EXCLUSIVE_CATEGORY_LIMIT: _(
        "More codes of one exclusive category than may be used on one order."
    ),
    Reason.EXCLUSION: _("Another code cannot be combined with this one."),
    Reason.PRECEDING_FAILED: _("Another code of the request was refused, so none is used."),
    Reason.NO_EFFECT: _("The code would change nothing on this order."),
}
"""Why a code is left out although its own rules allow it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule that says no, with the value it saw and the value it needed.

    `rule` is a `Rule`, or the kind of a condition that the marketer set (`rewards.conditions`).
    Both values are language-neutral: amounts with their currency, instants, counts and ids. `key`
    is the published error key, `text` the marketer's own words.
    """

    rule: str
    seen: str = ""
    needed: str = ""
    text: str = ""
    condition_key: str = ""

    @property
    def key(self) -> str:
        return self.condition_key or WORDS[Rule(self.rule)].key
