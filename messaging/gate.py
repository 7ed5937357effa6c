"""The send gate: may this message leave now? Asked in one order, and the first no is the reason.

Asked once per recipient, inside the transaction that claims the delivery, with the customer's row
locked. Each slot is filled by the app that knows the answer (`fill`, in `AppConfig.ready()`) and
answers for a whole batch; a slot that nobody fills says yes. The last slot issues personal codes,
so nobody has a code for a message that was not sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Channel, Restriction
from customers.selectors import customers_allowing
from customers.suppression import suppressed
from messaging.channels.registry import adapters
from messaging.claims import Claim


class Slot(Enum):
    """What is asked, in this order."""

    CAMPAIGN_LIVE = 1
    SANDBOX = 2
    AUDIENCE = 3
    CONVERTED = 4
    RESTRICTION = 5
    TOPIC_AND_PAUSE = 6
    CONSENT = 7
    ADDRESS = 8
    SUPPRESSION = 9
    RECENTLY_BOUGHT = 10
    HOLDOUT = 11
    FREQUENCY_CAP = 12
    QUIET_HOURS = 13
    BUDGET_AND_CODE = 14


# {delivery id: key of REASONS} for those that may not leave.
Check = Callable[[Sequence[Claim], datetime], Mapping[int, str]]


@dataclass(slots=True)
class Issued:
    """What the last slot made: a voucher by delivery, or why there is none."""

    vouchers: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


Issue = Callable[[Sequence[Claim], datetime], Issued]

RESTRICTED = "restricted"
BEREAVED = "bereaved"
SUPPRESSED = "suppressed"
NO_CONSENT = "no_consent"
NO_ADDRESS = "no_address"
NO_CHANNEL = "no_channel"
NO_TEMPLATE = "no_template"
TEMPLATE_ERROR = "template_error"
WORKER_STOPPED = "worker_stopped"

REASONS: dict[str, str | Promise] = {
    RESTRICTED: _("The customer asked us to stop using their data."),
    BEREAVED: _("The customer is marked as bereaved: nothing is sent."),
    SUPPRESSED: _("The address is on the suppression list."),
    NO_CONSENT: _("The customer does not allow messages on this channel."),
    NO_ADDRESS: _("There is no address for this channel."),
    NO_CHANNEL: _("No provider is set up for this channel."),
    NO_TEMPLATE: _("The template has no words yet."),
    TEMPLATE_ERROR: _("The template could not be filled in for this customer."),
    WORKER_STOPPED: _("The worker stopped while sending; nobody knows whether it left."),
}

_checks: dict[Slot, Check] = {}
_issuers: dict[str, Issue] = {}
_transactional: set[str] = set()


def declare_transactional(source_kind: str) -> None:
    """Messages caused by `source_kind` are asked for by the customer: no marketing, so they need
    no consent to it. Everything else is asked of them too.
    """
    _transactional.add(source_kind)


def is_transactional(claim: Claim) -> bool:
    return claim.source_kind in _transactional


def fill(slot: Slot, check: Check, *, reasons: Mapping[str, str | Promise]) -> None:
    """Say who answers for a slot, and its reasons in words; ValueError where it is filled."""
    if slot in _checks or slot is Slot.BUDGET_AND_CODE:
        raise ValueError(f"{slot.name} is filled already or issues codes")
    _checks[slot] = check
    REASONS.update(reasons)


def fill_codes(source_kind: str, issue: Issue, *, reasons: Mapping[str, str | Promise]) -> None:
    """Say who issues codes for messages caused by `source_kind`; ValueError where it is filled."""
    if source_kind in _issuers:
        raise ValueError(f"codes of {source_kind} are issued already")
    _issuers[source_kind] = issue
    REASONS.update(reasons)


def ask(claims: Sequence[Claim], *, at: datetime) -> Issued:
    """Ask every slot about those that passed the ones before; codes for those who passed all.

    The caller holds the locks on the deliveries and their customers.
    """
    verdict = Issued()
    passed = list(claims)
    for slot in Slot:
        if slot in _checks and passed:
            refused = _checks[slot](passed, at)
            verdict.reasons.update(refused)
            passed = [claim for claim in passed if claim.delivery_id not in refused]
    for source_kind, issue in _issuers.items():
        concerned = [claim for claim in passed if claim.source_kind == source_kind]
        if concerned:
            issued = issue(concerned, at)
            verdict.vouchers.update(issued.vouchers)
            verdict.reasons.update(issued.reasons)
    unnamed = set(verdict.reasons.values()) - REASONS.keys()
    if unnamed:
        raise LookupError(f"reasons without words: {sorted(unnamed)}")
    return verdict


def reason_in_words(reason: str) -> str:
    """A stored reason for people; an unknown one (of a removed app) as it is."""
    return str(REASONS.get(reason, reason))


def _restriction(claims: Sequence[Claim], at: datetime) -> dict[int, str]:
    reasons = {Restriction.RESTRICTED: RESTRICTED, Restriction.BEREAVED: BEREAVED}
    return {
        claim.delivery_id: reasons[Restriction(claim.customer.restriction)]
        for claim in claims
        if claim.customer.restriction
    }


def _consent(claims: Sequence[Claim], at: datetime) -> dict[int, str]:
    refused = {}
    marketing = [claim for claim in claims if not is_transactional(claim)]
    for channel in {claim.channel for claim in marketing}:
        asked = [claim for claim in marketing if claim.channel == channel]
        allowing = customers_allowing(
            {claim.customer.pk for claim in asked}, channel=channel, at=at
        )
        refused.update({c.delivery_id: NO_CONSENT for c in asked if c.customer.pk not in allowing})
    return refused


def _address(claims: Sequence[Claim], at: datetime) -> dict[int, str]:
    refused = {}
    for claim in claims:
        if claim.channel not in adapters():
            refused[claim.delivery_id] = NO_CHANNEL
        elif not address_of(claim):
            refused[claim.delivery_id] = NO_ADDRESS
    return refused


def _suppression(claims: Sequence[Claim], at: datetime) -> dict[int, str]:
    refused = {}
    for channel in {claim.channel for claim in claims}:
        addresses = {c.delivery_id: address_of(c) for c in claims if c.channel == channel}
        listed = suppressed(channel, addresses.values())
        refused.update({pk: SUPPRESSED for pk, one in addresses.items() if one in listed})
    return refused


def address_of(claim: Claim) -> str:
    """Where the message goes; empty where the customer has nothing of that kind."""
    match claim.channel:
        case Channel.EMAIL:
            return claim.customer.email
        case Channel.SMS:
            return claim.customer.phone
        case _:
            return ""


def fill_own() -> None:
    """Called once, when the app is ready."""
    fill(Slot.RESTRICTION, _restriction, reasons={})
    fill(Slot.CONSENT, _consent, reasons={})
    fill(Slot.ADDRESS, _address, reasons={})
    fill(Slot.SUPPRESSION, _suppression, reasons={})
