"""What a key learns that everybody can read on the shop's pages: whether codes work, not why not.

To such a key a code that is unknown, expired, switched off, somebody else's or used up is the same:
the same body and status, and the same statements. Otherwise a guesser would be told which guesses
exist. Why a working code gives nothing on this order it is told.
"""

from dataclasses import replace
from datetime import datetime

from config.shared.models import ApiKey, KeyKind
from rewards.asked import Attempt
from rewards.candidates import Found, find_candidates, find_identity, find_nothing
from rewards.evaluation import Facts, refused_by_itself
from rewards.lookups import Known
from rewards.rules import Refusal, Rule
from rewards.stacking_rules import StackingRules

# Rules about the order are not among them: they are for codes that work.
HIDDEN = frozenset(
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
        Rule.BUDGET,
        Rule.BUDGET_PERIOD,
        Rule.CUSTOMER_GIVEN,
        Rule.HOLDER,
    }
)


def tells_little(api_key: ApiKey) -> bool:
    return api_key.kind == KeyKind.PUBLISHABLE


def find_for(*, attempt: Attempt, api_key: ApiKey, at: datetime) -> Found:
    """The codes that exist, as far as this key is told; raises CustomerNotFound for such a key.

    For a key of pages, codes that cannot work for this customer are left out as if they did not
    exist, before anything more is asked for them: what follows costs what an unknown code costs.
    """
    found = find_candidates(attempt=attempt, api_key=api_key, at=at)
    if not tells_little(api_key):
        return found
    identity = find_identity(attempt.customer) if attempt.customer else None
    facts = Facts(
        codes=attempt.codes,
        candidates={},
        stacking=StackingRules.read(found.stacking),
        order=attempt.order,
        currency=found.currency,
        zone=found.zone,
        has_customer=attempt.customer is not None,
        customer=identity.customer if identity else None,
        known=Known(),
        at=at,
    )
    usable = {
        key: candidate
        for key, candidate in found.candidates.items()
        if refused_by_itself(candidate, facts) is None
    }
    if found.candidates and not usable:
        return find_nothing(api_key.brand_id)  # the statements that an unknown code costs
    return replace(found, candidates=usable)


def told(refusal: Refusal, api_key: ApiKey) -> Refusal:
    """The refusal as this key hears it."""
    if tells_little(api_key) and refusal.rule in HIDDEN:
        return Refusal(Rule.VOUCHER_KNOWN)
    return refusal
