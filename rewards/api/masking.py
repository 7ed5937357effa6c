"""What a key that everybody can read is told of codes that do not work: always the same.

To the shop's pages a code that is unknown, expired, used up, switched off or somebody else's looks
like one that does not exist, and the answer takes as long. What is wrong with the order, and what
the marketer's conditions ask for, is told: it can be heard only with a code that works.
"""

import time
from dataclasses import replace
from typing import Final

from rewards.drafts import Drafted, Refused
from rewards.rules import Refusal, Rule

TOLD: Final = frozenset(
    {
        Rule.ORDER_GIVEN,
        Rule.ORDER_AMOUNT_GIVEN,
        Rule.ITEM_AMOUNTS_GIVEN,
        Rule.CURRENCY,
        Rule.ORDER_MINIMUM,
    }
)
LEAST_SECONDS: Final = 0.15
"""Longer than any of these refusals takes to find out; guesses are throttled besides."""


def is_hidden(refusal: Refusal) -> bool:
    """Whether the refusal would tell a guesser something about the code."""
    return refusal.rule in set(Rule) - TOLD


def masked(made: Drafted) -> Drafted:
    """The same with every refusal that is hidden as that of a code that does not exist."""
    refused = tuple(_masked(one) for one in made.refused)
    return replace(made, refused=refused)


def _masked(refused: Refused) -> Refused:
    if not is_hidden(refused.refusal):
        return refused
    return replace(refused, refusal=Refusal(Rule.VOUCHER_KNOWN), redemption=None)


def wait_until(started: float) -> None:
    """Return LEAST_SECONDS after `started`, a moment of `time.monotonic`."""
    left = started + LEAST_SECONDS - time.monotonic()
    if left > 0:
        time.sleep(left)
