"""Handing a person's record out, which is itself kept in the log."""

from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.models import AuditEntry
from customers.models import Customer
from customers.record import as_csv, as_json
from customers.rights import Section, add_section

FORMATS = {"json": as_json, "csv": as_csv}


def hand_out_record(*, customer: Customer, form: str, actor: Actor, at: datetime) -> IO[bytes]:
    """The whole record of this person as `json` or `csv` (a ZIP), open at its beginning.

    Who had it is logged before anything is read. Raises BadInput for another form.
    """
    if form not in FORMATS:
        raise BadInput(
            _("There is no format called “%(name)s”.") % {"name": form},
            details=_("Use one of: %(names)s.") % {"names": ", ".join(FORMATS)},
        )
    with transaction.atomic():
        audit.record(actor=actor, action="customer.record_handed_out", of=customer, fields=[form])
    return FORMATS[form](customer, at=at)


def _log_of(customer_id: int) -> list[dict[str, Any]]:
    """What was done with a person's record, and by what kind of actor; colleagues stay unnamed."""
    rows = AuditEntry.objects.filter(
        object_kind=Customer._meta.label_lower, object_id=str(customer_id)
    ).order_by("id")
    return [
        {"at": row.at, "action": row.action, "by": row.actor_kind, "fields": row.fields}
        for row in rows
    ]


def declare() -> None:
    """Called once, when the app is ready."""
    add_section(Section("log", gettext_lazy("What was done with this record"), _log_of))
