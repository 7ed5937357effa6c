"""What is told of a profile, put on a customer in memory."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, TypedDict

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput
from config.shared.models import Project
from customers import values
from customers.errors import UnknownAdviser, UnusableField
from customers.models import Attribute, Customer
from customers.models.customer import CustomerKind, ZoneSource
from customers.residence import residence
from customers.values import Definition, UnusableValue

from .advisers import advisers_by_source_id

LARGEST_METADATA: Final = 20_000  # characters of JSON


class AddressFields(TypedDict, total=False):
    """A further address; `label` names it."""

    label: str
    recipient: str
    line_1: str
    line_2: str
    postal_code: str
    city: str
    region: str
    country: str
    phone: str


class ProfileFields(TypedDict, total=False):
    """What may be said about a customer; what is absent stays as it is.

    `adviser` is the shop's id of one, "" for none. `addresses` are taken in by label, see
    `customers.services.addresses`.
    """

    first_name: str
    last_name: str
    kind: str
    company: str
    gender: str
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
    latitude: float | None
    longitude: float | None
    description: str
    adviser: str
    addresses: list[AddressFields] | None
    metadata: dict[str, Any]


# Columns of the customer that a profile may change.
WATCHED: Final = [
    *sorted(ProfileFields.__annotations__.keys() - {"addresses", "adviser"}),
    "adviser_id",
    "zone_source",
    "zone_problem",
]
ADDRESS: Final = ("address_line_1", "address_line_2", "postal_code", "city", "region", "country")
SEARCHED: Final = {"first_name", "last_name", "company", "email", "phone", "city"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What profiles are read against: the project, the attributes and the advisers that are named.

    Of attributes and advisers only what `reading_for` found to be needed.
    """

    project: Project
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    advisers: Mapping[str, int] = field(default_factory=dict)


def reading_for(project: Project, told: Iterable[Mapping[str, Any]]) -> Reading:
    """What is needed to read these: a statement where attributes are told, one where advisers."""
    keys: set[str] = set()
    advisers: set[str] = set()
    for profile in told:
        keys.update(profile.get("metadata") or ())
        if profile.get("adviser"):
            advisers.add(profile["adviser"])
    return Reading(
        project,
        {one.key: one.definition for one in Attribute.objects.in_use(keys)} if keys else {},
        advisers_by_source_id(advisers) if advisers else {},
    )


def apply_profile(
    customer: Customer, fields: Mapping[str, Any], *, reading: Reading, at: datetime
) -> list[str]:
    """Put what is told on a customer in memory; returns the names of what is different now.

    Values may be as somebody wrote them: `customers.values` reads them. A phone without its
    country's code belongs to the customer's country, else to the project's. Addresses are another
    table and not looked at. Raises BadInput, with the customer half changed, for what cannot be.
    """
    before = {name: getattr(customer, name) for name in WATCHED}
    for name, value in fields.items():
        if name == "metadata":
            told = read_attributes(value, reading.definitions)
            customer.metadata = merged_metadata(customer.metadata, told)
        elif name == "adviser":
            customer.adviser_id = _adviser(value, reading)
        elif name in _READ:
            setattr(customer, name, _read(name, value, _READ[name]))
        elif name.startswith("birth_"):
            setattr(customer, name, value)
    _locate(customer, fields, moved=any(getattr(customer, one) != before[one] for one in ADDRESS))
    if "phone" in fields:
        country = customer.country or reading.project.country
        customer.phone = _read("phone", fields["phone"], partial(values.phone, country=country))
    settle_zone(customer, fields.get("zone"), reading.project.zone)
    _check_birth_date(customer, at)
    changed = sorted(
        name.removesuffix("_id") for name in WATCHED if getattr(customer, name) != before[name]
    )
    if changed:
        customer.updated_at = at
    return changed


def _read(name: str, written: Any, read: Callable[[str], str]) -> str:
    try:
        return read(written)
    except UnusableValue as error:
        raise UnusableField(name, error) from None


def _adviser(source_id: str, reading: Reading) -> int | None:
    if not source_id:
        return None
    if source_id not in reading.advisers:
        raise UnknownAdviser(source_id)
    return reading.advisers[source_id]


def read_attributes(
    told: Mapping[str, Any], definitions: Mapping[str, Definition]
) -> dict[str, Any]:
    """Told values in the form of their attributes; those without a definition as they are."""
    read = dict(told)
    for key, definition in definitions.items():
        if key in read:
            try:
                read[key] = values.attribute(read[key], definition)
            except UnusableValue as error:
                raise UnusableField(f"metadata.{key}", error) from None
    return read


def merged_metadata(stored: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The shop's own values after being told of some; null removes one. Raises BadInput."""
    merged = {name: value for name, value in {**stored, **told}.items() if value is not None}
    if len(json.dumps(merged)) > LARGEST_METADATA:
        raise BadInput(
            _("All values of metadata together are too large."),
            details=_("Remove some by sending them as null."),
        )
    return merged


def _line(name: str) -> Callable[[str], str]:
    longest: Any = Customer._meta.get_field(name).max_length  # type: ignore[union-attr]
    return partial(values.text, longest=longest)


def _kind(written: str) -> str:
    return values.kind_of(written) or CustomerKind.CONSUMER


# How each field is read; birth date, phone, zone and the rest need more than what was written.
_READ: Final[Mapping[str, Callable[[str], str]]] = {
    "first_name": values.name,
    "last_name": values.name,
    "kind": _kind,
    "gender": values.gender,
    "email": values.email,
    "language": values.language,
    "country": values.country,
    **{
        name: _line(name)
        for name in (
            "company",
            "region",
            "city",
            "address_line_1",
            "address_line_2",
            "postal_code",
            "description",
        )
    },
}


def settle_zone(customer: Customer, told: str | None, default_zone: str) -> None:
    """The zone follows what was told, else the address or phone, unless it was told before."""
    if told is None and customer.zone_source == ZoneSource.EXPLICIT:
        return
    lives = residence(
        given_zone=_zone_as_written(told) if told is not None else customer.zone_problem,
        country=customer.country,
        region=customer.region,
        default_zone=default_zone,
        phone=customer.phone,
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


def _locate(customer: Customer, fields: Mapping[str, Any], *, moved: bool) -> None:
    """Put the told position of the address on a customer; one who moved without one has none."""
    if "latitude" in fields or "longitude" in fields:
        try:
            customer.latitude, customer.longitude = values.position(
                fields.get("latitude"), fields.get("longitude")
            )
        except UnusableValue as error:
            raise UnusableField("address", error) from None
    elif moved:
        customer.latitude = customer.longitude = None


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
