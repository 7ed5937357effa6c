from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models.project import Brand, default_brand_id


def new_segment_id() -> str:
    return new_id("seg")


class Segment(models.Model):
    """A named group of customers, defined by a rule and always answered from the live tables.

    `rules` is stored as written (see `segments.rules`); it was valid when it was saved.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_segment_id, editable=False)
    brand = models.ForeignKey(
        Brand, models.PROTECT, default=default_brand_id, verbose_name=_("brand")
    )
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rules = models.JSONField(_("rules"))
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="segments_name_once_per_brand")
        ]

    def __str__(self) -> str:
        return self.name
