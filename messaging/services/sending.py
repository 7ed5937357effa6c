"""From a delivery that is due to its outcome.

Rows carry the work: `pending` -> (gate) -> `sending` -> outcome. The claim is one transaction with
the gate and the personal code; rendering and sending come after its commit. A worker that dies
before the commit leaves the row pending; one that dies later leaves it `sending`, and the channel
is asked whether it has the message (`reconcile`). It is sent again only where that is certain.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.db import connection, transaction

from messaging import context, gate, selectors
from messaging.channels.base import Outcome, Outgoing
from messaging.channels.registry import adapters
from messaging.claims import Claim
from messaging.errors import TemplateError
from messaging.models import Delivery, DeliveryState, TemplateVersion
from messaging.rendering import prepare
from messaging.services import envelope

log = structlog.get_logger("vesile.sending")

BATCH = 200  # deliveries claimed, locked and filled in together
ABANDONED_AFTER = timedelta(minutes=10)
LONGEST_RUN = 240  # seconds; the next sweep goes on


@dataclass(slots=True)
class Sent:
    """What became of deliveries, by reason where there is one."""

    sent: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    unknown: int = 0

    def add(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            match outcome.state:
                case DeliveryState.SENT:
                    self.sent += 1
                case DeliveryState.SKIPPED:
                    self.skipped[outcome.reason] += 1
                case DeliveryState.FAILED:
                    self.failed[outcome.reason] += 1
                case DeliveryState.UNKNOWN:
                    self.unknown += 1


@dataclass(frozen=True, slots=True)
class _Held:
    """A claim that passed the gate, with the words it gets."""

    claim: Claim
    public_id: str
    version: TemplateVersion


def deliver_due(*, at: datetime, longest: float = LONGEST_RUN) -> Sent:
    """Send everything due at that moment, batch by batch; stops after `longest` seconds.

    Any number of workers at once: each takes rows that no other holds.
    """
    counts = Sent()
    reconcile(at=at, counts=counts)
    ends = monotonic() + longest
    while _deliver_batch(at=at, counts=counts) and monotonic() < ends:
        continue
    return counts


def _deliver_batch(*, at: datetime, counts: Sent) -> bool:
    """One batch; False when nothing was due."""
    with transaction.atomic():
        deliveries = list(Delivery.objects.claimable(at=at)[:BATCH])
        if not deliveries:
            return False
        held, refused = _through_the_gate(deliveries, at)
    counts.add(refused)
    counts.add(list(_send(held, at).values()))
    return True


def _through_the_gate(
    deliveries: Sequence[Delivery], at: datetime
) -> tuple[list[_Held], list[Outcome]]:
    """Ask the gate and write its answers, in the transaction that holds the rows."""
    versions = selectors.newest_versions({delivery.template_id for delivery in deliveries})
    claims: list[Claim] = []
    words: dict[int, TemplateVersion] = {}
    outcomes: dict[int, Outcome] = {}
    for delivery in deliveries:
        customer = delivery.identity.customer
        version = versions.words_for(delivery.template_id, customer.language)
        if version is None:
            outcomes[delivery.pk] = Outcome(DeliveryState.FAILED, gate.NO_TEMPLATE)
            continue
        words[delivery.pk] = version
        claims.append(selectors.claim_of(delivery, version.language))
    verdict = gate.ask(claims, at=at)
    for delivery_id, reason in verdict.reasons.items():
        outcomes[delivery_id] = Outcome(DeliveryState.SKIPPED, reason)
    passed = [claim for claim in claims if claim.delivery_id not in verdict.reasons]
    _finish(outcomes, at=at, of=(DeliveryState.PENDING, DeliveryState.DEFERRED))
    _mark_sending(passed, words, verdict.vouchers, at)
    public_ids = {delivery.pk: delivery.public_id for delivery in deliveries}
    held = [
        _Held(
            selectors.with_voucher(claim, verdict.vouchers.get(claim.delivery_id)),
            public_ids[claim.delivery_id],
            words[claim.delivery_id],
        )
        for claim in passed
    ]
    return held, list(outcomes.values())


_MARK_SENDING = """
UPDATE messaging_delivery d
SET state = 'sending', claimed_at = %s, template_version_id = w.version, voucher_id = w.voucher
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS w(id, version, voucher)
WHERE d.id = w.id
"""


def _mark_sending(
    claims: Sequence[Claim],
    words: dict[int, TemplateVersion],
    vouchers: dict[int, int],
    at: datetime,
) -> None:
    ids = [claim.delivery_id for claim in claims]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                _MARK_SENDING,
                [at, ids, [words[pk].pk for pk in ids], [vouchers.get(pk) for pk in ids]],
            )


def _send(held: Sequence[_Held], at: datetime) -> dict[int, Outcome]:
    """Fill in and hand over what was marked; the rest of a batch goes on where one fails."""
    outcomes: dict[int, Outcome] = {}
    outgoing: dict[str, list[Outgoing]] = {}
    values = context.values_for([one.claim for one in held], at=at)
    for one, filled_with in zip(held, values, strict=True):
        try:
            rendered = prepare(one.version.subject, one.version.body).render(filled_with)
        except TemplateError as error:
            # The text of the error names lines and variables of the template, never values.
            log.warning("not_rendered", delivery=one.public_id, problem=str(error.message))
            outcomes[one.claim.delivery_id] = Outcome(DeliveryState.FAILED, gate.TEMPLATE_ERROR)
            continue
        message = envelope.outgoing(one.claim, public_id=one.public_id, content=rendered)
        outgoing.setdefault(one.claim.channel, []).append(message)
    _finish(outcomes, at=at, of=(DeliveryState.SENDING,))
    for channel, messages in outgoing.items():
        answers = dict(adapters()[channel].send(messages, at=at))
        # `unknown` too: somebody gave this row up while the channel was taking its time.
        _finish(answers, at=at, of=(DeliveryState.SENDING, DeliveryState.UNKNOWN))
        outcomes.update(answers)
    return outcomes


_FINISH = """
UPDATE messaging_delivery d
SET state = w.state, reason = w.reason,
    finished_at = CASE WHEN w.state <> 'pending' THEN %s::timestamptz END
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS w(id, state, reason)
WHERE d.id = w.id AND d.state = ANY(%s)
"""


def _finish(outcomes: dict[int, Outcome], *, at: datetime, of: Sequence[str]) -> None:
    """Store outcomes of deliveries that are still in one of the states `of`."""
    if outcomes:
        with connection.cursor() as cursor:
            cursor.execute(
                _FINISH,
                [
                    at,
                    list(outcomes),
                    [outcome.state for outcome in outcomes.values()],
                    [outcome.reason for outcome in outcomes.values()],
                    list(of),
                ],
            )


def reconcile(*, at: datetime, counts: Sent | None = None) -> int:
    """Settle deliveries whose worker died while sending; returns how many.

    What the channel has is sent. The rest waits again where the channel is certain that it never
    got it; elsewhere nobody can know, so it is `unknown` and left alone.
    """
    settled = 0
    while True:
        with transaction.atomic():
            abandoned = list(
                Delivery.objects.filter(
                    state=DeliveryState.SENDING, claimed_at__lt=at - ABANDONED_AFTER
                )
                .select_for_update(skip_locked=True, no_key=True)
                .order_by("claimed_at")[:BATCH]
            )
            if not abandoned:
                return settled
            outcomes: dict[int, Outcome] = {}
            for channel in {delivery.channel for delivery in abandoned}:
                ids = [delivery.pk for delivery in abandoned if delivery.channel == channel]
                adapter = adapters()[channel]
                taken = adapter.taken(ids)
                left = (
                    Outcome(DeliveryState.PENDING)
                    if adapter.certain
                    else Outcome(DeliveryState.UNKNOWN, gate.WORKER_STOPPED)
                )
                for pk in ids:
                    outcomes[pk] = Outcome(DeliveryState.SENT) if pk in taken else left
            _finish(outcomes, at=at, of=(DeliveryState.SENDING,))
            settled += len(outcomes)
            if counts is not None:
                counts.add(list(outcomes.values()))
            log.warning("abandoned_deliveries", count=len(outcomes))
