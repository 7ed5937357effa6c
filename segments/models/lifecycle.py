from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LifecycleLimits(models.Model):
    """Until when this shop calls a buyer new, and from when on lapsed (`segments.lifecycle`).

    One row; without it the usual limits hold. Units are days, weeks, months or years.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    new_count = models.PositiveSmallIntegerField(_("new for"))
    new_unit = models.CharField(max_length=5)
    lapsed_count = models.PositiveSmallIntegerField(_("lapsed after"))
    lapsed_unit = models.CharField(max_length=5)

    class Meta:
        verbose_name = _("limits of new, active and lapsed")
        verbose_name_plural = _("limits of new, active and lapsed")
        default_permissions = ("change",)
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="segments_one_lifecycle_limits"),
            models.CheckConstraint(
                condition=Q(new_count__gt=0, lapsed_count__gt=0),
                name="segments_lifecycle_limits_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.new_count} {self.new_unit}, {self.lapsed_count} {self.lapsed_unit}"
