"""The one registry of segment fields.

The builder, the validator, the compiler, the sentence and the docs read it; apps above `segments`
register fields of their own in `AppConfig.ready()`. A field's id is `group.name`, frozen once
released. A field without a data category cannot be made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from customers.models import DataCategory
from segments.rules import operators
from segments.rules.binding import Binder
from segments.rules.tree import Condition

Predicate = Callable[[Condition, Binder], str]
Seen = Callable[[Condition, Binder], str]


@dataclass(frozen=True, slots=True)
class Field:
    """`predicate` gives SQL over `c` (customers_customer) that is true or false, never NULL:
    a missing value makes positive comparisons false and negative ones true. `seen` gives SQL for
    the value to show in an explanation.
    """

    id: str
    label: Promise
    type: str
    category: DataCategory
    predicate: Predicate
    seen: Seen
    windowed: bool = False
    choices: Callable[[], Mapping[str, str | Promise]] | None = None

    @property
    def operators(self) -> dict[str, operators.Operator]:
        return operators.BY_TYPE[self.type]


FIELDS: dict[str, Field] = {}


def register(field: Field) -> None:
    """Add a field; raises ValueError for an id that is taken or has no group."""
    if "." not in field.id:
        raise ValueError(f"{field.id}: a field's id is group.name")
    if field.id in FIELDS:
        raise ValueError(f"{field.id} is registered already")
    if not isinstance(field.category, DataCategory):
        raise TypeError(f"{field.id} has no data category")
    FIELDS[field.id] = field
