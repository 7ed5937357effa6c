"""Between the typed days and hours and the stored window."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from .goods import as_json, json_object

WEEKDAYS = [  # from Monday; the stored numbers begin with Sunday
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("0", gettext_lazy("Sunday")),
]
MIDNIGHT, END_OF_DAY = "00:00", "24:00"  # stored in either way, the input knows the first
HOURS = (("hours_from", "hours_to"), ("more_hours_from", "more_hours_to"))


class ClockInput(UnfoldAdminTextInputWidget):
    """The browser’s own input for a time of the day."""

    input_type = "time"


def clock_field(label: Any, help_text: Any = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        help_text=help_text,
        required=False,
        widget=ClockInput(),
        input_formats=["%H:%M", "%H:%M:%S"],
    )


class WindowFields(forms.Form):
    """Weekdays and up to two stretches of the day; all else as JSON."""

    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means every day."),
    )
    hours_from = clock_field(
        gettext_lazy("Open from"),
        gettext_lazy("Hours that end before they begin run into the next day."),
    )
    hours_to = clock_field(
        gettext_lazy("Open until"), gettext_lazy("Exclusive; 00:00 is midnight.")
    )
    more_hours_from = clock_field(gettext_lazy("And from"))
    more_hours_to = clock_field(gettext_lazy("And until"))
    window_json = forms.CharField(
        label=gettext_lazy("Other days and hours (JSON)"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For what the fields above cannot say, such as hours every other day."
        ),
    )


def window_json_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The stored window of what was typed; raises ValidationError by field."""
    window: dict[str, Any] = {}
    if typed.get("weekdays"):
        window["days"] = sorted(int(day) for day in typed["weekdays"])
    hours = []
    for start, end in HOURS:
        first, last = typed.get(start), typed.get(end)
        if (first is None) is not (last is None):
            raise ValidationError({start if first is None else end: _("Say from when until when.")})
        if first is not None and last is not None:
            hours.append({"from": f"{first:%H:%M}", "to": f"{last:%H:%M}"})
    if hours:
        window["hours"] = hours
    try:
        other = json_object(typed.get("window_json") or "")
    except ValidationError as error:
        raise ValidationError({"window_json": error}) from error
    if other and window:
        raise ValidationError(
            {"window_json": _("Use either the fields for days and hours or this one.")}
        )
    return other or window


def window_fields_of(window: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show for a stored window."""
    hours = window.get("hours") or []
    simple = (
        set(window) <= {"days", "hours"}
        and len(hours) <= len(HOURS)
        and all(set(one) == {"from", "to"} for one in hours)
    )
    if not simple:
        return {"window_json": as_json(window)}
    shown: dict[str, Any] = {"weekdays": [str(day) for day in window.get("days") or []]}
    for (start, end), one in zip(HOURS, hours, strict=False):
        shown |= {start: one["from"], end: MIDNIGHT if one["to"] == END_OF_DAY else one["to"]}
    return shown
