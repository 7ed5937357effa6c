"""The one registry of segment fields.

The builder, the validator, the compiler, the sentence, the API schema and the docs read it; apps
above `segments` register fields of their own in `AppConfig.ready()`. A field's id is `group.name`,
frozen once released. A field without a data category cannot be made. Where the names of a group are
data (custom attributes, events of the shop's own), a `Family` makes its fields when asked.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.rules import operators
from segments.rules.binding import Binder
from segments.rules.search import Search
from segments.rules.tree import Condition

Predicate = Callable[[Condition, Binder], str]
Seen = Callable[[Condition, Binder], str]
Wakes = Callable[[Condition, Binder], str | None]
"""SQL over `c` for the earliest instant after the binder's moment at which passing time alone may
change what a condition comes to; None, or NULL for a customer, where it never does."""
Coming = Callable[[Condition, Binder], str]
Choices = Callable[[], Mapping[str, str | Promise]]
_EMPTIES = frozenset({"empty", "not_empty"})
_OF_DAYS = frozenset({"date", "datetime", "recurring"})


@dataclass(frozen=True, slots=True)
class Detail:
    """Something by which the facts of a field can be narrowed (`where`).

    `predicate` gives SQL over the fact's own aliases that is true or false, never NULL.
    """

    id: str
    label: str | Promise
    type: str
    predicate: Predicate
    choices: Choices | None = None
    search: Search | None = None

    @property
    def operators(self) -> dict[str, operators.Operator]:
        return operators.BY_TYPE[self.type]


@dataclass(frozen=True, slots=True)
class Field:
    """`predicate` gives SQL over `c` (customers_customer) that is true or false, never NULL:
    a missing value makes positive comparisons false and negative ones true. `seen` gives SQL for
    the value to show in an explanation, as text.

    `nullable` says that the value may be missing; a count never is.
    `details` are what `where` may name; `more_details` is asked for other names.
    `more_categories` finds the kinds of data that a condition needs beside `category`;
    `categories` finds all of them, where the condition itself says which are meant. `nests` says
    that the value names segments: the parser puts their rules in place of the condition. `search`
    is how people find the values, where they are too many to choose from or no choices at all.

    `wakes` says when passing time may change an answer (`passing.never`: it does not), and has to
    be given: who forgot it would be in a segment for too long. `coming` gives SQL for the earliest
    thing known already that will count later (an order dated tomorrow, a consent that ends),
    whatever the condition asks; NULL where there is none. Both may be early, never late.

    `settings` asks what the project decided about the field. It is read with the rule and stands
    in the condition (its `repr` has to tell one from another), so a change is another question.
    """

    id: str
    label: str | Promise
    type: str
    category: DataCategory
    predicate: Predicate
    seen: Seen
    windowed: bool = False
    nullable: bool = True
    choices: Choices | None = None
    search: Search | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
    more_details: Callable[[str], Detail | None] | None = None
    more_categories: Callable[[Condition], frozenset[DataCategory]] | None = None
    categories: Callable[[Condition], frozenset[DataCategory]] | None = None
    nests: bool = False
    wakes: Wakes | None = None
    coming: Coming | None = None
    settings: Callable[[], Any] | None = None

    def categories_of(self, condition: Condition) -> frozenset[DataCategory]:
        """All kinds of data that a condition on this field looks at."""
        if self.categories is not None:
            return self.categories(condition)
        more = self.more_categories(condition) if self.more_categories else frozenset()
        return more | {self.category}

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]

    @property
    def operators(self) -> dict[str, operators.Operator]:
        known = operators.BY_TYPE[self.type]
        if self.nullable:
            return known
        return {name: operator for name, operator in known.items() if name not in _EMPTIES}

    def detail(self, name: str) -> Detail | None:
        """What `where` calls by this name, or None."""
        found = self.details.get(name)
        if found is None and self.more_details is not None:
            return self.more_details(name)
        return found


@dataclass(frozen=True, slots=True)
class Family:
    """Fields whose names are data: `find` makes the one of a name (None for none), `listed` those
    that can be offered. `gone` says what to tell where a stored rule names one that is no more.
    Where people may name one that is not listed, `any_name` is how that is offered.
    """

    group: str
    find: Callable[[str], Field | None]
    listed: Callable[[], list[Field]]
    gone: str | Promise
    any_name: str | Promise = ""


FIELDS: dict[str, Field] = {}
FAMILIES: dict[str, Family] = {}
GROUPS: dict[str, str | Promise] = {
    "profile": _("Profile"),
    "consent": _("Consent"),
    "geo": _("Places"),
    "attribute": _("Custom attributes"),
    "orders": _("Orders"),
    "product": _("What was bought"),
    "rfm": _("Recency, frequency, monetary"),
    "interest": _("Interests"),
    "event": _("Behaviour"),
    "segment": _("Other segments"),
    "list": _("Lists"),
}


def register(field: Field) -> None:
    """Add a field; raises ValueError for an id that is taken or has no group."""
    if "." not in field.id:
        raise ValueError(f"{field.id}: a field's id is group.name")
    if field.id in FIELDS or field.group in FAMILIES:
        raise ValueError(f"{field.id} is registered already")
    FIELDS[checked(field).id] = field


def checked(field: Field) -> Field:
    """The field, if it may exist; raises TypeError for one without a data category, or that does
    not say when passing time changes its answers.
    """
    if not isinstance(field.category, DataCategory):
        raise TypeError(f"{field.id} has no data category")
    if field.wakes is None:
        raise TypeError(f"{field.id} does not say by `wakes` when passing time changes its answers")
    if field.windowed and field.coming is None:
        raise TypeError(f"{field.id} does not say by `coming` when facts of later days will count")
    if any(detail.type in _OF_DAYS for detail in field.details.values()):
        raise TypeError(f"{field.id}: facts cannot be narrowed by days, nothing would wake them")
    return field


def register_family(family: Family) -> None:
    """Add a family; raises ValueError where its group is taken."""
    if family.group in FAMILIES or any(known.group == family.group for known in FIELDS.values()):
        raise ValueError(f"{family.group} is registered already")
    FAMILIES[family.group] = family


_remembered: ContextVar[Mapping[str, Field] | None] = ContextVar("vesile_fields", default=None)


@contextmanager
def remembering(fields: Mapping[str, Field]) -> Iterator[None]:
    """In the block these fields, by their ids, are known without asking their families again."""
    token = _remembered.set(fields)
    try:
        yield
    finally:
        _remembered.reset(token)


def field_of(field_id: str) -> Field | None:
    """The field of this id, or None."""
    found = (_remembered.get() or FIELDS).get(field_id) or FIELDS.get(field_id)
    if found is not None:
        return found
    group, _dot, name = field_id.partition(".")
    family = FAMILIES.get(group)
    made = family.find(name) if family and name else None
    return checked(made) if made else None


def all_fields() -> Iterator[Field]:
    """Every field that can be offered, those of families included, in the order of groups."""
    order = list(GROUPS)
    known = [*FIELDS.values()]
    for family in FAMILIES.values():
        known += family.listed()
    yield from sorted(known, key=lambda f: order.index(f.group) if f.group in order else len(order))
