"""The registry of personal data: what we hold on a person, what of it is handed out, what erasure
does with it.

Every app says for each of its models, in `AppConfig.ready()`, how rows belong to a person and what
each field is; a test fails for a field that nobody registered. The record of a person
(`customers.record`) and erasure (`customers.services.erasure`) walk this registry, so that a new
model is in both once it is here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from django.db.models import Exists, ForeignKey, Model, Q
from django.utils.functional import Promise

Text = str | Promise
Owned = Callable[[Sequence[int]], Q]
"""From primary keys of customers to the condition that a row is theirs."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What erasure writes over a field of a row that stays: an SQL expression, else the field's
    moment without its time of day.
    """

    sql: str = ""


UNLINKED = Fate("NULL")
EMPTIED = Fate("''")
EMPTY_OBJECT = Fate("'{}'::jsonb")
DAY_ONLY = Fate()


def token(prefix: str = "erased-", digits: int = 32) -> Fate:
    """A random text of its own for each row, with up to 122 bits that lead nowhere."""
    return Fate(
        f"'{prefix}' || left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),"
        f" {digits})"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The rows of one model that are about people.

    `owner` is the look-up from a row to its customer, or says which rows are theirs. Every concrete
    field is either `shown` (handed out to the person), `internal` (about the person, but only of
    use to us, or shown by another name in `also`) or `general` (says nothing about a person).
    `also` adds to the record what a look-up finds, by name. `money` names amounts in minor units
    with the look-up of their currency. With `within`, a foreign key, rows appear inside those that
    they belong to.

    Erasure deletes the rows; those that `stay` (all, or where the condition holds) lose what
    `erased` names. `facts` are beginnings of the kinds of facts whose subject is such a row.
    """

    model: type[Model]
    kind: str
    title: Text
    owner: str | Owned
    shown: Sequence[str] = ()
    internal: Sequence[str] = ()
    general: Sequence[str] = ()
    also: Mapping[str, str] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    stay: bool | Exists = False
    erased: Mapping[str, Fate] = field(default_factory=dict)
    facts: Sequence[str] = ()

    @property
    def named(self) -> list[str]:
        """Every field the entry says something about."""
        return [*self.shown, *self.internal, *self.general]

    def owned_by(self, customer_ids: Sequence[int]) -> Q:
        """Condition: the row is about one of these customers."""
        if isinstance(self.owner, str):
            return Q(**{f"{self.owner}__in": customer_ids})
        return self.owner(customer_ids)


@dataclass(frozen=True, slots=True)
class Impersonal:
    """A model whose rows are about no customer, and why that is so."""

    model: type[Model]
    named: Sequence[str]
    because: str


_holdings: dict[type[Model], Holding] = {}
_impersonal: dict[type[Model], Impersonal] = {}
_naming: list[Callable[[Sequence[int]], set[str]]] = []
_sections: dict[str, "Section"] = {}


def hold(holding: Holding) -> None:
    """Register a model with personal data; ValueError where it is registered already."""
    _claim(holding.model)
    _holdings[holding.model] = holding


def impersonal(model: type[Model], *fields: str, because: str) -> None:
    """Register a model without customers' data, field by field."""
    _claim(model)
    _impersonal[model] = Impersonal(model, fields, because)


def _claim(model: type[Model]) -> None:
    if model in _holdings or model in _impersonal:
        raise ValueError(f"{model.__name__} is registered already")


def name_people(words: Callable[[Sequence[int]], set[str]]) -> None:
    """Say by which words of an app files and stored answers can name these customers: codes and our
    own ids, nothing that could mean somebody else.
    """
    _naming.append(words)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the record that is no model's rows: `load` gets the customer's primary key."""

    kind: str
    title: Text
    load: Callable[[int], list[dict[str, Any]]]


def add_section(section: Section) -> None:
    """Add a part to the record of a person; ValueError where its kind is taken."""
    if section.kind in _sections:
        raise ValueError(f"there is a section {section.kind} already")
    _sections[section.kind] = section


def holdings() -> list[Holding]:
    """In the order in which they were registered: the person first, upper apps last."""
    return list(_holdings.values())


def sections() -> list[Section]:
    return list(_sections.values())


def entries() -> dict[type[Model], Sequence[str]]:
    """The fields that are registered, by model."""
    named: dict[type[Model], Sequence[str]] = {h.model: h.named for h in holdings()}
    return named | {one.model: one.named for one in _impersonal.values()}


def deletion_order() -> list[Holding]:
    """Holdings so that a row is gone before the rows it refers to."""
    order: TopologicalSorter[type[Model]] = TopologicalSorter()
    for model in _holdings:
        order.add(model)
        for key in model._meta.get_fields():
            target = key.related_model if isinstance(key, ForeignKey) else None
            if target in _holdings and target is not model:
                order.add(target, model)
    return [_holdings[model] for model in order.static_order()]


def words_of(customer_ids: Sequence[int]) -> set[str]:
    """What the apps know these customers by, without empty words."""
    return {word for naming in _naming for word in naming(customer_ids) if word}
