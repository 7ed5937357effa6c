"""New, active, lapsed: where a buyer stands, by the limits of this shop's marketers.

Every buyer is in one of the three. Whoever has not ordered for the one span is lapsed; of the
others, who ordered for the first time within the other span is new; the rest is active.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from segments.models import LifecycleLimits
from segments.rules.wording import span_in_words

Span = tuple[int, str]
"""So many days, weeks, months or years; they begin with the customer's own day."""

STAGES: Final = ("new", "active", "lapsed")
UNITS: Final = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long somebody is new, and after how long without an order lapsed."""

    new: Span
    lapsed: Span


USUAL: Final = Limits((30, "day"), (90, "day"))


def limits() -> Limits:
    """Those of this shop; one statement."""
    stored = LifecycleLimits.objects.first()
    if stored is None:
        return USUAL
    return Limits((stored.new_count, stored.new_unit), (stored.lapsed_count, stored.lapsed_unit))


def in_words(told: Limits) -> dict[str, str]:
    """Each stage with what it means by these limits, in the reader's language."""
    spans = {"new": span_in_words(*told.new), "lapsed": span_in_words(*told.lapsed)}
    return {
        "new": _("new (first order in the last %(new)s)") % spans,
        "active": _("active (first order longer ago than %(new)s, last one in the last %(lapsed)s)")
        % spans,
        "lapsed": _("lapsed (last order more than %(lapsed)s ago)") % spans,
    }
