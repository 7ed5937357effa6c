from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.models import StoredFile


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("to be looked at")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    FINISHED = "finished", _("finished")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class ImportPhase(models.TextChoices):
    LINES = "lines", _("reading lines")
    RETURNS = "returns", _("matching cancellations")


class ImportWish(models.TextChoices):
    """What somebody asked of a working import; it obeys after the batch in hand."""

    PAUSE = "pause", _("pausing")
    CANCEL = "cancel", _("stopping")


class ImportMapping(models.Model):
    """Which column is what, kept under a name for the next file of the same make."""

    kind = models.CharField(_("contents"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    columns = models.JSONField(_("columns"), default=dict)
    options = models.JSONField(_("options"), default=dict)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="customers_mapping_name")
        ]

    def __str__(self) -> str:
        return self.name


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
        _("state"), max_length=9, choices=ImportState.choices, default=ImportState.RUNNING
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
    # Runs begun on the import page hold their upload until they end; others read a path.
    file = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    detected = models.JSONField(_("detected"), default=dict, editable=False)
    mapping = models.JSONField(_("columns"), default=dict, editable=False)
    report = models.JSONField(_("what the check found"), default=dict, editable=False)
    wish = models.CharField(max_length=6, choices=ImportWish.choices, blank=True, editable=False)
    line_count = models.BigIntegerField(_("lines"), null=True, editable=False)
    # Who brought the file; `actor` is whoever acted last, so in the end who started the import.
    uploader_kind = models.CharField(
        max_length=12, blank=True, editable=False, default="", db_default=""
    )
    uploader_id = models.CharField(
        max_length=40, blank=True, editable=False, default="", db_default=""
    )
    actor_kind = models.CharField(_("by"), max_length=12, blank=True, editable=False)
    actor_id = models.CharField(_("actor"), max_length=40, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sha256", "options"],
                condition=Q(file__isnull=True, actor_kind=""),
                name="customers_import_once_per_file",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportedNumber(models.Model):
    """In which row of a file an order began, kept while the file is imported.

    So an order whose rows do not stand together is noticed, however large the file and however
    often the import was interrupted; -1 where the check found that. `key` is made from the order's
    number and cannot be read back.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="+", db_index=False)
    key = models.BigIntegerField()
    first_row = models.BigIntegerField()

    class Meta:
        verbose_name = _("number met in a file")
        verbose_name_plural = _("numbers met in a file")
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="customers_imported_number_once")
        ]

    def __str__(self) -> str:
        return str(self.first_row)


class ImportTouch(models.Model):
    """That an import was about this customer: a later row of the same file repeats them.

    Forgotten when the import ends.
    """

    pk = models.CompositePrimaryKey("run_id", "customer_id")
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="+", db_index=False)
    customer_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("customer of an import")
        verbose_name_plural = _("customers of imports")

    def __str__(self) -> str:
        return f"{self.run_id}/{self.customer_id}"
