"""Which values a customer has after another record was absorbed, and after that was undone.

Pure: customers are looked at and changed in memory.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from customers.models import Customer, CustomerKind, Restriction
from customers.models.customer import ZoneSource

# Values that only make sense together: a street of one address is not put into another's town.
_GROUPS: Final = (
    ("first_name", "last_name"),
    ("email",),
    ("phone",),
    ("birth_year", "birth_month", "birth_day"),
    ("gender",),
    ("language",),
    ("description",),
    ("adviser_id",),
)
_ADDRESS: Final = (
    "address_line_1",
    "address_line_2",
    "postal_code",
    "city",
    "region",
    "country",
)
_POSITION: Final = ("latitude", "longitude")  # of the address
_BUSINESS: Final = ("kind", "company")
_ZONE: Final = ("zone", "zone_source", "zone_problem")
_RESTRICTION: Final = ("restriction", "restricted_at")
_LARGEST_METADATA: Final = 20_000  # characters of JSON


def fill_gaps(kept: Customer, absorbed: Customer) -> dict[str, Any]:
    """Give the kept customer what only the absorbed one has; returns what was filled, by field.

    The kept one's values win. A restriction of either holds for both; the earlier day of signing up
    counts; custom attributes are filled key by key (`metadata` holds the filled ones only).
    """
    filled: dict[str, Any] = {}
    for group in _GROUPS:
        if not _any(kept, group) and _any(absorbed, group):
            _take(kept, absorbed, group, filled)
    _fill_address(kept, absorbed, filled)
    if kept.kind == CustomerKind.CONSUMER and not kept.company and absorbed.company:
        _take(kept, absorbed, _BUSINESS, filled)
    if _trust(absorbed) > _trust(kept):
        _take(kept, absorbed, _ZONE, filled)
    if not kept.restriction and absorbed.restriction in Restriction.values:
        _take(kept, absorbed, _RESTRICTION, filled)
    if absorbed.signed_up_at and (
        kept.signed_up_at is None or absorbed.signed_up_at < kept.signed_up_at
    ):
        _take(kept, absorbed, ("signed_up_at",), filled)
    more = {key: value for key, value in absorbed.metadata.items() if key not in kept.metadata}
    if more and len(json.dumps(kept.metadata | more)) <= _LARGEST_METADATA:
        kept.metadata = kept.metadata | more
        filled["metadata"] = more
    return filled


def _fill_address(kept: Customer, absorbed: Customer, filled: dict[str, Any]) -> None:
    """What the kept address lacks, and where it lies, unless they are two addresses."""
    if not _fits(kept, absorbed):
        return
    missing = [name for name in _ADDRESS if not getattr(kept, name) and getattr(absorbed, name)]
    _take(kept, absorbed, missing, filled)
    if kept.latitude is None and absorbed.latitude is not None:
        _take(kept, absorbed, _POSITION, filled)


def take_back(kept: Customer, filled: Mapping[str, Any], before: Customer) -> list[str]:
    """Give the kept customer back what was there before the gaps were filled.

    What was changed since stays, with what belongs to it. Returns the fields that changed.
    """
    changed = []
    address = (*_ADDRESS, *_POSITION)
    for group in (*_GROUPS, address, _BUSINESS, _ZONE, _RESTRICTION, ("signed_up_at",)):
        names = [name for name in group if name in filled]
        if all(_plain(getattr(kept, name)) == filled[name] for name in names):
            for name in names:
                setattr(kept, name, getattr(before, name))
            changed += names
    told = filled.get("metadata", {})
    unchanged = {key for key, value in told.items() if kept.metadata.get(key) == value}
    if unchanged:
        kept.metadata = {k: value for k, value in kept.metadata.items() if k not in unchanged}
        changed.append("metadata")
    return changed


def lost_values(kept: Customer, absorbed: Customer) -> list[str]:
    """Fields in which both say something else: the absorbed value only waits for an undo."""
    names = [name for group in (*_GROUPS, _ADDRESS, ("company",)) for name in group]
    return [
        name
        for name in names
        if getattr(absorbed, name)
        and getattr(kept, name)
        and getattr(kept, name) != getattr(absorbed, name)
    ]


def _fits(kept: Customer, absorbed: Customer) -> bool:
    """Whether the absorbed address may complete the kept one: it does not contradict it."""
    return all(
        not getattr(kept, name) or getattr(kept, name) == getattr(absorbed, name)
        for name in _ADDRESS
    )


def _trust(customer: Customer) -> int:
    order = [ZoneSource.DEFAULT, ZoneSource.PHONE, ZoneSource.ADDRESS, ZoneSource.EXPLICIT]
    return order.index(ZoneSource(customer.zone_source))


def _any(customer: Customer, names: Iterable[str]) -> bool:
    return any(getattr(customer, name) for name in names)


def _take(kept: Customer, absorbed: Customer, names: Iterable[str], filled: dict[str, Any]) -> None:
    for name in names:
        if getattr(kept, name) != getattr(absorbed, name):
            value = getattr(absorbed, name)
            setattr(kept, name, value)
            filled[name] = value


def _plain(value: Any) -> Any:
    """As it is after having been JSON."""
    return value.isoformat() if hasattr(value, "isoformat") else value
