from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .customer import Customer


class MergeQuerySet(models.QuerySet["Merge"]):
    def in_force(self) -> "MergeQuerySet":
        """Merges that were not undone: their absorbed ids are aliases."""
        return self.filter(undone_at__isnull=True)

    def undoable(self, *, at: datetime) -> "MergeQuerySet":
        """Merges whose contents still wait at that moment."""
        return self.in_force().filter(undo_until__gt=at)


class Merge(models.Model):
    """Two records that became one: the absorbed row is gone, its contents wait here for an undo.

    The absorbed public id stays an alias of the kept customer. `snapshot` holds the absorbed
    profile and the kept one as it was, `moved` the rows that were re-pointed, by model; both are
    emptied when `undo_until` has passed. Personal data: `snapshot`.
    """

    kept = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    absorbed_pk = models.BigIntegerField()
    absorbed_public_id = models.CharField(_("absorbed customer"), max_length=30)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor_kind = models.CharField(_("by"), max_length=12)
    actor_id = models.CharField(_("actor"), max_length=40, blank=True)
    snapshot = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField(_("merged"))
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone"), null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed_public_id"],
                condition=Q(undone_at__isnull=True),
                name="customers_merge_absorbed_once",
            )
        ]

    def __str__(self) -> str:
        return self.absorbed_public_id
