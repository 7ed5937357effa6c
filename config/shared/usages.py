"""What uses or causes what: upper apps tell lower ones, which know nothing of them."""

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


@dataclass(frozen=True, slots=True)
class Source:
    """What caused a message or a code: its name and its page."""

    name: str
    url: str


SourceFinder = Callable[[int], Source | None]
_sources: dict[str, SourceFinder] = {}


def register_source(kind: str, finder: SourceFinder) -> None:
    """Called in an app's `ready()`: what to call a cause of that `source_kind`, by its id."""
    _sources[kind] = finder


def source_of(kind: str, source_id: int | None) -> Source | None:
    """The cause as people know it, or None where nobody knows it (any more)."""
    finder = _sources.get(kind)
    return finder(source_id) if finder and source_id is not None else None
