"""The conditions and the days and hours of an offer, as they are stored.

What counts redemptions or money is no condition here: limits that must hold exactly are the
offer's own (`Promotion.redemption_limit` and its neighbours), counted in rows that are locked.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from config.shared.invalid import marked as _
from rewards.conditions import Node, leaves, parse
from rewards.reading import ReadingError
from rewards.window_reading import read_window
from rewards.windows import Window

_COUNTED: Final = {"uses", "budget"}


def rule_of(raw: Mapping[str, Any]) -> Node | None:
    """The tree of stored or typed conditions, None for none; raises ReadingError with the path."""
    return _rule(json.dumps(raw, sort_keys=True)) if raw else None


def window_of(
    raw: Mapping[str, Any], *, zone: str, starts_at: datetime | None = None
) -> Window | None:
    """The recurring window in this zone, None for always; raises ReadingError with the path.

    `starts_at` is what a repeating time frame counts from.
    """
    return _window(json.dumps(raw, sort_keys=True), zone, starts_at) if raw else None


@lru_cache(maxsize=2_000)
def _rule(text: str) -> Node:
    rule = parse(json.loads(text))
    for leaf in leaves(rule):
        if leaf.condition.kind in _COUNTED:
            raise ReadingError(leaf.id, _("Use the limits and the budget of the offer for this."))
    return rule


@lru_cache(maxsize=2_000)
def _window(text: str, zone: str, starts_at: datetime | None) -> Window:
    return read_window(json.loads(text), "window", default_zone=zone, starts_at=starts_at)
