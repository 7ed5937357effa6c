from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models import StoredFile

from .promotion import Promotion


def new_action_id() -> str:
    return new_id("aa")


class CodeRunKind(models.TextChoices):
    GENERATE = "generate", _("generate codes")
    IMPORT = "import", _("import codes")


class CodeRunState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    FINISHED = "finished", _("finished")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("failed")


class CodeRun(models.Model):
    """Making or importing many codes in the background; on the wire an async action.

    Works in batches, each in one transaction with its checkpoint, so a killed run goes on where it
    was. `made`, `skipped` (existed already, blank, not usable as a code) and `position` (the line
    of the file up to which an import has read) say how far it is; `wanted` is the number of codes,
    of an import that of lines. Reasons for what an import left out are in `rejects`. `created_by`
    is an actor: kind:id.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_action_id, editable=False)
    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="code_runs")
    kind = models.CharField(_("what"), max_length=8, choices=CodeRunKind.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=CodeRunState.choices, default=CodeRunState.WAITING
    )
    wanted = models.PositiveIntegerField(_("wanted"), default=0)
    made = models.PositiveIntegerField(_("made"), default=0)
    skipped = models.PositiveIntegerField(_("left out"), default=0)
    position = models.BigIntegerField(default=0, editable=False)
    options = models.JSONField(_("options"), default=dict)
    file = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, related_name="+", editable=False
    )
    rejects = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, related_name="+", editable=False
    )
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True, editable=False)
    created_by = models.CharField(_("by"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("making of codes")
        verbose_name_plural = _("making of codes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.public_id
