"""The kinds of data a project may gate, as the app that keeps customers knows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data, what it is called, and how many customers allow its use now."""

    key: str
    label: str | Promise
    allowed_by: int


Finder = Callable[[], Sequence[Kind]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Called in an app's `ready()`."""
    _finders.append(finder)


def known() -> list[Kind]:
    """Every kind, in the order in which they are shown."""
    return [kind for finder in _finders for kind in finder()]
