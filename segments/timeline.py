"""What segments add to the timeline of the customer page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.timeline import Entry, Source, Window, register_source
from segments.models import MembershipChange


def _changes(window: Window) -> Iterator[Entry]:
    rows = MembershipChange.objects.filter(customer=window.customer).select_related("segment")
    for change in window.newest(rows, "at"):
        words = _("Entered “%(segment)s”") if change.entered else _("Left “%(segment)s”")
        yield Entry(
            at=change.at,
            pk=change.pk,
            title=words % {"segment": change.segment.name},
            detail=str(change.get_because_display()),
            tone="good" if change.entered else "plain",
            url=reverse("admin:segments_segment_change", args=[change.segment_id]),
        )


def declare() -> None:
    """Called once, when the app is ready."""
    register_source(
        Source(
            kind="segment",
            title=gettext_lazy("Segments entered and left"),
            icon="group",
            permission="segments.view_segment",
            load=_changes,
            position=80,
        )
    )
