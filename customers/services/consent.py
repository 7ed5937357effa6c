"""Consent: events are recorded, the state is what they add up to.

The rule, in one SQL statement so that one customer and a whole rebuild cannot differ:
- what allows (granted, confirmed, imported) counts from when the person acted, but never from later
  than we learned of it;
- what denies (refused, withdrawn, objected, expired) counts from when we learned of it, whatever
  date it carries;
- the latest of them decides, in a tie the one that denies; being asked (served) decides nothing;
- no event at all means no, so there is no row for it.
"""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import clock, facts
from customers.errors import UnusableConsent
from customers.models import (
    Channel,
    ConsentAction,
    ConsentBasis,
    ConsentEvent,
    ConsentState,
    DataCategory,
    Identity,
)

from .locking import lock_customers

ALLOWING = (ConsentAction.GRANTED, ConsentAction.CONFIRMED, ConsentAction.IMPORTED)
DENYING = (
    ConsentAction.REFUSED,
    ConsentAction.WITHDRAWN,
    ConsentAction.OBJECTED,
    ConsentAction.EXPIRED,
)

_PROJECT = """
INSERT INTO customers_consentstate
    (customer_id, purpose, channel, data_category, allowed, basis, since, valid_until, event_id)
SELECT DISTINCT ON (i.customer_id, e.purpose, e.channel, e.data_category)
    i.customer_id, e.purpose, e.channel, e.data_category, v.allows,
    CASE WHEN v.allows THEN e.basis ELSE '' END, v.counts_from,
    CASE WHEN v.allows THEN e.valid_until END, e.id
FROM customers_consentevent e
JOIN customers_identity i ON i.id = e.identity_id
CROSS JOIN LATERAL (
    SELECT e.action = ANY(%(allowing)s) AS allows,
           CASE WHEN e.action = ANY(%(allowing)s)
                THEN least(e.captured_at, e.received_at) ELSE e.received_at END AS counts_from
) v
WHERE e.action = ANY(%(deciding)s)
  AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s))
ORDER BY i.customer_id, e.purpose, e.channel, e.data_category,
         v.counts_from DESC, v.allows, e.id DESC
ON CONFLICT (customer_id, purpose, channel, data_category) DO UPDATE SET
    allowed = excluded.allowed, basis = excluded.basis, since = excluded.since,
    valid_until = excluded.valid_until, event_id = excluded.event_id
"""


def record_consents(events: Sequence[ConsentEvent]) -> None:
    """Append unsaved events and bring the state of their customers up to date, all or nothing.

    Locks the customers concerned. Raises UnusableConsent before anything is written when an event
    makes no sense.
    """
    for event in events:
        _check(event)
    if not events:
        return
    with transaction.atomic():
        customer_ids = set(
            Identity.objects.filter(pk__in={event.identity_id for event in events}).values_list(
                "customer_id", flat=True
            )
        )
        lock_customers(customer_ids)
        ConsentEvent.objects.bulk_create(events, batch_size=5_000)
        _project(sorted(customer_ids))
        facts.record_many(kind="consent.changed", subject_ids=customer_ids, at=clock.now())


def rebuild() -> int:
    """Drop the state of everybody and make it anew from the events; returns the number of rows.

    Readers keep seeing the old state until the end; writers of consents wait.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE customers_consentevent IN SHARE ROW EXCLUSIVE MODE")
        ConsentState.objects.all().delete()
        _project(None)
        return ConsentState.objects.count()


def _project(customer_ids: list[int] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _PROJECT,
            {
                "allowing": list(ALLOWING),
                "deciding": [*ALLOWING, *DENYING],
                "customers": customer_ids,
            },
        )


def _one_of(value: str, allowed: Iterable[str], name: str) -> None:
    if value not in set(allowed):
        raise UnusableConsent(
            details=_("“%(value)s” is no %(name)s; use one of: %(allowed)s.")
            % {"value": value, "name": name, "allowed": ", ".join(allowed)}
        )


def _check(event: ConsentEvent) -> None:
    if bool(event.channel) == bool(event.data_category):
        raise UnusableConsent(details=_("Name a channel or a category of data, one of them."))
    if event.channel:
        _one_of(event.channel, Channel.values, "channel")
    if event.data_category:
        _one_of(event.data_category, DataCategory.values, "data_category")
    _one_of(event.action, ConsentAction.values, "action")
    _one_of(event.basis, ConsentBasis.values, "basis")
    if not event.source:
        raise UnusableConsent(details=_("Say where the consent comes from (source)."))
    if event.captured_at is None or event.received_at is None:
        raise UnusableConsent(details=_("Say when it happened and when it was received."))
