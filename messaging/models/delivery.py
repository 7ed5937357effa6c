from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from customers.models import Channel, Identity

from .template import Template, TemplateVersion


def new_delivery_id() -> str:
    return new_id("msg")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DEFERRED = "deferred", _("deferred")
    SKIPPED = "skipped", _("not sent")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("outcome unknown")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, at: datetime) -> "DeliveryQuerySet":
        """Deliveries a worker may claim now."""
        return self.filter(
            state__in=[DeliveryState.PENDING, DeliveryState.DEFERRED], not_before__lte=at
        )

    def claimable(self, *, at: datetime) -> "DeliveryQuerySet":
        """Due deliveries that nobody holds, locked together with their customers.

        Both locks in one statement and neither waited for, so workers cannot wait for each other,
        and an order that holds its customer is finished first. Oldest first.
        """
        return (
            self.due(at=at)
            .select_related("identity__customer", "template__brand")
            .select_for_update(skip_locked=True, no_key=True, of=("self", "identity__customer"))
            .order_by("not_before", "id")
        )


class Delivery(models.Model):
    """One message to one customer on one channel, from the wish to send it to its outcome.

    It names its cause without a foreign key (messages know nothing of campaigns): the five fields
    of the unique key make a second message for the same occurrence impossible.
    `reason` says why it was skipped, deferred or failed (a key of `messaging.gate.REASONS`).
    Personal data: through `identity`; the rendered message is in the outbox, not here.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_delivery_id, editable=False
    )
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="deliveries")
    source_kind = models.CharField(_("cause"), max_length=40)
    source_id = models.BigIntegerField(_("cause id"))
    occurrence_key = models.CharField(_("occurrence"), max_length=60)
    step = models.PositiveSmallIntegerField(_("step"), default=1)
    channel = models.CharField(
        _("channel"), max_length=5, choices=Channel.choices, default=Channel.EMAIL
    )
    template = models.ForeignKey(Template, models.PROTECT, verbose_name=_("template"))
    template_version = models.ForeignKey(
        TemplateVersion, models.PROTECT, null=True, verbose_name=_("version sent")
    )
    voucher_id = models.BigIntegerField(null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=8, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    not_before = models.DateTimeField(_("not before"))
    created_at = models.DateTimeField(_("created"))
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state__in=["pending", "deferred"]),
                name="messaging_delivery_due",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=Q(state="sending"),
                name="messaging_delivery_sending",
            ),
            models.Index(fields=["identity", "-id"], name="messaging_delivery_identity"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "source_kind",
                    "source_id",
                    "identity",
                    "occurrence_key",
                    "step",
                    "channel",
                ],
                name="messaging_delivery_once",
            )
        ]

    def __str__(self) -> str:
        return self.public_id
