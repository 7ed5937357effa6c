"""Receiving consents as the shop tells of them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from config.shared import facts
from config.shared.actors import Actor
from config.shared.errors import VesileError
from config.shared.models import Project
from customers.asked import AskedConsent, Outcome, Status
from customers.errors import UnusableConsent
from customers.models import ConsentEvent, ConsentText, Identity

from .consent import append
from .consent_checks import check_sense, objections
from .opt_ins import allowed_already, check_can_wait, let_wait
from .people import People, overtaken_where_taken

TextKey = tuple[str, str, str, str, str]


def receive_consents(*, asked: Sequence[AskedConsent], actor: Actor, at: datetime) -> list[Outcome]:
    """Append these to the ledger and bring the states up to date, in any order of arrival.

    One with an id that its source gave before is a duplicate and changes nothing. Customers we do
    not know yet are made, so that a withdrawal is never lost. Locks the customers. Raises Overtaken
    when somebody tells the same at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        people = People(actor=actor, at=at, project=Project.objects.get())
        people.find(consent.customer for consent in asked)
        outcomes = _already_told(asked)
        new: dict[int, Identity] = {}
        for place in _first_of_each(asked, outcomes):
            try:
                new[place] = people.meet(asked[place].customer)[0]
            except VesileError as error:
                outcomes[place] = Outcome.rejected(error)
        facts.record_all(people.write())
        outcomes |= _record({place: asked[place] for place in new}, new, actor, at)
        first = {_told(consent): place for place, consent in reversed(list(enumerate(asked)))}
        return [
            outcomes[place] if place in outcomes else _again(outcomes[first[_told(consent)]])
            for place, consent in enumerate(asked)
        ]


def _told(consent: AskedConsent) -> tuple[str, str]:
    return (consent.source, consent.source_id)


def _already_told(asked: Sequence[AskedConsent]) -> dict[int, Outcome]:
    stored = _stored(asked)
    return {
        place: Outcome(Status.DUPLICATE, _public(stored[_told(consent)]))
        for place, consent in enumerate(asked)
        if _told(consent) in stored
    }


def _first_of_each(asked: Sequence[AskedConsent], known: Mapping[int, Outcome]) -> list[int]:
    """The places of what is not known; of several with one id the first."""
    seen: set[tuple[str, str]] = set()
    places = []
    for place, consent in enumerate(asked):
        if place in known or _told(consent) in seen:
            continue
        if consent.source_id:
            seen.add(_told(consent))
        places.append(place)
    return places


def _record(
    asked: Mapping[int, AskedConsent], who: Mapping[int, Identity], actor: Actor, at: datetime
) -> dict[int, Outcome]:
    """Write the events that can be recorded; what became of each."""
    texts = _texts(list(asked.values()), at)
    events = {
        place: _event(consent, who[place], texts, actor, at) for place, consent in asked.items()
    }
    outcomes = {}
    for place, problem in _problems(events, asked).items():
        outcomes[place] = Outcome.rejected(problem)
        del events[place]
    waiting = {place: event for place, event in events.items() if asked[place].double_opt_in}
    with overtaken_where_taken("customers_consent_external_id"):
        outcomes |= _let_wait(waiting, at)
        counting = {place: event for place, event in events.items() if place not in waiting}
        append(list(counting.values()), customer_ids={who[place].customer_id for place in counting})
    for place, event in counting.items():
        outcomes[place] = Outcome(Status.CREATED, _public(event.pk))
    return outcomes


def _let_wait(events: Mapping[int, ConsentEvent], at: datetime) -> dict[int, Outcome]:
    """Ask for the confirmation of these grants; whoever agreed before is not asked again."""
    if not events:
        return {}
    done = allowed_already({event.identity.customer_id for event in events.values()}, at=at)
    outcomes, open_ones = {}, {}
    for place, event in events.items():
        if (event.identity.customer_id, event.purpose, event.channel) in done:
            outcomes[place] = Outcome(Status.DUPLICATE)
        else:
            open_ones[place] = event
    rows = let_wait(list(open_ones.values()), at=at)
    for place, row in zip(open_ones, rows, strict=True):
        outcomes[place] = Outcome(Status.PENDING, row.public_id)
    return outcomes


def _problems(
    events: Mapping[int, ConsentEvent], asked: Mapping[int, AskedConsent]
) -> dict[int, UnusableConsent]:
    """Why some of these cannot be recorded; the customers are locked."""
    found: dict[int, UnusableConsent] = {}
    for place, event in events.items():
        try:
            check_sense(event)
            if asked[place].double_opt_in:
                check_can_wait(event, email=event.identity.customer.email)
        except UnusableConsent as problem:
            found[place] = problem
    sensible = {place: event for place, event in events.items() if place not in found}
    return found | objections(sensible)


def _again(first: Outcome) -> Outcome:
    """What becomes of a consent told a second time in the same batch."""
    return first if first.error is not None else Outcome(Status.DUPLICATE, first.id)


def _public(pk: int) -> str:
    return f"consent_{pk}"


def _stored(asked: Sequence[AskedConsent]) -> dict[tuple[str, str], int]:
    """The events whose ids were told before, by source and id."""
    named = {consent.source_id for consent in asked if consent.source_id}
    if not named:
        return {}
    rows = ConsentEvent.objects.filter(
        source__in={consent.source for consent in asked}, external_id__in=named
    ).values_list("source", "external_id", "pk")
    return {(source, external_id or ""): pk for source, external_id, pk in rows}


def _text_key(consent: AskedConsent) -> TextKey:
    digest = hashlib.sha256(consent.text.encode()).hexdigest()
    return (consent.purpose, consent.channel, consent.data_category, consent.locale, digest)


def _texts(asked: Sequence[AskedConsent], at: datetime) -> dict[TextKey, ConsentText]:
    """The texts that people read, each stored once."""
    wanted = {_text_key(consent): consent for consent in asked if consent.text}
    if not wanted:
        return {}
    found: dict[TextKey, ConsentText] = {}
    for text in ConsentText.objects.filter(sha256__in={key[-1] for key in wanted}).order_by("-id"):
        key = (text.purpose, text.channel, text.data_category, text.locale, text.sha256)
        found[key] = text
    missing = {key: consent for key, consent in wanted.items() if key not in found}
    made = ConsentText.objects.bulk_create(
        ConsentText(
            purpose=consent.purpose,
            channel=consent.channel,
            data_category=consent.data_category,
            locale=consent.locale,
            body=consent.text,
            sha256=key[-1],
            published_at=min(consent.captured_at, at),
        )
        for key, consent in missing.items()
    )
    return found | dict(zip(missing, made, strict=True))


def _event(
    consent: AskedConsent,
    identity: Identity,
    texts: Mapping[TextKey, ConsentText],
    actor: Actor,
    at: datetime,
) -> ConsentEvent:
    return ConsentEvent(
        identity=identity,
        purpose=consent.purpose,
        channel=consent.channel,
        data_category=consent.data_category,
        action=consent.action,
        basis=consent.basis,
        text=texts[_text_key(consent)] if consent.text else None,
        source=consent.source,
        external_id=consent.source_id or None,
        captured_at=consent.captured_at,
        received_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        jurisdiction=consent.jurisdiction,
        valid_until=consent.valid_until,
        proof=dict(consent.evidence),
    )
