"""Receiving what happened in the shop, idempotent by the shop's own ids."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import facts
from config.shared.actors import Actor
from config.shared.errors import Refused, VesileError
from config.shared.idempotency import Overtaken
from config.shared.models import Fact, Project
from config.shared.models.project import UnpermittedEvents
from customers.asked import AskedEvent, Outcome, Status
from customers.models import Identity
from customers.models.customer import DEFAULT_SOURCE
from customers.selectors import as_categories, permitted_categories

from .people import People
from .products import resolve_products

_ADD = """
WITH given AS (
    SELECT *
    FROM unnest(%(identities)s::bigint[], %(products)s::bigint[], %(names)s::text[],
                %(categories)s::text[], %(external_ids)s::text[], %(occurred)s::timestamptz[],
                %(properties)s::jsonb[])
        WITH ORDINALITY AS g (identity_id, product_id, name, data_category, external_id,
                              occurred_at, properties, place)
), added AS (
    INSERT INTO customers_event (identity_id, product_id, name, data_category, source, external_id,
                                 occurred_at, received_at, properties)
    SELECT identity_id, product_id, name, data_category, %(source)s, external_id,
           occurred_at, %(at)s, properties
    FROM given
    ORDER BY external_id, place
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING id, external_id
)
SELECT id, external_id, TRUE FROM added
UNION ALL
SELECT id, external_id, FALSE FROM customers_event
WHERE source = %(source)s AND external_id = ANY(%(external_ids)s)
"""


class UseNotAllowed(Refused):
    """The customer did not allow the use of this kind of data."""

    key = "data_use_not_allowed"
    message = _("The customer has not allowed the use of this kind of data.")


def receive_events(
    *, asked: Sequence[AskedEvent], actor: Actor, at: datetime, source: str = DEFAULT_SOURCE
) -> list[Outcome]:
    """Store each of these events; one that was told before is a duplicate and changes nothing.

    Customers and products that we do not know yet are made. An event about gated data without the
    customer's permission is rejected, or kept without the person and without its properties, as
    the project chose; it makes no customer. Locks the customers. Raises Overtaken when somebody
    tells the same at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        project = Project.objects.get()
        people = People(actor=actor, at=at, project=project)
        people.find(event.customer for event in asked)
        permitted = _permitted(asked, people, project, at)
        outcomes: list[Outcome | None] = [None] * len(asked)
        meant: dict[int, Identity | None] = {}
        for place, event in enumerate(asked):
            try:
                meant[place] = _person_of(event, people, permitted, project)
            except VesileError as error:
                outcomes[place] = Outcome.rejected(error)
        made = people.write()
        products = resolve_products((asked[place].product for place in meant), at=at)
        for place, outcome in _add(asked, meant, products, source, at).items():
            outcomes[place] = outcome
            identity = meant[place]
            if outcome.status == Status.CREATED and identity is not None:
                made.append(_fact(asked[place], outcome, identity, at))
        facts.record_all(made)
        return [outcome for outcome in outcomes if outcome is not None]


def _permitted(
    asked: Sequence[AskedEvent], people: People, project: Project, at: datetime
) -> Mapping[int, set[str]]:
    """The gated categories that each customer of these events allows."""
    gated = as_categories(project.gated_categories)
    concerned = {
        identity.customer_id
        for event in asked
        if event.data_category in gated and (identity := people.known(event.customer))
    }
    return permitted_categories(concerned, at=at) if concerned else {}


def _person_of(
    event: AskedEvent, people: People, permitted: Mapping[int, set[str]], project: Project
) -> Identity | None:
    """Whom the event is kept with, None for nobody; raises UseNotAllowed, BadInput and others."""
    if event.data_category in as_categories(project.gated_categories):
        known = people.known(event.customer)
        allowed = permitted.get(known.customer_id, set()) if known else set()
        if event.data_category not in allowed:
            if project.unpermitted_events == UnpermittedEvents.ANONYMOUS:
                return None
            raise UseNotAllowed(
                details=_("Record a consent with data_category %(category)s first.")
                % {"category": event.data_category.value}
            )
    return people.meet(event.customer)[0]


def _add(
    asked: Sequence[AskedEvent],
    meant: Mapping[int, Identity | None],
    products: Mapping[str, int],
    source: str,
    at: datetime,
) -> dict[int, Outcome]:
    """Insert the events at these places, in one statement; what became of each."""
    first_of: dict[str, int] = {}
    places = [
        place
        for place in meant
        if not asked[place].source_id or first_of.setdefault(asked[place].source_id, place) == place
    ]
    if not places:
        return {}
    events = [(asked[place], meant[place]) for place in places]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "identities": [identity.pk if identity else None for _event, identity in events],
                "products": [products.get(event.product) for event, _identity in events],
                "names": [event.name for event, _identity in events],
                "categories": [event.data_category.value for event, _identity in events],
                "external_ids": [event.source_id or None for event, _identity in events],
                "occurred": [event.occurred_at for event, _identity in events],
                "properties": [
                    json.dumps(event.properties if identity else {}) for event, identity in events
                ],
                "source": source,
                "at": at,
            },
        )
        rows = cursor.fetchall()
    return _matched(asked, meant, first_of, rows)


def _matched(
    asked: Sequence[AskedEvent],
    meant: Mapping[int, Identity | None],
    first_of: Mapping[str, int],
    rows: Sequence[tuple[Any, ...]],
) -> dict[int, Outcome]:
    """Which row each event is: by its external id, or by the order in which rows were added."""
    by_external_id = {name: (pk, is_new) for pk, name, is_new in rows if name is not None}
    unnamed = iter(sorted(pk for pk, name, _is_new in rows if name is None))
    outcomes = {}
    for place in meant:
        external_id = asked[place].source_id
        if not external_id:
            outcomes[place] = Outcome(Status.CREATED, _public(next(unnamed)))
            continue
        if external_id not in by_external_id:
            raise Overtaken  # inserted by somebody else after our snapshot
        pk, is_new = by_external_id[external_id]
        is_first = is_new and first_of[external_id] == place
        outcomes[place] = Outcome(Status.CREATED if is_first else Status.DUPLICATE, _public(pk))
    return outcomes


def _public(pk: int) -> str:
    return f"evt_{pk}"


def _fact(event: AskedEvent, outcome: Outcome, identity: Identity, at: datetime) -> Fact:
    return Fact(
        kind="event.received",
        subject_id=int(outcome.id.removeprefix("evt_")),
        at=at,
        data={"customer": identity.customer_id, "name": event.name},
    )
