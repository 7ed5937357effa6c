"""What it means that a condition of the marketer's refused a code, and what to do about it.

`WORDS` is complete over the kinds of conditions, which a test holds.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.shared.errors import Text

PREFIX: Final = "condition:"
NOT: Final = "not:"


@dataclass(frozen=True, slots=True)
class ConditionWords:
    """`about` names what the condition looks at; `refused` says what a failed one means."""

    about: Text
    refused: Text
    advice: Text


WORDS: Final[dict[str, ConditionWords]] = {
    "order_amount": ConditionWords(
        _("the amount of the order"),
        _("The order does not cost what the offer asks for."),
        _("Change the cart, or the amount in the conditions of the offer."),
    ),
    "order_count": ConditionWords(
        _("the number of items"),
        _("The order has not the number of items that the offer asks for."),
        _("Change the cart, or the number in the conditions of the offer."),
    ),
    "items": ConditionWords(
        _("the goods of the order"),
        _("The order does not hold the goods that the offer asks for."),
        _("Compare the products of the order with those in the conditions of the offer."),
    ),
    "segment": ConditionWords(
        _("the segments of the customer"),
        _("The customer is not in a segment that the offer is for."),
        _("Ask the segment why the customer is not in it, or give another offer."),
    ),
    "country": ConditionWords(
        _("the country of the customer"),
        _("The offer is not for the country of the customer, or the country is not known."),
        _("Complete the customer’s address, or give another offer."),
    ),
    "language": ConditionWords(
        _("the language of the customer"),
        _("The offer is not for the language of the customer, or the language is not known."),
        _("Complete the customer’s profile, or give another offer."),
    ),
    "new_customer": ConditionWords(
        _("whether the customer has ordered before"),
        _("The offer is for new customers only, or only for those who ordered before."),
        _("Look at the customer’s orders, or give another offer."),
    ),
    "age": ConditionWords(
        _("the age of the customer"),
        _("The customer’s age is not known, or is not one that the offer is for."),
        _("If the birth date is missing, ask the customer for it; it must be allowed to be used."),
    ),
    "holder": ConditionWords(
        _("whether the customer holds the code"),
        _("The code belongs to another customer."),
        _("Only its holder may use it."),
    ),
    "order_history": ConditionWords(
        _("the earlier orders of the customer"),
        _("The customer’s earlier orders are not what the offer asks for."),
        _("Look at the customer’s orders; one that is missing may not have been told yet."),
    ),
    "open": ConditionWords(
        _("the days and hours"),
        _("The offer does not run on this day or at this hour."),
        _("Use the code when it is within the days and hours of the conditions."),
    ),
    "uses": ConditionWords(
        _("how often it was used"),
        _("It was used as often as it may."),
        _("Raise the limit, or use another offer."),
    ),
    "budget": ConditionWords(
        _("the budget"),
        _("It is more than is left of the budget."),
        _("Raise the budget, or use another offer."),
    ),
    "channel": ConditionWords(
        _("the channel"),
        _("The offer is not for the channel through which the code was used."),
        _("Use the code through one of the channels of the offer."),
    ),
    "metadata": ConditionWords(
        _("a value that the shop sends"),
        _("A value that the shop sends is missing, or is not what the offer asks for."),
        _("Have the shop send the value, or change it in the conditions of the offer."),
    ),
}


def kind_of(rule: str) -> str:
    """The kind of condition that a stored rule names; empty where it names none we know."""
    kind = rule.removeprefix(PREFIX).removeprefix(NOT)
    return kind if rule.startswith(PREFIX) and kind in WORDS else ""


def condition_refusal(rule: str) -> str:
    """What a refusal by this stored rule (`condition:<kind>`, `condition:not:<kind>`) means."""
    words = WORDS[kind_of(rule)]
    if rule.startswith(PREFIX + NOT):
        return gettext("The offer rules this out: %(about)s.") % {"about": words.about}
    return str(words.refused)


def condition_advice(rule: str) -> str:
    """What to do about it."""
    return str(WORDS[kind_of(rule)].advice)
