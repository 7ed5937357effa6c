"""What uses what: upper apps tell lower ones where their objects are in use."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Usage:
    """One place of use: its name, what it is, its state in words, and its page."""

    name: str
    kind: str
    state: str
    url: str
    permission: str


Finder = Callable[[Any], Iterable[Usage]]
_finders: dict[str, list[Finder]] = {}


def register(model_label: str, finder: Finder) -> None:
    """Called in an app's `ready()`: `finder` says where an object of that model is used."""
    _finders.setdefault(model_label.lower(), []).append(finder)


def usages_of(row: Model) -> list[Usage]:
    """Where this object is used, as far as the registered apps know."""
    return [usage for finder in _finders.get(row._meta.label_lower, []) for usage in finder(row)]
