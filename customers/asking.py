"""May this person be asked for a consent now? Asking too often is harassment, and no answer is one.

Never what is answered with yes, never twice at once, never within 180 days of a no; not somebody
whose data is restricted, who is too young, or whose address is on the suppression list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config.shared.models import Project
from customers.ages import under
from customers.models import (
    Channel,
    ConsentAction,
    ConsentEvent,
    ConsentState,
    Customer,
    DataCategory,
    OptIn,
)
from customers.selectors import MARKETING
from customers.services.consent_checks import local_day
from customers.services.own_consents import Subject
from customers.suppression import suppressed

NOT_AGAIN_FOR: Final = timedelta(days=180)
OWN_DENIALS: Final = (ConsentAction.REFUSED, ConsentAction.WITHDRAWN, ConsentAction.OBJECTED)

RESTRICTED: Final = "restricted"
SUPPRESSED: Final = "suppressed"
UNDER_AGE: Final = "under_age"
ALLOWED: Final = "allowed"
PENDING: Final = "pending"
REFUSED: Final = "refused_recently"
REASONS: Final = (RESTRICTED, SUPPRESSED, UNDER_AGE, ALLOWED, PENDING, REFUSED)


@dataclass(frozen=True, slots=True)
class Standing:
    """One consent of a customer as it is now, and why we may not ask for it (empty: we may).

    `not_before` is when the reason ends by itself, where it does.
    """

    subject: Subject
    state: ConsentState | None
    allowed: bool
    reason: str = ""
    not_before: datetime | None = None

    @property
    def may_ask(self) -> bool:
        return not self.reason


def standings_of(customer: Customer, *, at: datetime) -> list[Standing]:
    """Every channel and use of data for marketing, and what else was ever said; six statements."""
    states = {
        Subject(row.purpose, row.channel, row.data_category): row
        for row in ConsentState.objects.filter(customer=customer).select_related("event__text")
    }
    everywhere = _everywhere(customer, at)
    listed = _suppressed_channels(customer)
    waiting = _waiting(customer, at)
    refused = _refused(customer, at, states)
    found = []
    for subject in _subjects(states):
        state = states.get(subject)
        allowed = state is not None and state.says_yes(at)
        reason, until = everywhere
        if not reason and subject.channel in listed:
            reason = SUPPRESSED
        elif not reason and allowed:
            reason, until = ALLOWED, state.valid_until if state else None
        elif not reason and subject in waiting:
            reason, until = PENDING, waiting[subject]
        elif not reason and subject in refused:
            reason, until = REFUSED, refused[subject] + NOT_AGAIN_FOR
        found.append(Standing(subject, state, allowed, reason, until))
    return found


def _subjects(known: Iterable[Subject]) -> list[Subject]:
    usual = [Subject(MARKETING, channel, "") for channel in Channel.values]
    usual += [Subject(MARKETING, "", category) for category in DataCategory.values]
    return [*usual, *sorted(set(known) - set(usual))]


def _everywhere(customer: Customer, at: datetime) -> tuple[str, datetime | None]:
    """A reason that holds for every consent of this person."""
    if customer.restriction:
        return RESTRICTED, None
    born = (customer.birth_year, customer.birth_month, customer.birth_day)
    age = Project.objects.values_list("consent_age", flat=True).get(pk=1)
    return (UNDER_AGE if under(age, born=born, on=local_day(at, customer)) else ""), None


def _suppressed_channels(customer: Customer) -> set[str]:
    addresses = {Channel.EMAIL: customer.email, Channel.SMS: customer.phone}
    return {channel for channel, one in addresses.items() if suppressed(channel, [one])}


def _waiting(customer: Customer, at: datetime) -> dict[Subject, datetime]:
    rows = OptIn.objects.filter(
        identity__customer=customer, confirmed_at=None, expires_at__gt=at
    ).order_by("expires_at")
    return {Subject(row.purpose, row.channel, ""): row.expires_at for row in rows}


def _refused(
    customer: Customer, at: datetime, known: Iterable[Subject]
) -> Mapping[Subject, datetime]:
    """When each was last refused, of those refused lately; an objection is against the purpose."""
    events = ConsentEvent.objects.filter(
        identity__customer=customer, action__in=OWN_DENIALS, received_at__gt=at - NOT_AGAIN_FOR
    ).order_by("received_at")
    refused: dict[Subject, datetime] = {}
    for event in events:
        reached = [Subject(event.purpose, event.channel, event.data_category)]
        if event.action == ConsentAction.OBJECTED and event.channel:
            reached += [one for one in _subjects(known) if one.purpose == event.purpose]
        refused.update(dict.fromkeys(reached, event.received_at))
    return refused
