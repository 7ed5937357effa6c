"""Double opt-in: a consent that waits until its link was used.

Asking is an event (`served`) and a row that waits; only the use of the link makes an event that
allows. Pending is no state: nobody is written to because of it but once, for the confirmation.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.errors import UnusableConsent
from customers.links import opt_in_of
from customers.models import Channel, ConsentAction, ConsentEvent, ConsentState, OptIn
from customers.selectors import allowing_consents

from .consent import append
from .consent_checks import check_sense, objections
from .locking import lock_customers

VALID_FOR: Final = timedelta(hours=48)
# Somebody who types a stranger's address again and again makes us write to them once.
ASKED_AGAIN_AFTER: Final = timedelta(hours=1)
CONFIRMED_AT: Final = "double opt-in"
"""The source of the event that the use of a link makes."""


class Confirmation(Enum):
    """What the use of a link came to."""

    CONFIRMED = "confirmed"
    ALREADY = "already"
    UNUSABLE = "unusable"


def check_can_wait(event: ConsentEvent, *, email: str) -> None:
    """Raise UnusableConsent where this grant cannot wait for a confirmation."""
    if event.action != ConsentAction.GRANTED:
        raise UnusableConsent(details=_("Only a grant can be confirmed (double_opt_in)."))
    if event.channel != Channel.EMAIL:
        raise UnusableConsent(
            details=_("Only consent to e-mail can be confirmed by a message (double_opt_in).")
        )
    if not email:
        raise UnusableConsent(
            details=_("There is no e-mail address to send the confirmation to; send it as well.")
        )


def let_wait(events: Sequence[ConsentEvent], *, at: datetime) -> list[OptIn]:
    """Record that these people were asked, and the rows that wait for them, in the same order.

    The events are unsaved grants that `check_can_wait` and the other checks found right; they
    become `served`. The caller holds the customers locked. Somebody asked a moment ago is not asked
    again: the row that waits already is given back.
    """
    for event in events:
        event.action = ConsentAction.SERVED
    append(events, customer_ids={event.identity.customer_id for event in events})
    waiting = _waiting({event.identity.customer_id for event in events}, at)
    opt_ins, new = [], []
    for event in events:
        key = (event.identity.customer_id, event.purpose, event.channel)
        if key not in waiting:
            waiting[key] = _row(event, at)
            new.append(waiting[key])
        opt_ins.append(waiting[key])
    OptIn.objects.bulk_create(new)
    return opt_ins


def confirm(*, token: str, proof: Mapping[str, str], at: datetime) -> Confirmation:
    """Use the link: the consent counts from now on. A second time changes nothing.

    Forged, unknown and expired links cannot be told apart. Locks the customer, then the row.
    """
    public_id = opt_in_of(token)
    found = OptIn.objects.select_related("identity").filter(public_id=public_id).first()
    if public_id is None or found is None:
        return Confirmation.UNUSABLE
    with transaction.atomic():
        lock_customers([found.identity.customer_id])
        row = (
            OptIn.objects.select_related("identity")
            .select_for_update(of=("self",))
            .filter(pk=found.pk)
            .first()
        )
        if row is None or row.expires_at <= at:
            return Confirmation.UNUSABLE
        if row.confirmed_at is not None:
            return Confirmation.ALREADY
        event = _confirmed(row, proof, at)
        check_sense(event)
        if objections({0: event}):
            return Confirmation.UNUSABLE  # meanwhile we learned that they are too young
        append([event], customer_ids=[row.identity.customer_id])
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
    return Confirmation.CONFIRMED


def opt_in_behind(token: str, *, at: datetime) -> OptIn | None:
    """The consent that a link confirms, or confirmed; None for a link that is of no use.

    Changes nothing.
    """
    public_id = opt_in_of(token)
    if public_id is None:
        return None
    return (
        OptIn.objects.select_related("identity__customer", "text")
        .filter(public_id=public_id, expires_at__gt=at)
        .first()
    )


def allowed_already(customer_ids: set[int], *, at: datetime) -> set[tuple[int, str, str]]:
    """(customer, purpose, channel) of those among these customers that need no confirmation."""
    rows = ConsentState.objects.filter(
        allowing_consents(at=at), customer__in=customer_ids, channel=Channel.EMAIL, basis="consent"
    )
    return set(rows.values_list("customer_id", "purpose", "channel"))


def _waiting(customer_ids: set[int], at: datetime) -> dict[tuple[int, str, str], OptIn]:
    rows = OptIn.objects.filter(
        identity__customer__in=customer_ids,
        confirmed_at=None,
        requested_at__gt=at - ASKED_AGAIN_AFTER,
    ).select_related("identity")
    return {(row.identity.customer_id, row.purpose, row.channel): row for row in rows}


def _row(event: ConsentEvent, at: datetime) -> OptIn:
    return OptIn(
        identity=event.identity,
        purpose=event.purpose,
        channel=event.channel,
        text=event.text,
        locale=event.text.locale if event.text else "",
        source=event.source,
        evidence=event.proof,
        requested_at=at,
        expires_at=at + VALID_FOR,
    )


def _confirmed(row: OptIn, proof: Mapping[str, str], at: datetime) -> ConsentEvent:
    return ConsentEvent(
        identity=row.identity,
        purpose=row.purpose,
        channel=row.channel,
        action=ConsentAction.CONFIRMED,
        text=row.text,
        source=CONFIRMED_AT,
        # A second event of the same link cannot exist, whatever goes wrong above.
        external_id=row.public_id,
        captured_at=at,
        received_at=at,
        actor_kind="customer",
        proof={**row.evidence, **proof, "asked_at": row.source},
    )
