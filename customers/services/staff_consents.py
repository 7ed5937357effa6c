"""What colleagues write down about consents: withdrawals freely, consents with evidence."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from customers.errors import UnusableConsent
from customers.models import ConsentAction, ConsentEvent, ConsentText, Customer, Identity

from .consent import record_consents
from .locking import lock_customers
from .own_consents import Subject

LONGEST_NOTE = 1_000
TOLD = "staff"
"""The source of a withdrawal that the customer told a colleague."""


def record_withdrawals(
    *, customer: Customer, subjects: Iterable[Subject], note: str, actor: Actor, at: datetime
) -> int:
    """Write down that the customer withdrew these; returns how many. Locks the customer."""
    wanted = list(dict.fromkeys(subjects))
    if not wanted:
        raise UnusableConsent(details=_("Choose what was withdrawn."))
    with transaction.atomic():
        identity = _identity(customer)
        record_consents(
            [
                _event(
                    identity,
                    subject,
                    action=ConsentAction.WITHDRAWN,
                    source=TOLD,
                    captured_at=at,
                    proof={"note": note[:LONGEST_NOTE]} if note else {},
                    actor=actor,
                    at=at,
                )
                for subject in wanted
            ]
        )
        audit.record(actor=actor, action="consent.withdrawn", of=customer, fields=_names(wanted))
    return len(wanted)


def record_grant(
    *,
    customer: Customer,
    subject: Subject,
    text_id: int | None,
    source: str,
    captured_at: datetime,
    note: str,
    actor: Actor,
    at: datetime,
    guardian: str = "",
) -> None:
    """Write down a consent that the customer gave to a colleague, with what proves it.

    Raises UnusableConsent without evidence, for a moment that lies ahead, for a text about
    something else, and where the customer may not agree. Locks the customer.
    """
    if captured_at > at:
        raise UnusableConsent(details=_("It cannot have been given in the future."))
    if not source.strip():
        raise UnusableConsent(details=_("Say where it was given: on the phone, at the counter."))
    text = ConsentText.objects.filter(pk=text_id, published_at__lte=at).first() if text_id else None
    if text_id and (text is None or (text.purpose, text.channel, text.data_category) != subject):
        raise UnusableConsent(details=_("Choose a published text about the same consent."))
    with transaction.atomic():
        event = _event(
            _identity(customer),
            subject,
            action=ConsentAction.GRANTED,
            source=source.strip()[:60],
            captured_at=captured_at,
            proof={
                name: value.strip()[:LONGEST_NOTE]
                for name, value in (("note", note), ("guardian", guardian))
                if value.strip()
            },
            actor=actor,
            at=at,
        )
        event.text = text
        record_consents([event])
        audit.record(actor=actor, action="consent.granted", of=customer, fields=_names([subject]))


def _identity(customer: Customer) -> Identity:
    lock_customers([customer.pk])
    return Identity.objects.filter(customer=customer).order_by("id")[0]


def _names(subjects: Iterable[Subject]) -> list[str]:
    return [one.channel or one.data_category for one in subjects]


def _event(
    identity: Identity,
    subject: Subject,
    *,
    action: ConsentAction,
    source: str,
    captured_at: datetime,
    proof: dict[str, str],
    actor: Actor,
    at: datetime,
) -> ConsentEvent:
    return ConsentEvent(
        identity=identity,
        purpose=subject.purpose,
        channel=subject.channel,
        data_category=subject.data_category,
        action=action,
        source=source,
        captured_at=captured_at,
        received_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        proof=proof,
    )
