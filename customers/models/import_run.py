from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.models import StoredFile


class ImportState(models.TextChoices):
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("failed")


class ImportRun(models.Model):
    """One file being imported; `lines_done` is the checkpoint a killed run continues from.

    The file is known by its content (`sha256`), not by its name: the same file again continues or,
    when finished, answers with the stored counts.
    """

    kind = models.CharField(_("format"), max_length=40)
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    options = models.JSONField(_("options"), default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=ImportState.choices, default=ImportState.RUNNING
    )
    lines_done = models.BigIntegerField(_("lines done"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    problem = models.TextField(_("problem"), blank=True)
    rejects = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, verbose_name=_("rejected lines")
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sha256", "options"], name="customers_import_once_per_file"
            )
        ]

    def __str__(self) -> str:
        return self.name
