"""How custom attributes are filled, from a sample: quick over a million customers too."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from customers import values
from customers.models import Attribute
from customers.values import Definition

SAMPLE: Final = 10_000  # customers

_HOW_MANY: Final = """
SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'customers_customer'::regclass
"""
# Whole pages of the table, the same ones each time, so that figures do not jump.
_SAMPLED: Final = """
SELECT metadata FROM customers_customer TABLESAMPLE SYSTEM (%s) REPEATABLE (1)
"""
_ALL: Final = "SELECT metadata FROM customers_customer WHERE metadata <> '{}'"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a sample of `sampled` customers says; `factor` leads from it to all."""

    contents: list[Mapping[str, Any]]
    factor: float

    @property
    def is_estimate(self) -> bool:
        return self.factor > 1

    def having(self, key: str) -> int:
        """How many customers have a value under this key."""
        return self._scaled(sum(key in one for one in self.contents))

    def misfits(self, definition: Definition) -> int:
        """How many of those values do not fit the definition."""
        key = definition.key
        told = (one[key] for one in self.contents if key in one)
        return self._scaled(sum(not values.fits(value, definition) for value in told))

    def undefined(self, defined: Iterable[str], *, most: int = 20) -> list[tuple[str, int]]:
        """Keys nobody defined with how many customers have them, the most frequent first."""
        known = set(defined)
        counted = Counter(key for one in self.contents for key in one if key not in known)
        return [(key, self._scaled(count)) for key, count in counted.most_common(most)]

    def _scaled(self, count: int) -> int:
        return round(count * self.factor)


def figures() -> Figures:
    """Look at all customers where there are few, else at a sample; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_HOW_MANY)
        [(estimate,)] = cursor.fetchall()
        share = 1.0 if estimate <= 2 * SAMPLE else SAMPLE / estimate
        if share < 1:
            cursor.execute(_SAMPLED, [100 * share])
        else:
            cursor.execute(_ALL)
        contents = [_loaded(row[0]) for row in cursor.fetchall()]
    factor = max(estimate / len(contents), 1.0) if share < 1 and contents else 1.0
    return Figures([one for one in contents if one], factor)


def _loaded(metadata: Any) -> dict[str, Any]:
    """JSONB as Python: Django turns psycopg's own decoding off for its connections."""
    loaded: dict[str, Any] = json.loads(metadata) if isinstance(metadata, str) else metadata
    return loaded


def defined_keys() -> set[str]:
    """The keys of all attributes, retired ones too."""
    return set(Attribute.objects.values_list("key", flat=True))
