"""Where the customer's address lies, as the shop told."""

from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.rules import passing
from segments.rules.binding import Binder
from segments.rules.distance import Box, boxes_around, kilometres_in_sql
from segments.rules.fields import Field, register
from segments.rules.tree import Condition
from segments.rules.values import Around

_KNOWN = "c.latitude IS NOT NULL"


def _distance(around: Around, binder: Binder) -> str:
    lat, lon = (f"{binder.value(float(one))}::float8" for one in (around.lat, around.lon))
    return kilometres_in_sql(lat, lon, "c.latitude", "c.longitude")


def _inside(box: Box, binder: Binder) -> str:
    east, north, west, south = (
        f"{binder.value(edge)}::float8" for edge in (box.east, box.north, box.west, box.south)
    )
    return f"point(c.longitude, c.latitude) <@ box(point({east}, {north}), point({west}, {south}))"


def _lies(condition: Condition, binder: Binder) -> str:
    """The boxes are found by an index, the distance is asked of what they hold."""
    if condition.cmp in {"empty", "not_empty"}:
        return _KNOWN if condition.cmp == "not_empty" else f"NOT ({_KNOWN})"
    around: Around = condition.value
    distance = f"{_distance(around, binder)} <= {binder.value(float(around.km))}"
    boxes = [
        _inside(box, binder)
        for box in boxes_around(float(around.lat), float(around.lon), float(around.km))
    ]
    within = f"({' OR '.join(boxes)}) AND {distance}"
    if condition.cmp == "beyond_km":
        return f"({_KNOWN} AND NOT ({within}))"
    return f"({_KNOWN} AND {within})"


def _seen(condition: Condition, binder: Binder) -> str:
    """How far away it is; of “is known”, the place itself."""
    if not isinstance(condition.value, Around):
        return "c.latitude || ', ' || c.longitude"
    return f"round({_distance(condition.value, binder)}::numeric, 1) || ' km'"


def register_fields() -> None:
    register(
        Field(
            "geo.address",
            _("place of the address"),
            "point",
            DataCategory.LOCATION,
            _lies,
            _seen,
            wakes=passing.never,
        )
    )
