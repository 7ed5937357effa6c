"""What a condition says, and how a failed one is reported: language-neutral values."""

from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    """What was not there to look at; then a condition neither holds nor fails for certain."""

    ORDER = "order"
    ITEMS = "items"
    CUSTOMER = "customer"
    VALUE = "value"
    """The customer or the object is there, but this is not known of it."""
    CURRENCY = "currency"
    """The order is in a currency for which the condition names no amount."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a condition holds (None: nobody knows), the value seen and the value needed.

    Values read the same in every language: amounts with their currency ("25.00 GBP"), instants of
    ISO 8601, numbers, ids. `needed` begins with how it is compared: "= ", "!= ", "< ", "<= ",
    "> ", ">= ", "in ", "not in ", or is "low .. high".
    """

    holds: bool | None
    seen: str = ""
    needed: str = ""
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A condition because of which a rule says no.

    `negated`: it was needed that the condition does not hold. `key` is the published error key.
    `message` is the marketer's own text, empty where there is none.
    """

    rule_id: str
    kind: str
    key: str
    seen: str
    needed: str
    message: str = ""
    negated: bool = False
    missing: Missing | None = None
