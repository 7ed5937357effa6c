"""Customers by their identities or our ids: found, locked and read in one statement."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models

from config.shared.idempotency import Overtaken
from customers.models import Customer, Identity, Merge

# A customer who is merged into another while we wait for the lock is gone then, but the identity is
# not: the outer join shows that, where a plain join would leave both out as if nobody was known.
_FIND: Final = """
WITH found AS MATERIALIZED (
    SELECT i.id, i.customer_id, i.source, i.external_id, i.created_at
    FROM customers_identity i
    JOIN unnest(%(sources)s::text[], %(external_ids)s::text[]) AS asked(source, external_id)
      ON i.source = asked.source AND i.external_id = asked.external_id
    UNION
    SELECT i.id, i.customer_id, i.source, i.external_id, i.created_at
    FROM customers_identity i WHERE i.id = ANY(%(identities)s)
), locked AS MATERIALIZED (
    SELECT c.* FROM customers_customer c
    WHERE c.id IN (SELECT customer_id FROM found)
    ORDER BY c.id
    FOR NO KEY UPDATE OF c
)
SELECT found.id, found.customer_id, found.source, found.external_id, found.created_at, {columns}
FROM found LEFT JOIN locked ON locked.id = found.customer_id
ORDER BY found.customer_id, found.id
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Identities with `customer` loaded, by customer and age; `aliases` are the ids of customers
    who were merged into others, with the id that now counts.
    """

    identities: list[Identity]
    aliases: dict[str, str]


def lock_and_find(names: Iterable[tuple[str, str]], *, public_ids: Iterable[str] = ()) -> Found:
    """Lock the customers behind these (source, external id) and these ids of ours, in ascending
    order, and read them.

    An id of ours finds all identities. One statement, two where ids of ours are among them, three
    where some of those are unknown or aliases. Raises Overtaken where somebody merged one of them
    meanwhile: begin again.
    """
    asked = sorted(set(names))
    ours = set(public_ids)
    identities, aliases = _identities_of(ours) if ours else ([], {})
    fields: list[models.Field[Any, Any]] = list(Customer._meta.concrete_fields)
    columns = ", ".join(f'locked."{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND.format(columns=columns),
            {
                "sources": [source for source, _external_id in asked],
                "external_ids": [external_id for _source, external_id in asked],
                "identities": identities,
            },
        )
        rows = cursor.fetchall()
    found = []
    for pk, _customer, source, external_id, created_at, *values in rows:
        if values[0] is None:
            raise Overtaken
        customer = Customer.from_db(
            connection.alias,
            [field.attname for field in fields],
            [_loaded(field, value) for field, value in zip(fields, values, strict=True)],
        )
        found.append(
            Identity(
                pk=pk,
                customer=customer,
                source=source,
                external_id=external_id,
                created_at=created_at,
            )
        )
        found[-1]._state.adding = False
    return Found(found, aliases)


def _loaded(field: "models.Field[Any, Any]", value: Any) -> Any:
    """JSONB as Python: Django turns psycopg's own decoding off for its connections."""
    is_text = isinstance(field, models.JSONField) and isinstance(value, str)
    return json.loads(value) if is_text else value


def _identities_of(public_ids: set[str]) -> tuple[list[int], dict[str, str]]:
    """Primary keys of the identities of these customers, and the aliases among the ids."""
    rows = Identity.objects.filter(customer__public_id__in=public_ids)
    known = dict(rows.values_list("pk", "customer__public_id"))
    missing = public_ids - set(known.values())
    if not missing:
        return list(known), {}
    merged = Merge.objects.in_force().filter(absorbed_public_id__in=missing)
    pairs = merged.values_list("kept__identities", "absorbed_public_id", "kept__public_id")
    aliases = {absorbed: kept for _identity, absorbed, kept in pairs}
    return [*known, *(identity for identity, _absorbed, _kept in pairs)], aliases
