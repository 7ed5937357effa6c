"""Who else gets personal data: providers of messages and the like, as configured now.

A provider registers itself in its app's `ready()`. Without one nothing leaves this installation:
messages stay in the local outbox. Consent texts and records of people name whoever is here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.shared.text import fold


@dataclass(frozen=True, slots=True)
class Recipient:
    """A company that gets data: its name as people know it, what for, and its ISO 3166 country."""

    name: str
    purpose: str
    country: str


Finder = Callable[[], Sequence[Recipient]]
_finders: list[Finder] = []


def register(find: Finder) -> None:
    """`find` says who gets data as things are configured now; asked each time."""
    _finders.append(find)


def known() -> list[Recipient]:
    """Every recipient, by name."""
    return sorted({one for find in _finders for one in find()}, key=lambda one: fold(one.name))


def names() -> list[str]:
    return [one.name for one in known()]


def omitted_by(text: str) -> list[Recipient]:
    """The recipients that a consent text does not name."""
    folded = fold(text)
    return [one for one in known() if fold(one.name) not in folded]
