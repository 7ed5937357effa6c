"""How people find the values of a field by typing, and what stored values are called.

Labels are in the reader's language. A field with many choices, or whose values are rows, gets a
`Search`; one with choices only is searched among those.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.utils.functional import Promise

from config.shared.text import fold

MOST_FOUND: Final = 20
Named = tuple[str, str]
"""A value and its label."""


@dataclass(frozen=True, slots=True)
class Search:
    """`find` gives up to MOST_FOUND values for what was typed, the likeliest first (some for an
    empty text); `named` gives the labels of those values that still exist.

    `complete`: there is nothing else, so a condition about what is not named is unknown.
    `sensitive` gives those of the values that are known to no rule. `coded` values mean nothing to
    people: a sentence says their labels.
    """

    find: Callable[[str], Sequence[Named]]
    named: Callable[[Sequence[str]], Mapping[str, str]]
    complete: bool = True
    sensitive: Callable[[Sequence[str]], Sequence[str]] | None = None
    coded: bool = False


def among(labels: Mapping[str, str | Promise], text: str) -> list[Named]:
    """The choices whose label or value contains the text, those that begin with it first."""
    wanted = fold(text)
    found = []
    for value, label in labels.items():
        folded = fold(str(label))
        if wanted in folded or wanted in fold(value):
            first = folded.startswith(wanted) or fold(value) == wanted
            found.append((not first, folded, (value, str(label))))
    return [named for _later, _folded, named in sorted(found)[:MOST_FOUND]]


class Searched(Protocol):
    """A field, or a detail by which facts are narrowed."""

    @property
    def choices(self) -> Callable[[], Mapping[str, str | Promise]] | None: ...

    @property
    def search(self) -> Search | None: ...


def _choices_of(asked: Searched) -> Mapping[str, str | Promise]:
    return asked.choices() if asked.choices else {}


def search_of(asked: Searched) -> Search | None:
    """How the values of a field or detail are searched; None where people write them freely."""
    if asked.search is not None:
        return asked.search
    if asked.choices is None:
        return None

    def find(text: str) -> list[Named]:
        return among(_choices_of(asked), text)

    def named(values: Iterable[str]) -> dict[str, str]:
        known = _choices_of(asked)
        return {value: str(known[value]) for value in values if value in known}

    return Search(find, named)
