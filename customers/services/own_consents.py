"""What customers change themselves, without a login: withdraw, withdraw everything, grant."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared.errors import Refused
from config.shared.models import Project
from customers.models import (
    Channel,
    ConsentAction,
    ConsentEvent,
    ConsentState,
    ConsentText,
    Customer,
    Identity,
)

from .consent import append
from .consent_checks import check_sense, objections
from .locking import lock_customers
from .opt_ins import check_can_wait, let_wait

Proof = Mapping[str, str]


class Subject(NamedTuple):
    """What a consent is about: a purpose, and a channel or a use of data."""

    purpose: str
    channel: str
    data_category: str


def withdraw(
    *, customer_id: int, subjects: Iterable[Subject], source: str, proof: Proof, at: datetime
) -> int:
    """Withdraw these; what is denied already stays as it is. Returns how many changed.

    Never asked counts too: who unsubscribes has refused. Locks the customer.
    """
    with transaction.atomic():
        lock_customers([customer_id])
        said = {_subject(state): state.allowed for state in _states(customer_id)}
        wanted = [one for one in dict.fromkeys(subjects) if said.get(one, True)]
        _withdraw(customer_id, wanted, source, proof, at)
    return len(wanted)


def withdraw_everything(*, customer_id: int, source: str, proof: Proof, at: datetime) -> int:
    """Withdraw whatever this customer allows now; returns how many changed. Locks the customer."""
    with transaction.atomic():
        lock_customers([customer_id])
        wanted = [_subject(state) for state in _states(customer_id) if state.allowed]
        _withdraw(customer_id, wanted, source, proof, at)
    return len(wanted)


def grant(*, customer_id: int, text_id: int, source: str, proof: Proof, at: datetime) -> bool:
    """Agree to the words of a published text; False where a confirmation is awaited first.

    E-mail waits for its confirmation where the project says so. Agreeing twice changes nothing.
    Raises Refused for words that are not offered, UnusableConsent where the person may not agree.
    """
    with transaction.atomic():
        lock_customers([customer_id])
        text = ConsentText.objects.offered(at=at).filter(pk=text_id).first()
        if text is None:
            raise Refused(_("This text is not in force any more. Look at the page again."))
        subject = Subject(text.purpose, text.channel, text.data_category)
        if any(state.says_yes(at) and _subject(state) == subject for state in _states(customer_id)):
            return True
        event = _event(_identity(customer_id), subject, ConsentAction.GRANTED, source, proof, at)
        event.text = text
        check_sense(event)
        for problem in objections({0: event}).values():
            raise problem
        if text.channel == Channel.EMAIL and Project.objects.get(pk=1).double_opt_in:
            check_can_wait(event, email=event.identity.customer.email)
            let_wait([event], at=at)
            return False
        append([event], customer_ids=[customer_id])
    return True


def _states(customer_id: int) -> list[ConsentState]:
    return list(ConsentState.objects.filter(customer_id=customer_id))


def _subject(state: ConsentState) -> Subject:
    return Subject(state.purpose, state.channel, state.data_category)


def _identity(customer_id: int) -> Identity:
    found = Identity.objects.select_related("customer").filter(customer_id=customer_id)
    return found.order_by("id")[0]


def _withdraw(
    customer_id: int, subjects: list[Subject], source: str, proof: Proof, at: datetime
) -> None:
    if not subjects or not Customer.objects.filter(pk=customer_id).exists():
        return
    identity = _identity(customer_id)
    events = [
        _event(identity, subject, ConsentAction.WITHDRAWN, source, proof, at)
        for subject in subjects
    ]
    append(events, customer_ids=[customer_id])


def _event(
    identity: Identity,
    subject: Subject,
    action: ConsentAction,
    source: str,
    proof: Proof,
    at: datetime,
) -> ConsentEvent:
    return ConsentEvent(
        identity=identity,
        purpose=subject.purpose,
        channel=subject.channel,
        data_category=subject.data_category,
        action=action,
        source=source,
        captured_at=at,
        received_at=at,
        actor_kind="customer",
        proof=dict(proof),
    )
