"""Days and hours of an offer in the published fields, and back to how we store them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput
from config.shared.invalid import InvalidValueError
from rewards.durations import Duration
from rewards.services.promotion_checks import told
from rewards.window_reading import read_published_window

FIELDS: Final = ("validity_timeframe", "validity_day_of_week", "validity_hours")
_HOURS: Final = {"start_time": "from", "expiration_time": "to", "days_of_week": "days"}


def published_window(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The three published fields; null where the offer does not look at it."""
    hours = [
        {name: span[ours] for name, ours in _HOURS.items() if ours in span}
        for span in stored.get("hours") or ()
    ]
    return {
        "validity_timeframe": stored.get("repeating"),
        "validity_day_of_week": stored.get("days"),
        "validity_hours": {"daily": hours} if hours else None,
    }


def window_told(
    given: Mapping[str, Any],
    stored: Mapping[str, Any],
    *,
    zone: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> dict[str, Any]:
    """The window to store: what is told of the three fields, else what is stored; raises BadInput.

    What only we can say (bounds in the window itself) stays.
    """
    wanted = published_window(stored) | {name: given[name] for name in FIELDS if name in given}
    hours = wanted["validity_hours"]
    if isinstance(hours, dict) and not hours.get("daily"):
        hours = None
    try:
        read_published_window(
            zone_name=zone,
            starts_at=starts_at,
            ends_at=ends_at,
            timeframe=wanted["validity_timeframe"],
            day_of_week=wanted["validity_day_of_week"],
            hours=hours,
        )
    except InvalidValueError as error:
        raise BadInput(details=told(error)) from error
    window = {name: value for name, value in stored.items() if name not in _STORED}
    if wanted["validity_timeframe"]:
        window["repeating"] = wanted["validity_timeframe"]
    if wanted["validity_day_of_week"]:
        window["days"] = wanted["validity_day_of_week"]
    if hours:
        window["hours"] = [
            {_HOURS[name]: value for name, value in span.items() if value is not None}
            for span in hours["daily"]
        ]
    return window


_STORED: Final = ("repeating", "days", "hours")


def hours_of(text: str, name: str) -> int:
    """The hours of an ISO 8601 duration that is whole hours long; raises BadInput."""
    try:
        duration = Duration.parse(text)
    except InvalidValueError as error:
        raise BadInput(details=f"{name}: {error.translated()}") from error
    seconds = duration.days * 86_400 + duration.exact.total_seconds()
    if duration.months or seconds % 3_600:
        raise BadInput(details=f"{name}: {_('Use whole hours or days, such as PT48H or P7D.')}")
    return int(seconds // 3_600)
