"""Days on a customer's own clock in SQL: the day an instant falls on, the instant a day begins.

SQL names no zone. What a zone's clock does comes from Python as pieces of time with one offset
each, three arrays per zone; days are then plain dates. An instant falls on the day that the offset
of its piece makes of it. A day begins where the clock first shows its midnight or something later:
in the first piece that ends at or behind that midnight on its own clock, and not before that piece
begins. That is the policy of `config.shared.localtime` for clocks that jump, which a test compares
for every zone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from config.shared import localtime
from segments.rules.binding import Binder
from segments.rules.zone_days import FIRST_YEAR

_EPOCH: Final = "DATE '1970-01-01'"
_A_DAY: Final = 86_400

Pieces = tuple[tuple[int, int, int], ...]


@lru_cache(maxsize=4096)
def pieces(zone: str, first_year: int, last_year: int) -> Pieces:
    """Begin (seconds since 1970), offset, and the midnights' clock (seconds) that each is asked
    from, ascending; the last stands for all that comes after `last_year`.
    """
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    offset = localtime.utc_offset(zone, start)
    found = [(_seconds(start), _whole(offset), _seconds(start) + _whole(offset))]
    for year in range(first_year, last_year + 1):
        for moment, after in localtime.clock_changes(zone, year):
            found.append((_seconds(moment), _whole(after), _seconds(moment) + _whole(offset)))
            offset = after
    return tuple(found)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _whole(offset: timedelta) -> int:
    return int(offset.total_seconds())


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of all zones from so many years back to so many years ahead.

    Before that, and before anything was recorded, no instant has a day (NULL). Of later instants
    the day is given a day early, and of later days the start up to a day and a half: never later
    than the truth.
    """

    binder: Binder
    back: int = 1
    ahead: int = 1

    def day_of(self, moment: str) -> str:
        """SQL for the customer's date of an instant, or NULL."""
        second = f"floor(extract(epoch FROM {moment}))::bigint"
        piece = f"width_bucket({second}, {self._begins()})"
        days = f"(({second} + ({self._offsets()})[{piece}]) / {_A_DAY})::int"
        return f"({_EPOCH} + {days} - ({moment} >= {self._end()})::int)"

    def start_of(self, day: str) -> str:
        """SQL for the instant at which a customer's date begins, or NULL."""
        midnight = f"({day} - {_EPOCH}) * {_A_DAY}::bigint"
        begins = (
            f"to_timestamp(greatest(w.midnight - ({self._offsets()})[w.piece],"
            f" ({self._begins()})[w.piece]))"
        )
        later = f"greatest({self._end()}, to_timestamp(w.midnight - {_A_DAY}))"
        return (
            f"(SELECT LEAST({begins}, {later}) FROM (SELECT n.midnight,"
            f" width_bucket(n.midnight, {self._walls()}) AS piece"
            f" FROM (SELECT {midnight} AS midnight) n) w WHERE w.midnight IS NOT NULL)"
        )

    @property
    def _years(self) -> tuple[int, int]:
        now = self.binder.at.astimezone(UTC).year
        return max(now - self.back, FIRST_YEAR), now + self.ahead

    def _end(self) -> str:
        return self.binder.value(datetime(self._years[1] + 1, 1, 1, tzinfo=UTC)) + "::timestamptz"

    def _begins(self) -> str:
        return self._column("begins", 0)

    def _offsets(self) -> str:
        return self._column("offsets", 1)

    def _walls(self) -> str:
        return self._column("walls", 2)

    def _column(self, name: str, place: int) -> str:
        years = self._years

        def listed(zone: str) -> str:
            return "{" + ",".join(str(piece[place]) for piece in pieces(zone, *years)) + "}"

        return self.binder.by_zone((name, *years), "bigint[]", listed)
