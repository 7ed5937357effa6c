"""Restricting the processing of a person's data, and lifting that again.

Whoever is restricted (on request, or because we heard of a death) is sent nothing and nothing new
is derived about them; what is stored stays as it is, and orders still come in.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput
from customers.errors import UnknownCustomer
from customers.models import Customer, Restriction

from .locking import lock_customers


def restrict_customer(
    *, customer: Customer, restriction: str, actor: Actor, at: datetime
) -> Customer:
    """Restrict from now on; the first moment stays when it was restricted already.

    Locks the customer, as the send gate does: a message that was not claimed before is not sent
    any more. Raises BadInput for a restriction there is not, and UnknownCustomer.
    """
    if restriction not in Restriction.values:
        raise BadInput(_("Say why: on request, or because of a bereavement."))
    return _set(customer, restriction, at, actor=actor, action="customer.restricted", now=at)


def lift_restriction(*, customer: Customer, actor: Actor, at: datetime) -> Customer:
    """End the restriction; asking twice changes nothing. Raises UnknownCustomer."""
    return _set(customer, "", None, actor=actor, action="customer.restriction_lifted", now=at)


def _set(
    customer: Customer,
    restriction: str,
    since: datetime | None,
    *,
    actor: Actor,
    action: str,
    now: datetime,
) -> Customer:
    with transaction.atomic():
        lock_customers([customer.pk])
        current = Customer.objects.filter(pk=customer.pk).first()
        if current is None:
            raise UnknownCustomer
        if current.restriction != restriction:
            current.restriction = restriction
            current.restricted_at = (current.restricted_at or since) if since else None
            current.updated_at = now
            current.save(update_fields=["restriction", "restricted_at", "updated_at"])
            audit.record(actor=actor, action=action, of=current, fields=["restriction"])
            facts.record(
                kind="customer.changed",
                subject_id=current.pk,
                at=now,
                data={"fields": ["restriction"]},
            )
        return current
