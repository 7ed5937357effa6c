"""Making and changing customers."""

from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.models import Project
from customers.errors import UnknownCustomer
from customers.models import Customer, Identity
from customers.models.customer import DEFAULT_SOURCE

from . import purchases
from .addresses import AddressBook
from .ages import BIRTH_FIELDS, expire_under_age
from .locking import lock_customers
from .profile import ProfileFields, apply_profile, reading_for


def identify(
    *, source_id: str, actor: Actor, source: str = DEFAULT_SOURCE, **fields: Unpack[ProfileFields]
) -> Identity:
    """The identity with this external id, its customer made or changed as told.

    Safe to call twice at once: the second waits for the first and finds its customer.
    """
    if not source_id.strip() or len(source_id) > 120:
        raise BadInput(_("A customer's id must have 1 to 120 characters."))
    with transaction.atomic():
        known = (
            Identity.objects.select_related("customer")
            .filter(source=source, external_id=source_id)
            .first()
        )
        if known is None:
            known = _create(source=source, source_id=source_id, actor=actor)
        if fields:
            known.customer = update_customer(customer=known.customer, actor=actor, **fields)
        return known


def _create(*, source: str, source_id: str, actor: Actor) -> Identity:
    """A new customer with this identity, or the one that somebody made a moment before us."""
    now = clock.now()
    customer = Customer(zone=Project.objects.get().zone, created_at=now, updated_at=now)
    customer.search = customer.search_text([source_id])
    customer.save()
    identity, created = Identity.objects.get_or_create(
        source=source,
        external_id=source_id,
        defaults={"customer": customer, "created_at": now},
    )
    if not created:
        customer.delete()
        return Identity.objects.select_related("customer").get(pk=identity.pk)
    audit.record(actor=actor, action="customer.created", of=customer)
    facts.record(kind="customer.changed", subject_id=customer.pk, at=now, data={"fields": ["new"]})
    return identity


def update_customer(
    *, customer: Customer, actor: Actor, **fields: Unpack[ProfileFields]
) -> Customer:
    """Change what is told; raises BadInput, with nothing changed, for what cannot be, and
    UnknownCustomer for one who was erased or merged meanwhile.

    The zone follows the address as long as it was not told explicitly. `metadata` is merged: a key
    with null is removed.
    """
    with transaction.atomic():
        lock_customers([customer.pk])
        current = Customer.objects.filter(pk=customer.pk).first()
        if current is None:
            raise UnknownCustomer(details=_("Look for the customer again."))
        at = clock.now()
        reading = reading_for(Project.objects.get(), [fields])
        changed = apply_profile(current, fields, reading=reading, at=at)
        if "addresses" in fields:
            book = AddressBook()
            book.read([current.pk])
            country = current.country or reading.project.country
            if book.tell(current, fields["addresses"], country=country):
                book.write()
                changed = [*changed, "addresses"]
                current.updated_at = at
        if changed:
            external = list(current.identities.values_list("external_id", flat=True))
            current.search = current.search_text(external)
            current.save()
            if "zone" in changed:
                purchases.refresh([current.pk])  # days between orders are days on the own clock
            if BIRTH_FIELDS & set(changed):
                expire_under_age([current], at=at)
            audit.record(actor=actor, action="customer.changed", of=current, fields=changed)
            facts.record(
                kind="customer.changed", subject_id=current.pk, at=at, data={"fields": changed}
            )
        return current
