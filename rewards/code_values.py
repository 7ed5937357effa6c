"""A shop's own values of a code as people write them: one a line, “print run: May”."""

import json
import math
from collections.abc import Mapping
from typing import Any

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _

MOST_VALUES = 50
LONGEST_NAME = 100


class ValuesError(InvalidValueError):
    """Text in which somebody meant values, but not so that they can be read."""


def values_as_text(values: Mapping[str, Any]) -> str:
    """The values one a line; as a JSON object where lines could not be read back."""
    lines = [f"{name}: {_written(value)}" for name, value in values.items()]
    if all(map(_reads_back, lines, values, values.values())):
        return "\n".join(lines)
    return json.dumps(values, indent=2, ensure_ascii=False)


def _reads_back(line: str, name: str, value: Any) -> bool:
    """Whether a line says this value under this name; a name with a colon, for instance, cannot."""
    said, _colon, rest = line.partition(":")
    alone = len(line.splitlines()) == 1 and not line.startswith("{")
    return alone and (said.strip(), _read(rest.strip())) == (name, value) and bool(name)


def values_of_text(text: str) -> dict[str, Any]:
    """The values in a text; numbers, true, false, null and JSON in a line are what they look like.

    Raises ValuesError naming the line.
    """
    stripped = text.strip()
    if stripped.startswith("{"):
        return _of_json(stripped)
    found: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        name = name.strip()
        if not colon or not name:
            raise ValuesError(
                _("Line %(number)d is no value: write its name, a colon, and the value."),
                number=number,
            )
        if name in found:
            raise ValuesError(_("“%(name)s” is there twice."), name=name)
        found[name] = _read(value.strip())
    return _checked(found)


def _of_json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise ValuesError(
            _("This is not JSON: line %(line)d, column %(column)d."),
            line=error.lineno,
            column=error.colno,
        ) from error
    except ValueError as error:
        raise ValuesError(_("Infinity and NaN are no values.")) from error
    return _checked(found)


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    if len(found) > MOST_VALUES:
        raise ValuesError(_("A code has at most %(most)d values."), most=MOST_VALUES)
    if any(len(name) > LONGEST_NAME for name in found):
        raise ValuesError(_("A name has at most %(most)d characters."), most=LONGEST_NAME)
    if not _is_storable(json.dumps(found, ensure_ascii=False)):
        raise ValuesError(_("There is an invisible character that cannot be stored."))
    return found


def _is_storable(text: str) -> bool:
    """No half characters, and no zero character, which PostgreSQL has not."""
    return "\\u0000" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _written(value: Any) -> str:
    if isinstance(value, str) and _read(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _read(value: str) -> Any:
    try:
        return json.loads(value, parse_constant=_no_number, parse_float=_finite)
    except ValueError:
        return value


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
