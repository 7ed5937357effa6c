from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _


class Xid8Field(models.BigIntegerField):  # type: ignore[type-arg]  # generic for mypy only
    """PostgreSQL's 64-bit transaction id."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class Fact(models.Model):
    """Something that became true, told to whoever above wants to know (the outbox of facts).

    Written in the transaction that made it true. Readers follow a `FactCursor` in the order
    (transaction, id) and never pass a row whose transaction may still commit. No personal values.
    """

    transaction = Xid8Field(editable=False, db_default=RawSQL("pg_current_xact_id()", []))
    kind = models.CharField(_("kind"), max_length=60)
    subject_id = models.BigIntegerField(_("subject"))
    data = models.JSONField(_("data"), default=dict)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        indexes = [
            models.Index(fields=["transaction", "id"], name="shared_fact_order"),
            # An erasure takes a person's facts out.
            models.Index(fields=["subject_id", "kind"], name="shared_fact_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class FactCursor(models.Model):
    """How far a named reader has come; locked by the reader while it works."""

    name = models.CharField(_("reader"), max_length=60, primary_key=True)
    transaction = models.DecimalField(_("transaction"), max_digits=20, decimal_places=0, default=0)
    fact_id = models.BigIntegerField(_("fact"), default=0)

    class Meta:
        verbose_name = _("cursor")
        verbose_name_plural = _("cursors")

    def __str__(self) -> str:
        return self.name
