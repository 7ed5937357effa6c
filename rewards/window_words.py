"""Days and hours in words, in the active language."""

from babel.dates import get_day_names
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rewards.windows import EVERY_DAY, Hours, Window


def window_in_words(window: Window, zone: str) -> str:
    """When it is open, such as “on Sunday 01:00 to 04:00 (Europe/Istanbul)”; empty for always.

    `zone` is named where it is not empty.
    """
    words = [_days(window.days)] if window.days != EVERY_DAY else []
    hours = [_hours(one, with_days=one.days != EVERY_DAY) for one in window.hours]
    if hours:
        words.append(_(" and ").join(hours))
    if window.repeating is not None:
        words.append(_("in a repeating time frame"))
    if not words:
        return ""
    return " ".join(words) + (f" ({zone})" if zone else "")


def _hours(hours: Hours, *, with_days: bool) -> str:
    words = _("%(start)s to %(end)s") % {
        "start": f"{hours.start:%H:%M}",
        "end": f"{hours.end:%H:%M}",
    }
    return f"{_days(hours.days)} {words}" if with_days else words


def _days(days: frozenset[int]) -> str:
    """The weekdays, from Monday; stored days begin with Sunday, Babel's with Monday."""
    named = get_day_names("wide", locale=(get_language() or "en").replace("-", "_"))
    ordered = sorted((day - 1) % 7 for day in days)
    return _("on %(days)s") % {"days": ", ".join(named[day] for day in ordered)}
