"""Recency, frequency and monetary value: scores from 1 to 5 and the names of the usual map.

Pure: from scores to names. The scores themselves are made in SQL (`segments.fields.rfm`).
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SCORES: Final = range(1, 6)

NAMES: Final[dict[str, Promise]] = {
    "champions": _("champions"),
    "loyal_customers": _("loyal customers"),
    "potential_loyalists": _("potential loyalists"),
    "new_customers": _("new customers"),
    "promising": _("promising"),
    "need_attention": _("need attention"),
    "about_to_sleep": _("about to sleep"),
    "at_risk": _("at risk"),
    "cant_lose": _("cannot lose them"),
    "hibernating": _("hibernating"),
}
"""The ten segments, the best first."""

# By recency (5 bought latest) and frequency (5 bought most often), as the trade draws it.
_MAP: Final = {
    1: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal_customers", "loyal_customers"),
    4: (
        "promising",
        "potential_loyalists",
        "potential_loyalists",
        "loyal_customers",
        "loyal_customers",
    ),
    5: ("new_customers", "potential_loyalists", "potential_loyalists", "champions", "champions"),
}


def segment_of(recency: int, frequency: int) -> str:
    """The name of the segment with these two scores."""
    return _MAP[recency][frequency - 1]


def cells(name: str) -> list[tuple[int, int]]:
    """The pairs of recency and frequency that a segment consists of."""
    return [(r, f) for r in SCORES for f in SCORES if segment_of(r, f) == name]


MEANINGS: Final[dict[str, Promise]] = {
    "champions": _("Bought very lately and very often: thank them, show them new things first."),
    "loyal_customers": _("Buy often and not long ago: ask what they think, offer more of it."),
    "potential_loyalists": _("Bought lately and more than once: invite them to become regulars."),
    "new_customers": _("Bought very lately, for the first time: a good start decides."),
    "promising": _("Bought lately, once: remind them what else there is."),
    "need_attention": _("Middling in both: an offer that ends soon brings them back."),
    "about_to_sleep": _("Seldom, and some time ago: about to be lost."),
    "at_risk": _("Bought often, but long ago: write to them personally."),
    "cant_lose": _("Bought most often of all, and stayed away: worth a call."),
    "hibernating": _("Seldom and long ago: only with something that matters to them."),
}
"""What each of them is, and what one does with it."""
