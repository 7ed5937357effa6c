"""What a key learns that everybody can read on the shop's pages.

Whether codes work, not why not: to such a key a code that is unknown, expired, switched off,
somebody else's or used up is the same, with the same body and status and for the same work.
Otherwise a guesser would be told which guesses exist. Why a working code gives nothing on this
order it is told; but not what we know about a customer, because anybody can name any.

This is the only place that says so: the services and the calls ask here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from config.shared.models import ApiKey, KeyKind
from rewards.asked import AskedOrder, Attempt
from rewards.candidates import Found, find_candidates, find_identity, find_nothing
from rewards.errors import VoucherNotFound
from rewards.evaluation import Facts, refused_by_itself
from rewards.lookups import Known
from rewards.models import Redemption
from rewards.rules import OF_THE_CODE, Refusal, Rule
from rewards.stacking_rules import StackingRules

# Rules about the order are not among them: they are for codes that work.
HIDDEN: Final = OF_THE_CODE | frozenset(
    {
        Rule.VOUCHER_KNOWN,
        Rule.BUDGET,
        Rule.BUDGET_PERIOD,
        Rule.CUSTOMER_GIVEN,
        Rule.HOLDER,
        # Conditions that are the same in the marketer's words.
        *(
            f"condition:{negated}{kind}"
            for kind in ("holder", "open", "uses", "budget")
            for negated in ("", "not:")
        ),
    }
)
# What the asker sent; the values of all else are the shop's, or a customer's.
_WITH_VALUES: Final = frozenset(
    {
        Rule.CURRENCY,
        Rule.ORDER_MINIMUM,
        *(
            f"condition:{negated}{kind}"
            for kind in ("order_amount", "order_count", "items")
            for negated in ("", "not:")
        ),
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
        # The statements that an unknown code costs.
        return replace(find_nothing(api_key.brand_id), paid_id=found.paid_id)
    return replace(found, candidates=usable)


def is_hidden(refusal: Refusal, api_key: ApiKey) -> bool:
    """Whether this key hears of the refusal as of that of a code that does not exist."""
    return tells_little(api_key) and refusal.rule in HIDDEN


def told(refusal: Refusal, api_key: ApiKey) -> Refusal:
    """The refusal as this key hears it."""
    if not tells_little(api_key):
        return refusal
    if refusal.rule in HIDDEN:
        return Refusal(Rule.VOUCHER_KNOWN)
    return refusal if refusal.rule in _WITH_VALUES else replace(refusal, seen="", needed="")


def refuse_hidden(*, attempt: Attempt, refusals: Mapping[str, Refusal], api_key: ApiKey) -> None:
    """Raise VoucherNotFound, to a key of pages, for the first of the codes that cannot work.

    `refusals` by their code. Also where other codes of the request do: by what is left of a stack
    nobody shall see which of its codes exist.
    """
    for code in attempt.codes:
        if code in refusals and is_hidden(refusals[code], api_key):
            raise VoucherNotFound(code)


def check_is_theirs(*, attempt: Attempt, whole: Redemption, api_key: ApiKey) -> None:
    """Raise VoucherNotFound, to a key of pages, unless the stored redemption is of this attempt.

    Numbers of orders follow each other and public codes are public: whoever names both is not
    shown whose order that was. To who names the same customer and the same goods it is no news.
    """
    if not tells_little(api_key):
        return
    asked, stored = attempt.customer, whole.identity
    if asked is None or stored is None:
        same_customer = asked is None and stored is None
    elif asked.source_id:
        same_customer = asked.source_id == stored.external_id
    else:
        same_customer = asked.public_id == stored.customer.public_id
    if not same_customer or _asked(attempt.order) != _paid(whole):
        raise VoucherNotFound(attempt.codes[0])


def _asked(order: AskedOrder | None) -> list[tuple[int, int | None]]:
    """Quantities and amounts of the goods, line by line."""
    if order is None:
        return []
    return [(item.quantity, item.line_amount) for item in order.items] or [(1, order.amount)]


def _paid(whole: Redemption) -> list[tuple[int, int | None]]:
    """The same of what was redeemed, without what the offers added."""
    lines = [
        (line["quantity"] - line["added"], line["amount"] - line["added_amount"])
        for line in whole.lines
        if line["quantity"] > line["added"]
    ]
    return lines or [(1, whole.order_amount)]
