from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditSeal(models.Model):
    """Makes a batch of audit rows tamper-evident: a hash of the rows and of the seal before it."""

    sealed_at = models.DateTimeField(_("sealed"))
    row_count = models.PositiveIntegerField(_("rows"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")

    def __str__(self) -> str:
        return f"{self.pk} ({self.row_count})"


class AuditEntry(models.Model):
    """Who did what to which object. Holds ids and field names, never a person's values.

    The database refuses UPDATE (but for the seal) and DELETE.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    actor_kind = models.CharField(_("by"), max_length=12)
    actor_id = models.CharField(_("actor"), max_length=40, blank=True)
    action = models.CharField(_("action"), max_length=60)
    object_kind = models.CharField(_("object"), max_length=60)
    object_id = models.CharField(_("object id"), max_length=60)
    fields = ArrayField(
        models.CharField(max_length=60), default=list, verbose_name=_("fields changed")
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    seal = models.ForeignKey(
        AuditSeal, models.PROTECT, null=True, related_name="entries", verbose_name=_("seal")
    )

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_kind", "object_id"], name="shared_audit_object"),
            models.Index(
                fields=["id"], condition=models.Q(seal__isnull=True), name="shared_audit_unsealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_id}"
