from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.models.project import Brand


class StackingRules(models.Model):
    """How offers of a brand combine on one order; without a row the defaults hold.

    `rules` in the shape that `rewards.stacking` reads: limits in all and by category, what happens
    to a request of which not everything applies, and the order of work.
    """

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="stacking_rules")
    rules = models.JSONField(_("rules"), default=dict)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("stacking rules")
        verbose_name_plural = _("how codes combine")

    def __str__(self) -> str:
        return str(self.brand_id)
