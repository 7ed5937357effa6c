"""Putting addresses on the suppression list and taking them off again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput, Forbidden, NotFound, Refused
from config.shared.models import AuditEntry
from customers.models import Channel, Suppression
from customers.models.rights import SuppressionReason
from customers.suppression import fingerprint, normalised


class LiftReason(models.TextChoices):
    """Why an address may be used again; kept in the audit log."""

    ASKED = "asked_by_customer", _("the person asked to hear from us again")
    MISTAKE = "added_by_mistake", _("it was put on the list by mistake")
    REACHABLE = "address_works", _("the address works again")


_ADD = """
INSERT INTO customers_suppression (fingerprint, channel, reason, created_at)
SELECT f, %s, %s, %s FROM unnest(%s::text[]) AS f ORDER BY f
ON CONFLICT (fingerprint, channel) DO NOTHING
RETURNING id
"""

# What a person wanted, only that person can take back.
_THE_PERSONS_OWN = {
    SuppressionReason.ERASED,
    SuppressionReason.WITHDRAWN,
    SuppressionReason.COMPLAINED,
}


def suppress(
    *, channel: str, addresses: Iterable[str], reason: str, actor: Actor, at: datetime
) -> int:
    """Put these addresses on the list; returns how many were not on it.

    What is on it stays as it is, with its first reason and date. Empty addresses are passed over.
    Runs inside the caller's transaction where there is one. Raises BadInput.
    """
    if channel not in Channel.values:
        raise BadInput(_("“%(channel)s” is no channel.") % {"channel": channel})
    if reason not in SuppressionReason.values:
        raise BadInput(_("“%(reason)s” is no reason to suppress.") % {"reason": reason})
    # Sorted, so that two at once cannot wait for each other.
    wanted = sorted({fingerprint(channel, a) for a in addresses if normalised(channel, a)})
    if not wanted:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [channel, reason, at, wanted])
            added = [Suppression(pk=pk) for (pk,) in cursor.fetchall()]
        AuditEntry.objects.bulk_create(
            (
                audit.entry(actor=actor, action="suppression.added", of=row, fields=[reason])
                for row in added
            ),
            batch_size=5_000,
        )
    return len(added)


def lift(*, suppression_id: int, reason: str, actor: Actor) -> None:
    """Take an address off the list. A second time raises NotFound.

    Only a colleague may (no file and no program), and what a person wanted, such as an erasure or
    an unsubscription, only because that person asked.
    """
    if actor.kind != "staff":
        raise Forbidden(_("Only a colleague may take an address off the suppression list."))
    if reason not in LiftReason.values:
        raise BadInput(_("Say why the address may be used again."))
    with transaction.atomic():
        row = Suppression.objects.select_for_update().filter(pk=suppression_id).first()
        if row is None:
            raise NotFound(_("This address is not on the suppression list (any more)."))
        if row.reason in _THE_PERSONS_OWN and reason != LiftReason.ASKED:
            raise Refused(
                _("The person wanted this: %(reason)s.") % {"reason": row.get_reason_display()},
                details=_("Only they can take it back. Choose that they asked, if they did."),
            )
        audit.record(actor=actor, action="suppression.lifted", of=row, fields=[reason])
        row.delete()
