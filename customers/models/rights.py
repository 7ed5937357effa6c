from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.models import StoredFile

from .consent import Channel


class SuppressionReason(models.TextChoices):
    ERASED = "erased", _("erased on request")
    WITHDRAWN = "withdrawn", _("unsubscribed elsewhere")
    BOUNCED = "bounced", _("address does not exist")
    COMPLAINED = "complained", _("reported as spam")
    MANUAL = "manual", _("by a colleague")


class Suppression(models.Model):
    """An address nothing is sent to, whatever a file or a shop says.

    Known only by `fingerprint`, the HMAC of the normalised address with VESILE_FINGERPRINT_KEY, so
    that it may outlive the person's erasure.
    """

    fingerprint = models.CharField(max_length=64)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    reason = models.CharField(_("reason"), max_length=10, choices=SuppressionReason.choices)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "channel"], name="customers_suppression_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"


class Erasure(models.Model):
    """That a customer was erased: the internal id and the time, nothing else.

    `listed_at` is when that was also written to the list outside the database.
    """

    customer_pk = models.BigIntegerField(unique=True)
    erased_at = models.DateTimeField(_("erased"))
    listed_at = models.DateTimeField(_("listed"), null=True, editable=False)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(listed_at=None), name="customers_erasure_unlisted"
            )
        ]

    def __str__(self) -> str:
        return str(self.customer_pk)


class RetentionRun(models.Model):
    """What a run of the retention job erased: how many, by which limit.

    `position` is the highest customer id looked at: a killed run goes on behind it.
    """

    inactive_since = models.DateTimeField(_("inactive since"))
    position = models.BigIntegerField(default=0, editable=False)
    erased_count = models.PositiveIntegerField(_("erased"), default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.erased_count)


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class ExportRun(models.Model):
    """A list that a colleague asked to have as a file, written in the background.

    The file is deleted at `expires_at`. Personal data: in the file.
    """

    kind = models.CharField(_("what"), max_length=40)
    file_format = models.CharField(_("format"), max_length=4)
    filters = models.JSONField(_("filters"), default=dict)
    state = models.CharField(
        _("state"), max_length=9, choices=ExportState.choices, default=ExportState.WAITING
    )
    # The highest id written so far: a killed export goes on behind it.
    position = models.BigIntegerField(default=0, editable=False)
    rows_done = models.BigIntegerField(_("rows done"), default=0)
    row_count = models.BigIntegerField(_("rows"), null=True)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, blank=True)
    problem = models.TextField(_("problem"), blank=True)
    actor_kind = models.CharField(_("by"), max_length=12)
    actor_id = models.CharField(_("actor"), max_length=40, blank=True)
    requested_at = models.DateTimeField(_("requested"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("deleted at"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_format}"
