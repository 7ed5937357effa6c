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
from customers.models import ConsentEvent, ConsentText, Identity

from .consent import record_consents
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
        stored = _stored(asked)
        outcomes: list[Outcome | None] = [None] * len(asked)
        new: dict[int, Identity] = {}
        first_of: dict[tuple[str, str], int] = {}
        for place, consent in enumerate(asked):
            told = (consent.source, consent.source_id)
            if told in stored:
                outcomes[place] = Outcome(Status.DUPLICATE, _public(stored[told]))
                continue
            if consent.source_id and told in first_of:
                continue
            try:
                new[place] = people.meet(consent.customer)[0]
            except VesileError as error:
                outcomes[place] = Outcome.rejected(error)
            else:
                first_of[told] = place
        facts.record_all(people.write())
        texts = _texts([asked[place] for place in new], at)
        events = {
            place: _event(asked[place], identity, texts, actor, at)
            for place, identity in new.items()
        }
        with overtaken_where_taken("customers_consent_external_id"):
            record_consents(list(events.values()))
        for place, event in events.items():
            outcomes[place] = Outcome(Status.CREATED, _public(event.pk))
        for place, consent in enumerate(asked):
            if outcomes[place] is None:
                first = events[first_of[(consent.source, consent.source_id)]]
                outcomes[place] = Outcome(Status.DUPLICATE, _public(first.pk))
        return [outcome for outcome in outcomes if outcome is not None]


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
