"""The registry of template variables: what a template may name, and how it gets its value.

Apps register a `Provider` in `AppConfig.ready()`. A provider answers for a whole batch of claims,
so filling in two hundred messages costs as many queries as filling in one. Values are plain: text,
numbers, yes or no, or None for "not known". Nothing else can get into a template.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise

from customers.models import DataCategory
from customers.selectors import gated_categories, permitted_categories
from messaging.claims import Claim

Value = str | int | Decimal | bool | None
NOT_PERSONAL: Final = "NOT_PERSONAL"
"""The category of what is the same for everybody: the brand, the offer, the occasion."""

_CATEGORIES = frozenset(DataCategory.values) | {NOT_PERSONAL}


@dataclass(frozen=True, slots=True)
class Variable:
    """`path` is what templates write (`customer.first_name`); `category` says what knowledge about
    a person it uses. With `may_be_missing` a template must say what to write instead.
    """

    path: str
    label: Promise
    category: str
    may_be_missing: bool = False

    def __post_init__(self) -> None:
        if self.category not in _CATEGORIES:
            raise ValueError(f"{self.path} needs a data category, not {self.category!r}")


Build = Callable[[Sequence[Claim], datetime], Mapping[int, Mapping[str, Value]]]


@dataclass(frozen=True, slots=True)
class Provider:
    """Variables and what finds their values: {position in the batch: {path: value}}."""

    variables: tuple[Variable, ...]
    build: Build


_providers: list[Provider] = []
_variables: dict[str, Variable] = {}


def register(*variables: Variable, build: Build) -> None:
    """Add variables; ValueError where a path is taken already or stands for a group of others."""
    for variable in variables:
        for taken in _variables:
            longer, shorter = sorted((variable.path, taken), key=len, reverse=True)
            if longer == shorter or longer.startswith(f"{shorter}."):
                raise ValueError(f"{variable.path} collides with {taken}")
        _variables[variable.path] = variable
    _providers.append(Provider(variables, build))


def variables() -> Mapping[str, Variable]:
    """All registered variables by path, for the linter and for the list beside the editor."""
    return _variables


def values_for(claims: Sequence[Claim], *, at: datetime) -> list[dict[str, object]]:
    """For each claim, in order, the nested mapping its template is filled in with.

    What uses a kind of data that the project gates and the customer has not allowed is None.
    """
    results: list[dict[str, object]] = [{} for _ in claims]
    hidden = _hidden(claims, at)
    for provider in _providers:
        built = provider.build(claims, at)
        for position, result in enumerate(results):
            given = built.get(position, {})
            for variable in provider.variables:
                if variable.category in hidden[position]:
                    _put(result, variable.path, None)
                    continue
                _put(result, variable.path, _plain(given.get(variable.path), variable.path))
    return results


def _hidden(claims: Sequence[Claim], at: datetime) -> list[set[str]]:
    """The kinds of data that may not be used, by claim."""
    gated = {c.value for c in gated_categories()} & {v.category for v in _variables.values()}
    if not gated:
        return [set() for _ in claims]
    permitted = permitted_categories({claim.customer.pk for claim in claims}, at=at)
    return [gated - permitted.get(claim.customer.pk, set()) for claim in claims]


def examples() -> dict[str, object]:
    """Values for a trial: whatever may be missing is missing, the rest is a short text."""
    values: dict[str, object] = {}
    for variable in _variables.values():
        _put(values, variable.path, None if variable.may_be_missing else "1")
    return values


def _plain(value: object, path: str) -> Value:
    if value is None or isinstance(value, str | int | Decimal):
        # Django's lazy and safe strings are subclasses; a template gets exactly text.
        return str.__str__(value) if isinstance(value, str) else value
    raise TypeError(f"{path} is a {type(value).__name__}; templates get plain values only")


def _put(result: dict[str, object], path: str, value: Value) -> None:
    *groups, name = path.split(".")
    for group in groups:
        result = result.setdefault(group, {})  # type: ignore[assignment]
    result[name] = value
