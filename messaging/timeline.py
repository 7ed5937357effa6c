"""Messages on the customer's timeline, sent or not."""

from collections.abc import Iterable

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.usages import sources_of
from customers.timeline import Entry, Source, Window, register_source
from messaging.gate import reason_in_words
from messaging.labels import TONES
from messaging.models import Delivery, DeliveryState


def messages(window: Window) -> Iterable[Entry]:
    """Each message when it was done with, or when it came up; those not sent with the reason."""
    rows = window.newest(
        Delivery.objects.filter(identity__in=window.identity_ids)
        .select_related("template", "outbox_message")
        .annotate(happened_at=Coalesce("finished_at", "created_at")),
        "happened_at",
    )
    causes = sources_of((one.source_kind, one.source_id) for one in rows)
    for one in rows:
        cause = causes.get((one.source_kind, one.source_id))
        kept = getattr(one, "outbox_message", None)
        told = [
            one.get_channel_display(),
            cause.name if cause else "",
            reason_in_words(one.reason) if one.reason else "",
        ]
        yield Entry(
            at=one.finished_at or one.created_at,
            pk=one.pk,
            title=_("Message “%(name)s”") % {"name": kept.subject if kept else one.template.name},
            detail=" · ".join(filter(None, told)),
            label=one.get_state_display(),
            tone=TONES[DeliveryState(one.state)],
            url=reverse("admin:messaging_outboxmessage_change", args=[kept.pk]) if kept else "",
        )


def declare() -> None:
    """Called once, when the app is ready."""
    register_source(
        Source(
            kind="message",
            title=gettext_lazy("Messages"),
            icon="mail",
            permission="messaging.view_delivery",
            load=messages,
            position=30,
        )
    )
