"""Further ids by which sources know a customer: devices, tills, other systems."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.errors import Conflict
from customers import values
from customers.asked import Outcome, Status
from customers.errors import UnknownCustomer, UnusableField
from customers.models import Customer, Identity
from customers.models.customer import DEFAULT_SOURCE
from customers.values import UnusableValue

from .finding import lock_and_find
from .merging import merge
from .people import overtaken_where_taken

_PERSONAL = (
    "first_name",
    "last_name",
    "company",
    "gender",
    "email",
    "phone",
    "birth_month",
    "address_line_1",
    "postal_code",
    "description",
)


class IdentityOfAnother(Conflict):
    """The identity belongs to another known person."""

    key = "identity_of_another_customer"
    message = _("This identity belongs to another customer.")

    def __init__(self, owner: Customer) -> None:
        super().__init__(
            details=_("If both are one person, merge them in the admin; else use another id."),
            resource_id=owner.public_id,
            resource_type="customer",
        )


def link_identity(
    *, public_id: str, source: str, external_id: str, actor: Actor, at: datetime
) -> Outcome:
    """Have a source know this customer by an id of its own.

    Where an anonymous customer (no profile, not known to the shop) has it already, the two become
    one; idempotent. Raises UnusableField, UnknownCustomer, IdentityOfAnother where both are known
    people, and Overtaken where somebody does the same at this moment: begin again.
    """
    name = _read("source", source), _read("external_id", external_id)
    with transaction.atomic(savepoint=False):
        found = lock_and_find([name], public_ids=[public_id])
        meant = found.aliases.get(public_id, public_id)
        mine = [one for one in found.identities if one.customer.public_id == meant]
        known = next(
            (one for one in found.identities if (one.source, one.external_id) == name), None
        )
        if not mine:
            raise UnknownCustomer(
                details=_("Check the id, or create the customer with POST /v1/customers."),
                resource_id=public_id,
                resource_type="customer",
            )
        customer = mine[0].customer
        if known is None:
            _add(customer, mine, name, actor, at)
            return Outcome(Status.CREATED, customer.public_id)
        if known.customer_id == customer.pk:
            return Outcome(Status.DUPLICATE, customer.public_id)
        return Outcome(Status.UPDATED, _merged(customer, known.customer, actor).public_id)


def _merged(customer: Customer, owner: Customer, actor: Actor) -> Customer:
    """The one that the two become; raises IdentityOfAnother."""
    if is_anonymous(owner):
        merge(kept=customer, absorbed=owner, actor=actor, reason=str(_("became known")))
        return customer
    if is_anonymous(customer):
        merge(kept=owner, absorbed=customer, actor=actor, reason=str(_("became known")))
        return owner
    raise IdentityOfAnother(owner)


def is_anonymous(customer: Customer) -> bool:
    """Whether nobody knows who this is: nothing personal, and the shop has no id for them."""
    if any(getattr(customer, name) for name in _PERSONAL):
        return False
    return not customer.identities.filter(source=DEFAULT_SOURCE).exists()


def _add(
    customer: Customer,
    identities: Sequence[Identity],
    name: tuple[str, str],
    actor: Actor,
    at: datetime,
) -> None:
    source, external_id = name
    with overtaken_where_taken("customers_identity_external_id"):
        Identity.objects.create(
            customer=customer, source=source, external_id=external_id, created_at=at
        )
    customer.search = customer.search_text([*(one.external_id for one in identities), external_id])
    customer.updated_at = at
    customer.save(update_fields=["search", "updated_at"])
    audit.record(actor=actor, action="customer.linked", of=customer, fields=["identities"])
    facts.record(
        kind="customer.changed", subject_id=customer.pk, at=at, data={"fields": ["identities"]}
    )


def _read(field: str, written: str) -> str:
    try:
        return values.source(written) if field == "source" else values.external_id(written)
    except UnusableValue as error:
        raise UnusableField(field, error) from None
