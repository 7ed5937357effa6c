"""Which records may be one person, and what merging two of them would do."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from customers import merging
from customers.merged_profile import fill_gaps, lost_values
from customers.models import Customer, Identity
from customers.models.customer import ZoneSource

MOST_ALIKE: Final = 10
SHARED: Final = ("email", "phone")
_GROUPS_PER_PAGE: Final = 25
_SHOWN_PER_GROUP: Final = 5

_SHARED_VALUES: Final = {
    name: f"""
        SELECT {name}, count(*) FROM customers_customer
        WHERE {name} <> '' AND {name} > %(after)s
        GROUP BY {name} HAVING count(*) > 1
        ORDER BY {name} LIMIT %(limit)s
    """
    for name in SHARED
}


def alike(customer: Customer) -> list[Customer]:
    """Other customers with the same e-mail or phone; at most one statement."""
    same = Q()
    for name in SHARED:
        if value := getattr(customer, name):
            same |= Q(**{name: value})
    if not same:
        return []
    return list(Customer.objects.filter(same).exclude(pk=customer.pk).order_by("pk")[:MOST_ALIKE])


@dataclass(frozen=True, slots=True)
class Group:
    """Customers who share an e-mail or phone; `count` may be more than are shown."""

    value: str
    count: int
    customers: Sequence[Customer]


def possible_duplicates(by: str, *, after: int | None = None) -> tuple[list[Group], int | None]:
    """A page of groups in the order of what they share; `after`, a customer of the last group
    before, and the same for the next page.

    Read from the partial index of that column, group by group; at most three statements.
    """
    last = Customer.objects.filter(pk=after).values_list(by, flat=True).first() if after else ""
    with connection.cursor() as cursor:
        cursor.execute(_SHARED_VALUES[by], {"after": last or "", "limit": _GROUPS_PER_PAGE + 1})
        rows = cursor.fetchall()
    counts = dict(rows[:_GROUPS_PER_PAGE])
    members: dict[str, list[Customer]] = {value: [] for value in counts}
    for customer in _some_of_each(by, list(counts)):
        members[getattr(customer, by)].append(customer)
    groups = [
        Group(value, count, members[value])
        for value, count in counts.items()
        if len(members[value]) > 1  # not merged since the counting
    ]
    has_more = len(rows) > _GROUPS_PER_PAGE and groups
    return groups, groups[-1].customers[0].pk if has_more else None


def first_duplicates(
    kinds: Sequence[str], *, after: int | None = None
) -> tuple[str, list[Group], int | None]:
    """The first of these that customers share at all, and a page of it; else the first, empty."""
    for by in kinds:
        groups, more = possible_duplicates(by, after=after)
        if groups:
            return by, groups, more
    return kinds[0], [], None


def _some_of_each(by: str, values: list[str]) -> Iterable[Customer]:
    if not values:
        return []
    return Customer.objects.raw(
        f"""
        SELECT one.* FROM unnest(%s::text[]) AS shared(value)
        CROSS JOIN LATERAL (
            SELECT c.* FROM customers_customer c WHERE c.{by} = shared.value
            ORDER BY c.id LIMIT {_SHOWN_PER_GROUP}
        ) AS one
        ORDER BY one.id
        """,
        [values],
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of two records and what it will be."""

    name: str
    kept: Any
    absorbed: Any
    result: Any
    is_lost: bool


_COMPARED: Final = (
    "first_name",
    "last_name",
    "kind",
    "company",
    "gender",
    "email",
    "phone",
    "birth_day",
    "language",
    "address_line_1",
    "postal_code",
    "city",
    "region",
    "country",
    "zone",
    "adviser",
    "description",
    "restriction",
)


def compared(kept: Customer, absorbed: Customer) -> list[Compared]:
    """The fields of which at least one record has a value, in the order of the profile."""
    result = copy(kept)
    fill_gaps(result, absorbed)
    lost = {name.removesuffix("_id") for name in lost_values(kept, absorbed)}
    rows = []
    for field in _COMPARED:
        before, other, after = (_shown(one, field) for one in (kept, absorbed, result))
        if before or other:
            is_lost = field in lost or other not in ("", after)
            rows.append(Compared(_words(field), before, other, after, is_lost))
    return rows


def _words(field: str) -> str:
    if field == "birth_day":
        return _("birth date")
    told: Any = Customer._meta.get_field(field)
    return str(told.verbose_name)


def _shown(customer: Customer, field: str) -> str:
    if field == "birth_day":
        if customer.birth_day is None:
            return ""
        year = f"{customer.birth_year:04d}-" if customer.birth_year else "--"
        return f"{year}{customer.birth_month:02d}-{customer.birth_day:02d}"
    if field == "zone" and customer.zone_source != ZoneSource.EXPLICIT:
        return ""  # it follows from the address
    display = getattr(customer, f"get_{field}_display", None)
    value = display() if display else getattr(customer, field)
    return str(value or "")


@dataclass(frozen=True, slots=True)
class Going:
    """How many rows of a kind go over."""

    name: str
    count: int


def going_over(absorbed: Customer) -> list[Going]:
    """What goes over with the absorbed record, by kind; a statement for each kind there is."""
    rows = []
    for relation in Identity._meta.related_objects:
        model, field = relation.related_model, relation.field.name
        manager = model._default_manager
        rows.append((model, manager.filter(**{f"{field}__customer": absorbed}).count()))
    for entry in merging.moved():
        if entry.model is not Identity:
            manager = entry.model._default_manager
            rows.append((entry.model, manager.filter(**{entry.field: absorbed}).count()))
    return [Going(str(model._meta.verbose_name_plural), count) for model, count in rows if count]
