"""The page of one segment: what it says, how many, why, since when, and what uses it."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import clock
from config.shared.screens import Series, stacked_bars
from config.shared.screens.history import audit_page
from config.shared.templatetags.vesile import short_day
from config.shared.usages import usages_of
from segments import overview
from segments.errors import RuleError
from segments.models import KeptSegment, Segment
from segments.rules.parser import parse
from segments.rules.tree import unknowns
from segments.selectors import in_words

TABS = {
    "whom": gettext_lazy("Whom it finds"),
    "time": gettext_lazy("Over time"),
    "changes": gettext_lazy("Changes"),
}
VIOLET = "#7c3aed"


def segment_page(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The head with the sentence; then whom it finds, its sizes or its changes (`?tab=`)."""
    segment = Segment.objects.filter(pk=pk).first()
    if segment is None:
        notices.warning(request, _("There is no such segment (any more)."))
        return HttpResponseRedirect(reverse("admin:segments_segment_changelist"))
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "whom"
    return admin.page(
        request,
        "vesile/segment/page.html",
        title=segment.name,
        object=segment,
        segment=segment,
        usages=usages_of(segment),
        keeping=KeptSegment.objects.filter(segment=segment).first(),
        tab=tab,
        tabs=TABS,
        **words(segment),
        **_tab(request, segment, tab),
    )


def words(segment: Segment) -> dict[str, Any]:
    """The rule in words and what it misses, or why it cannot be used."""
    try:
        tree = parse(segment.rules, stored=True)
        return {"sentence": in_words(segment.rules), "gone": unknowns(tree)}
    except RuleError as error:
        return {"problem": str(error)}


def _tab(request: HttpRequest, segment: Segment, tab: str) -> dict[str, Any]:
    if tab == "changes":
        return {"changes": audit_page(segment, before=request.GET.get("before", ""))}
    if tab == "time":
        return _over_time(request, segment)
    return {}


def _over_time(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    at = clock.now()
    zone = request.project.zone  # type: ignore[attr-defined]
    sizes = overview.sizes_by_day(segment, zone=zone, at=at)
    may_look = request.user.has_perm("customers.view_customer")
    before = request.GET.get("before", "")
    return {
        "sizes": overview.differences(sizes),
        "chart": stacked_bars(
            [short_day(one.day) for one in sizes],
            [Series(_("Customers"), [one.size for one in sizes], VIOLET)],
        ),
        "flow": overview.flow(segment, at=at),
        "moves": overview.changes_of(segment, before=before) if may_look else None,
    }
