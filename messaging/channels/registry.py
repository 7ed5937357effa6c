"""Which adapter carries which channel."""

from collections.abc import Mapping

from customers.models import Channel
from messaging.channels.base import Adapter
from messaging.channels.outbox import LocalOutbox

_ADAPTERS: dict[str, Adapter] = {Channel.EMAIL: LocalOutbox()}


def adapters() -> Mapping[str, Adapter]:
    """By channel; a channel that is absent cannot be used."""
    return _ADAPTERS
