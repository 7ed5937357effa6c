"""What a channel must be able to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from messaging.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave. `headers` are those of e-mail; other channels ignore them."""

    delivery_id: int
    to_address: str
    from_address: str
    content: Rendered
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` is sent, failed or unknown (of DeliveryState); `reason` a key of `gate.REASONS`."""

    state: str
    reason: str = ""


class Adapter(Protocol):
    """A provider, or the local outbox.

    `send` takes a batch (one kept connection) and answers for each delivery it was asked for, but
    for those whose person was erased meanwhile; it raises only where nothing is known about any of
    them. Handing over the same delivery twice must have the effect of once. `certain` says that
    `taken` knows everything it ever got: then what it does not name never reached it and may be
    sent again.
    """

    certain: bool

    def send(self, messages: Sequence[Outgoing], *, at: datetime) -> Mapping[int, Outcome]: ...

    def taken(self, delivery_ids: Iterable[int]) -> set[int]:
        """Which of these deliveries it certainly has; asked after a worker died."""
        ...
