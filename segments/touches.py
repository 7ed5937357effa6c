"""Which conditions a kind of fact can change the answer of; whatever is not said here, it can.

Apps above say with `register` which of their facts concern which of their fields.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from segments.kept_rules import KeptRule
from segments.models import Because

# The groups of fields about which the facts below are complete.
_OWN_GROUPS: Final = frozenset(
    {"profile", "consent", "attribute", "list", "orders", "product", "rfm", "event", "interest"}
)
# Not of scores: kept ones change when they are made anew, and that is followed by itself.
_BOUGHT: Final = frozenset({"orders", "product"})
# Changes of the profile that neither move the local day nor what may be looked at.
_PROFILE_ONLY: Final = frozenset(
    {
        *("first_name", "last_name", "kind", "company", "gender", "adviser", "email", "phone"),
        *("birth_month", "birth_day", "birth_year", "language", "country", "region", "city"),
        *("signed_up_at", "description", "metadata", "addresses", "interests"),
    }
)


@dataclass(frozen=True, slots=True)
class Touch:
    """The groups of fields and the single fields that a fact concerns; `everything` all of them.

    Fields of groups that nobody spoke for are always concerned.
    """

    groups: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    everything: bool = False

    def __or__(self, other: "Touch") -> "Touch":
        return Touch(
            self.groups | other.groups,
            self.fields | other.fields,
            self.everything or other.everything,
        )

    def concerns(self, rule: KeptRule) -> bool:
        return self.everything or any(self._concerns(field) for field in rule.fields)

    def _concerns(self, field_id: str) -> bool:
        group = field_id.partition(".")[0]
        return group not in _spoken_for or group in self.groups or field_id in self.fields


EVERYTHING: Final = Touch(everything=True)
Touching = Callable[[Mapping[str, Any]], Touch]


def _profile(data: Mapping[str, Any]) -> Touch:
    named = frozenset(data.get("fields") or ["unknown"])
    if named <= _PROFILE_ONLY:
        return Touch(frozenset({"profile", "attribute", "consent", "interest"}))
    return EVERYTHING


def _bought(_data: Mapping[str, Any]) -> Touch:
    return Touch(_BOUGHT)


def _event(data: Mapping[str, Any]) -> Touch:
    return Touch(fields=frozenset({f"event.{data.get('name', '')}"}))


def _everything(_data: Mapping[str, Any]) -> Touch:
    return EVERYTHING


_touching: dict[str, Touching] = {
    "customer.changed": _profile,
    "customer.merged": _everything,
    "customer.unmerged": _everything,
    "consent.changed": _everything,
    "order.placed": _bought,
    "order.changed": _bought,
    "return.received": _bought,
    "purchases.changed": _bought,
    "event.received": _event,
    "interest.derived": lambda _data: Touch(frozenset({"interest"})),
    "list.changed": lambda _data: Touch(frozenset({"list"})),
}
_spoken_for: set[str] = set(_OWN_GROUPS)


def register(kinds: Iterable[str], *, groups: Iterable[str]) -> None:
    """Called in an app's `ready()`: facts of these kinds, and no others, concern these groups.

    Their data names the customer as `customer`, else the subject is one.
    """
    concerned = frozenset(groups)
    for kind in kinds:
        _touching[kind] = lambda _data: Touch(concerned)
    _spoken_for.update(concerned)


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """What a fact about no single customer changes for many: fields, and why they answer anew."""

    fields: frozenset[str]
    because: Because


# What everybody's projection of purchases says, made anew for all at once.
_OF_PROJECTION: Final = frozenset(
    {
        *("orders.usual_interval", "orders.expected_next", "orders.discount_share"),
        *("product.favourite_category", "product.price_band"),
    }
)
_rebuilding: dict[str, Rebuilding] = {
    "purchases.rebuilt": Rebuilding(_OF_PROJECTION, Because.SCORES),
    "adviser.renamed": Rebuilding(frozenset({"profile.adviser"}), Because.WRITE),
}


def register_for_many(kind: str, *, fields: Iterable[str], because: Because) -> None:
    """Called in an app's `ready()`: after a fact of this kind, which names no customer, segments
    that ask one of these fields are built anew.
    """
    _rebuilding[kind] = Rebuilding(frozenset(fields), because)


def rebuilding() -> Mapping[str, Rebuilding]:
    """What each kind of fact about many customers changes."""
    return _rebuilding


def kinds() -> set[str]:
    """The kinds of facts about single customers that may change memberships."""
    return set(_touching)


def touch_of(kind: str, data: Mapping[str, Any]) -> Touch:
    return _touching[kind](data)
