"""Which column goes where: a proposal by headings and values, for a person to correct."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .contents import IGNORED, Contents
from .systems import header_key

EXTRA_COLUMNS: Final = ("import_row", "import_column", "import_reason", "import_remedy")
"""What the file of rejected rows adds; ignored when it is imported again."""

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE: Final = re.compile(r"'?(\+|00)[0-9][0-9 ()./-]{6,18}|\(?0[0-9() ./-]{8,16}")
_MOSTLY: Final = 0.8  # share of filled cells that must look like it
_BY_VALUE: Final = (("email", _EMAIL), ("phone", _PHONE))


def propose(
    contents: Contents,
    *,
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    system: str,
    has_header: bool,
) -> dict[str, dict[str, Any]]:
    """A mapping of every column; what nobody recognises is not imported."""
    columns: dict[str, dict[str, Any]] = {
        str(number): {"target": IGNORED, "why": ""} for number in range(len(headers))
    }
    if has_header:
        _by_name(contents, columns, headers)
    _by_value(contents, columns, headers, samples)
    if contents.propose is not None:
        columns = contents.propose(columns=columns, headers=headers, samples=samples, system=system)
    return columns


def _by_name(
    contents: Contents, columns: dict[str, dict[str, Any]], headers: Sequence[str]
) -> None:
    known: dict[str, str] = {}
    many = set()
    for target in contents.targets():
        for name in (target.key, *target.names):
            known.setdefault(header_key(name), target.key)
        if target.many:
            many.add(target.key)
    taken: dict[str, int] = {}
    for number, header in enumerate(headers):
        key = header_key(header)
        target_key = known.get(key)
        if target_key is None or header in EXTRA_COLUMNS:
            continue
        before = taken.get(target_key)
        if before is not None and target_key not in many:
            # “Province Code” says the same as “Province” without doubt about the spelling.
            if not key.endswith(" code"):
                continue
            columns[str(before)] = {"target": IGNORED, "why": ""}
        taken[target_key] = number
        columns[str(number)] = {"target": target_key, "why": "name"}


def _by_value(
    contents: Contents,
    columns: dict[str, dict[str, Any]],
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
) -> None:
    possible = {target.key for target in contents.targets()}
    for target, pattern in _BY_VALUE:
        if target not in possible or any(how["target"] == target for how in columns.values()):
            continue
        for number in range(len(headers)):
            if columns[str(number)]["target"] != IGNORED or headers[number] in EXTRA_COLUMNS:
                continue
            filled = [row[number].strip() for row in samples if len(row) > number]
            filled = [cell for cell in filled if cell]
            alike = sum(bool(pattern.fullmatch(cell)) for cell in filled)
            if filled and alike >= len(filled) * _MOSTLY:
                columns[str(number)] = {"target": target, "why": "value"}
                break


def remembered(
    columns: dict[str, dict[str, Any]], headers: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """A mapping by heading instead of by place, to be kept for the next file of the same make.

    Without the words met in this one.
    """

    def named(key: str, value: Any) -> Any:
        return headers[int(value)] if key.endswith("_column") and value not in (None, "") else value

    return {
        headers[int(number)]: {
            key: named(key, value) for key, value in how.items() if key not in ("why", "seen")
        }
        for number, how in columns.items()
    }


def recalled(
    kept: dict[str, dict[str, Any]],
    headers: Sequence[str],
    proposed: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]] | None:
    """The kept mapping for these headings, or None where they are others.

    `proposed` says which words stand in the columns about consent of this file.
    """
    if sorted(kept) != sorted(headers):
        return None
    places = {header: number for number, header in enumerate(headers)}
    return {
        str(places[header]): {
            key: places[value] if key.endswith("_column") and value in places else value
            for key, value in how.items()
        }
        | {"why": "saved"}
        | {name: words for name, words in proposed[str(places[header])].items() if name == "seen"}
        for header, how in kept.items()
    }
