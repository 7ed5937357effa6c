"""The audit log: services record each change here, in the change's own transaction.

Rows are inserted unchained, so that writers never wait for each other; `seal` closes whatever is
committed into a batch with a hash over the rows and the previous seal, within a minute.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence

from django.db import connection, models, transaction

from config.shared import clock
from config.shared.actors import Actor
from config.shared.middleware import current_request_id
from config.shared.models import AuditEntry, AuditSeal

SEAL_BATCH = 5_000  # rows
_SEAL_LOCK = 0x5EA1  # advisory lock: one sealer at a time


def entry(*, actor: Actor, action: str, of: models.Model, fields: Iterable[str] = ()) -> AuditEntry:
    """An unsaved row; `action` is noun.verb in the past tense, for instance `campaign.launched`."""
    return AuditEntry(
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        object_kind=of._meta.label_lower,
        object_id=str(of.pk),
        fields=sorted(fields),
        request_id=current_request_id(),
    )


def record(
    *, actor: Actor, action: str, of: models.Model, fields: Iterable[str] = ()
) -> AuditEntry:
    """Write one row. `fields` are names of what changed, never values."""
    row = entry(actor=actor, action=action, of=of, fields=fields)
    row.save(force_insert=True)
    return row


def _digest(previous: str, rows: Sequence[AuditEntry]) -> str:
    state = hashlib.sha256(previous.encode())
    for row in rows:
        content = [
            row.pk,
            row.at.isoformat(),
            row.actor_kind,
            row.actor_id,
            row.action,
            row.object_kind,
            row.object_id,
            row.fields,
            row.request_id,
        ]
        state.update(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    return state.hexdigest()


def seal() -> int:
    """Seal what is committed and unsealed; returns the number of rows. Two at once take turns."""
    sealed = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
            rows = list(AuditEntry.objects.filter(seal=None).order_by("id")[:SEAL_BATCH])
            if not rows:
                return sealed
            last = AuditSeal.objects.order_by("-id").first()
            made = AuditSeal.objects.create(
                sealed_at=clock.now(),
                row_count=len(rows),
                digest=_digest(last.digest if last else "", rows),
            )
            AuditEntry.objects.filter(pk__in=[row.pk for row in rows]).update(seal=made)
            sealed += len(rows)


def first_broken_seal() -> AuditSeal | None:
    """The first seal whose rows are not what was sealed, or None when the log is whole."""
    previous = ""
    for sealed in AuditSeal.objects.order_by("id").iterator():
        rows = list(AuditEntry.objects.filter(seal=sealed).order_by("id"))
        if len(rows) != sealed.row_count or _digest(previous, rows) != sealed.digest:
            return sealed
        previous = sealed.digest
    return None
