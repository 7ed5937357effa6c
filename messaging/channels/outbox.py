"""The local outbox: the default channel, which keeps messages where the admin shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from messaging.channels.base import Outcome, Outgoing
from messaging.models import DeliveryState, OutboxMessage


class LocalOutbox:
    """Writes messages as rows, one per delivery whatever happens; nothing leaves the machine."""

    certain = True

    def send(self, messages: Sequence[Outgoing], *, at: datetime) -> Mapping[int, Outcome]:
        with transaction.atomic():
            # A person may have been erased, deliveries and all, since the delivery was claimed.
            there = _held({message.delivery_id for message in messages})
            kept = [message for message in messages if message.delivery_id in there]
            self._write(kept, at)
        return {message.delivery_id: Outcome(DeliveryState.SENT) for message in kept}

    def _write(self, messages: Sequence[Outgoing], at: datetime) -> None:
        OutboxMessage.objects.bulk_create(
            (
                OutboxMessage(
                    delivery_id=message.delivery_id,
                    to_address=message.to_address,
                    from_address=message.from_address,
                    subject=message.content.subject,
                    html=message.content.html,
                    text=message.content.text,
                    headers=dict(message.headers),
                    created_at=at,
                )
                for message in messages
            ),
            ignore_conflicts=True,
        )

    def taken(self, delivery_ids: Iterable[int]) -> set[int]:
        return set(
            OutboxMessage.objects.filter(delivery_id__in=list(delivery_ids)).values_list(
                "delivery_id", flat=True
            )
        )


def _held(delivery_ids: set[int]) -> set[int]:
    """Those of the deliveries that are still there, kept from being deleted until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM messaging_delivery WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
            [sorted(delivery_ids)],
        )
        return {row[0] for row in cursor.fetchall()}
