from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.models import StoredFile


class ImportState(models.TextChoices):
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")


class ImportPhase(models.TextChoices):
    LINES = "lines", _("reading lines")
    RETURNS = "returns", _("matching cancellations")


class ImportRun(models.Model):
    """One file being imported; `phase` with `lines_done` or `customers_done` is the checkpoint from
    which a killed run continues.

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
    phase = models.CharField(
        _("step"), max_length=8, choices=ImportPhase.choices, default=ImportPhase.LINES
    )
    lines_done = models.BigIntegerField(_("lines done"), default=0)
    # The highest customer id whose returns are matched; ids ascend while matching.
    customers_done = models.BigIntegerField(default=0, editable=False)
    # The highest ids before the run: what lies above is the run's own (or newer than it).
    order_lines_before = models.BigIntegerField(default=0, editable=False)
    return_lines_before = models.BigIntegerField(default=0, editable=False)
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
