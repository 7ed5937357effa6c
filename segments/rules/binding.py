"""What a rule's SQL is composed with: parameters, and moments that differ by zone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from config.shared import localtime

_MIDNIGHT = time(0)

DayOf = Callable[[date], date]
"""From the local date of the moment asked about to the local date whose beginning is meant."""


@dataclass(slots=True)
class Binder:
    """Collects parameters and the moments that differ from zone to zone while SQL is composed.

    `few` says that the question is about few customers found otherwise (those due now), so facts
    are looked up for each of them instead of being grouped for everybody.
    """

    at: datetime
    few: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    _bounds: dict[tuple[Any, ...], list[datetime]] = field(default_factory=dict)

    def value(self, value: Any) -> str:
        """The placeholder of a parameter."""
        name = f"seg{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def ago(self, count: int, unit: str) -> str:
        """SQL for the moment `count` units ago; from days on it is the start of the local day."""
        if unit == "hour":
            return f"{self.value(self.at - timedelta(hours=count))}::timestamptz"
        step = relativedelta(**{f"{unit}s": count})
        return self._bound(("ago", count, unit), lambda today: today - step)

    def start_of(self, day: date, *, plus_days: int = 0) -> str:
        """SQL for the start of a calendar day on the customer's own clock."""
        wanted = day + timedelta(days=plus_days)
        return self._bound(("day", wanted), lambda _today: wanted)

    def _bound(self, key: tuple[Any, ...], day_of: DayOf) -> str:
        if key not in self._bounds:
            self._bounds[key] = [
                localtime.to_instant(
                    day_of(localtime.to_local(self.at, zone).date()), _MIDNIGHT, zone
                )
                for zone in _zones()
            ]
        moment = f"z.b{list(self._bounds).index(key)}"
        return f"coalesce({moment}, {self.value(self._in_utc(day_of))}::timestamptz)"

    def _in_utc(self, day_of: DayOf) -> datetime:
        """For a customer whose zone this version of the zone data no longer knows."""
        return localtime.to_instant(day_of(self.at.date()), _MIDNIGHT, "UTC")

    def joins(self) -> str:
        """The join that carries the moments of each zone, or nothing."""
        if not self._bounds:
            return ""
        columns = ", ".join(f"b{i}" for i in range(len(self._bounds)))
        arrays = [f"{self.value(_zones())}::text[]"] + [
            f"{self.value(moments)}::timestamptz[]" for moments in self._bounds.values()
        ]
        return f"LEFT JOIN unnest({', '.join(arrays)}) AS z(zone, {columns}) ON z.zone = c.zone"


def _zones() -> list[str]:
    return sorted(localtime.zone_names())
