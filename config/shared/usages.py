"""What uses or causes what: upper apps tell lower ones, which know nothing of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Usage:
    """One place of use: its name, its state in words, and its page."""

    name: str
    state: str
    url: str


UsageFinder = Callable[[Sequence[int]], Mapping[int, Sequence[Usage]]]
_usage_finders: dict[str, list[UsageFinder]] = {}


def register(model_label: str, finder: UsageFinder) -> None:
    """Called in an app's `ready()`: `finder` says where objects of that model are used, by id."""
    _usage_finders.setdefault(model_label.lower(), []).append(finder)


def usages_of_many(model: type[Model], ids: Iterable[int]) -> dict[int, list[Usage]]:
    """Where these objects are used, as far as the registered apps know; one statement per app."""
    asked = list(ids)
    found: dict[int, list[Usage]] = {pk: [] for pk in asked}
    for finder in _usage_finders.get(model._meta.label_lower, []):
        for pk, usages in finder(asked).items():
            found[pk] += usages
    return found


def usages_of(row: Model) -> list[Usage]:
    """Where this object is used."""
    return usages_of_many(type(row), [row.pk])[row.pk]


@dataclass(frozen=True, slots=True)
class Source:
    """What caused a message or a code: its name and its page."""

    name: str
    url: str


SourceFinder = Callable[[Sequence[int]], Mapping[int, Source]]
_source_finders: dict[str, SourceFinder] = {}


def register_source(kind: str, finder: SourceFinder) -> None:
    """Called in an app's `ready()`: what to call causes of that `source_kind`, by their ids."""
    _source_finders[kind] = finder


def sources_of(causes: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Source]:
    """The causes (kind, id) as people know them; one statement per kind, unknown ones left out."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in causes:
        by_kind.setdefault(kind, set()).add(pk)
    return {
        (kind, pk): source
        for kind, ids in by_kind.items()
        if kind in _source_finders
        for pk, source in _source_finders[kind](sorted(ids)).items()
    }
