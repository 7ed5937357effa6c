from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.models.project import Brand, default_brand_id


class Template(models.Model):
    """A message to be filled in for each customer; its words are versions, the newest is used.

    A `builtin` one is ours (its key in `messaging.builtin`): nobody changes it by hand.
    """

    brand = models.ForeignKey(
        Brand, models.PROTECT, default=default_brand_id, verbose_name=_("brand")
    )
    name = models.CharField(_("name"), max_length=120)
    builtin = models.CharField(
        _("built in"), max_length=40, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="messaging_template_name"),
            models.UniqueConstraint(
                fields=["builtin"],
                condition=~models.Q(builtin=""),
                name="messaging_template_builtin_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """What a template said from a moment on: a Liquid subject and an MJML body with Liquid in it.

    Never changed after it was saved: a delivery names the version it was made from.
    """

    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=10, default="en")
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("body"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "language", "number"], name="messaging_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.number} ({self.language})"
