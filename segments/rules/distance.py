"""Distances on the earth, taken as a sphere: good to half a percent. Pure.

The great circle between two points by the haversine formula (R. W. Sinnott, "Virtues of the
Haversine", Sky and Telescope 68, 1984), with the mean radius of the earth of the IUGG.
"""

import math
from dataclasses import dataclass
from typing import Final

EARTH_KM: Final = 6371.0088
_MARGIN: Final = 1e-9  # degrees; rounding may not cut off what lies on the edge


@dataclass(frozen=True, slots=True)
class Box:
    """Between two parallels and two meridians, in degrees; west is never greater than east."""

    south: float
    west: float
    north: float
    east: float


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The distance between two points given in degrees."""
    half_chord = (
        math.sin(math.radians(other_lat - lat) / 2) ** 2
        + math.cos(math.radians(lat))
        * math.cos(math.radians(other_lat))
        * math.sin(math.radians(other_lon - lon) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half_chord)))


def kilometres_in_sql(lat: str, lon: str, other_lat: str, other_lon: str) -> str:
    """The same as SQL over SQL."""
    return (
        f"(2 * {EARTH_KM} * asin(sqrt(least(1, sin(radians({other_lat} - {lat}) / 2) ^ 2"
        f" + cos(radians({lat})) * cos(radians({other_lat}))"
        f" * sin(radians({other_lon} - {lon}) / 2) ^ 2))))"
    )


def boxes_around(lat: float, lon: float, km: float) -> list[Box]:
    """The smallest boxes that hold every point within so many kilometres: one, or two where the
    circle lies across the meridian of 180 degrees; all meridians where it holds a pole.
    """
    angle = km / EARTH_KM
    away = math.degrees(angle) + _MARGIN
    south, north = lat - away, lat + away
    if south <= -90 or north >= 90:
        return [Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)]
    # The meridians touch the circle where it is widest, which is not on its own parallel.
    reach = min(1.0, math.sin(angle) / math.cos(math.radians(lat)))
    aside = math.degrees(math.asin(reach)) + _MARGIN
    west, east = lon - aside, lon + aside
    if west < -180:
        return [Box(south, west + 360, north, 180.0), Box(south, -180.0, north, east)]
    if east > 180:
        return [Box(south, west, north, 180.0), Box(south, -180.0, north, east - 360)]
    return [Box(south, west, north, east)]
