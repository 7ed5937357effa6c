"""The local outbox: the default channel, which keeps messages where the admin shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from messaging.channels.base import Outcome, Outgoing
from messaging.models import DeliveryState, OutboxMessage


class LocalOutbox:
    """Writes messages as rows, one per delivery whatever happens; nothing leaves the machine."""

    certain = True

    def send(self, messages: Sequence[Outgoing], *, at: datetime) -> Mapping[int, Outcome]:
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
        return {message.delivery_id: Outcome(DeliveryState.SENT) for message in messages}

    def taken(self, delivery_ids: Iterable[int]) -> set[int]:
        return set(
            OutboxMessage.objects.filter(delivery_id__in=list(delivery_ids)).values_list(
                "delivery_id", flat=True
            )
        )
