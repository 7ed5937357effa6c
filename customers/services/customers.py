"""Making and changing customers."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.models import Project
from customers import values
from customers.errors import UnusableField
from customers.models import Customer, Identity
from customers.models.customer import DEFAULT_SOURCE, ZoneSource
from customers.residence import residence
from customers.values import UnusableValue

from . import purchases
from .ages import BIRTH_FIELDS, expire_under_age
from .locking import lock_customers

LARGEST_METADATA: Final = 20_000  # characters of JSON
# Facts name these fields, because an occasion may depend on them.
OCCASION_FIELDS = {"birth_month", "birth_day", "country", "zone"}


class ProfileFields(TypedDict, total=False):
    """What may be said about a customer; what is absent stays as it is."""

    first_name: str
    last_name: str
    email: str
    phone: str
    birth_month: int | None
    birth_day: int | None
    birth_year: int | None
    language: str
    country: str
    region: str
    city: str
    zone: str
    address_line_1: str
    address_line_2: str
    postal_code: str
    description: str
    metadata: dict[str, Any]


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
    """Change what is told; raises BadInput, with nothing changed, for what cannot be.

    The zone follows the address as long as it was not told explicitly. `metadata` is merged: a key
    with null is removed.
    """
    with transaction.atomic():
        lock_customers([customer.pk])
        current = Customer.objects.get(pk=customer.pk)
        changed = apply_profile(current, fields, project=Project.objects.get(), at=clock.now())
        if changed:
            external = list(current.identities.values_list("external_id", flat=True))
            current.search = current.search_text(external)
            current.save()
            if "zone" in changed:
                purchases.refresh([current.pk])  # days between orders are days on the own clock
            if BIRTH_FIELDS & set(changed):
                expire_under_age([current], at=current.updated_at)
            audit.record(actor=actor, action="customer.changed", of=current, fields=changed)
            facts.record(
                kind="customer.changed",
                subject_id=current.pk,
                at=current.updated_at,
                data={"fields": changed},
            )
        return current


def apply_profile(
    customer: Customer, fields: Mapping[str, Any], *, project: Project, at: datetime
) -> list[str]:
    """Put what is told on a customer in memory; returns the names of what is different now.

    Values may be as somebody wrote them: `customers.values` reads them. A phone without its
    country's code belongs to the customer's country, else to the project's. Raises BadInput, with
    the customer half changed, for what cannot be.
    """
    before = {name: getattr(customer, name) for name in WATCHED}
    for name, value in fields.items():
        if name == "metadata":
            customer.metadata = merged_metadata(customer.metadata, value)
        elif name in _READ:
            setattr(customer, name, _read(name, value, _READ[name]))
        elif name.startswith("birth_"):
            setattr(customer, name, value)
    if "phone" in fields:
        country = customer.country or project.country
        customer.phone = _read("phone", fields["phone"], partial(values.phone, country=country))
    _settle_zone(customer, fields.get("zone"), project.zone)
    _check_birth_date(customer, at)
    changed = sorted(name for name in WATCHED if getattr(customer, name) != before[name])
    if changed:
        customer.updated_at = at
    return changed


def _read(name: str, written: Any, read: Callable[[str], str]) -> str:
    try:
        return read(written)
    except UnusableValue as error:
        raise UnusableField(name, error) from None


def merged_metadata(stored: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The shop's own values after being told of some; null removes one. Raises BadInput."""
    merged = {name: value for name, value in {**stored, **told}.items() if value is not None}
    if len(json.dumps(merged)) > LARGEST_METADATA:
        raise BadInput(
            _("All values of metadata together are too large."),
            details=_("Remove some by sending them as null."),
        )
    return merged


WATCHED = [*ProfileFields.__annotations__, "zone_source", "zone_problem"]


def _line(field: str) -> Callable[[str], str]:
    longest: Any = Customer._meta.get_field(field).max_length  # type: ignore[union-attr]
    return partial(values.text, longest=longest)


# How each field is read; birth date, phone, zone and metadata need more than what was written.
_READ: Final[Mapping[str, Callable[[str], str]]] = {
    "first_name": values.name,
    "last_name": values.name,
    "email": values.email,
    "language": values.language,
    "country": values.country,
    "region": _line("region"),
    "city": _line("city"),
    "address_line_1": _line("address_line_1"),
    "address_line_2": _line("address_line_2"),
    "postal_code": _line("postal_code"),
    "description": _line("description"),
}


def _settle_zone(customer: Customer, told: str | None, default_zone: str) -> None:
    if told is None and customer.zone_source == ZoneSource.EXPLICIT:
        return
    lives = residence(
        given_zone=_zone_as_written(told) if told is not None else customer.zone_problem,
        country=customer.country,
        region=customer.region,
        default_zone=default_zone,
    )
    customer.zone, customer.zone_source, customer.zone_problem = (
        lives.zone,
        lives.source,
        lives.problem,
    )


def _zone_as_written(told: str) -> str:
    """The zone that is meant, or what was told, which `residence` then flags."""
    try:
        return values.zone(told)
    except UnusableValue:
        return told.strip()


def _check_birth_date(customer: Customer, at: datetime) -> None:
    if customer.birth_month is not None and customer.birth_day is not None:
        try:
            values.check_birth_date(
                month=customer.birth_month,
                day=customer.birth_day,
                year=customer.birth_year,
                today=at.date(),
            )
        except UnusableValue as error:
            raise UnusableField("birthdate", error) from None
    elif (customer.birth_month, customer.birth_day, customer.birth_year) != (None, None, None):
        raise BadInput(_("A birth date needs its month and its day; only the year may be missing."))
