"""Objects in the query of an address, as a browser's client writes them: `item[0][price]=255`."""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART: Final = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST: Final = 5
_MOST: Final = 5_000  # names


def read(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The objects and lists that the names say; values stay text. Raises BadInput."""
    found: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs):
        matched = _NAME.fullmatch(name)
        parts = _PART.findall(matched[2]) if matched else []
        if matched is None or len(parts) > _DEEPEST or count >= _MOST:
            raise BadInput(
                _("The query of the address cannot be read."),
                details=_("Write objects as customer[source_id]=…, lists as item[0][price]=…."),
            )
        at = found
        path = [matched[1], *parts]
        for part in path[:-1]:
            inner = at.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = at[part] = {}
            at = inner
        at[path[-1]] = value
    return found


def rows(value: Any) -> list[Any]:
    """An object whose names are positions as a list; anything else as it is, alone."""
    if not isinstance(value, dict):
        return [] if value is None else [value]
    if all(name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=lambda name: int(name[:9]))]
    return [value]


def numbers(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same with these as whole numbers where they are some; who reads it refuses the rest."""
    read_as = {
        name: int(given[name])
        for name in names
        if isinstance(given.get(name), str) and re.fullmatch(r"-?\d{1,18}", given[name])
    }
    return given | read_as
