"""Consent: events are recorded, the state is what they add up to.

The rule, in one SQL statement so that one customer and a whole rebuild cannot differ:
- what allows (granted, confirmed, imported) counts from when the person acted, but never from later
  than we learned of it;
- what denies (refused, withdrawn, objected, expired) counts from when we learned of it, whatever
  date it carries;
- the latest of them decides, in a tie the one that denies; being asked (served) decides nothing;
- a weaker basis lifts nothing: what a file says (imported) counts only where nothing was ever
  denied, a soft opt-in only where nothing was refused, withdrawn or objected to, or where the
  person has said yes since; and neither takes the place of a yes that still holds;
- an objection is against the purpose: told of a channel it denies every channel and every use of
  data of that purpose (GDPR art. 21(2) and (3)), told of a use of data only that use;
- no event at all means no, so there is no row for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Max

from config.shared import clock, facts
from config.shared.actors import Actor
from customers.importing.copytext_rows import OPTIONS, lines
from customers.models import (
    Channel,
    ConsentAction,
    ConsentBasis,
    ConsentEvent,
    ConsentState,
    Customer,
    DataCategory,
)

from .consent_checks import ALLOWING, check_sense, objections
from .locking import lock_customers, lock_customers_of

DENYING = (
    ConsentAction.REFUSED,
    ConsentAction.WITHDRAWN,
    ConsentAction.OBJECTED,
    ConsentAction.EXPIRED,
)
REBUILD_BATCH = 10_000  # customers

# told:    events about one channel or use of data, an objection once for each it reaches;
# weighed: what each may lift and when it counts from;
# seen:    beside each event, what else was ever said about the same.
_RULE = """
WITH told AS (
    SELECT i.customer_id, e.purpose, e.channel, e.data_category, e.id, e.action, e.basis,
           e.captured_at, e.received_at, e.valid_until
    FROM customers_consentevent e JOIN customers_identity i ON i.id = e.identity_id
    WHERE e.action = ANY(%(deciding)s)
      AND {whose}
    UNION ALL
    SELECT i.customer_id, e.purpose, s.channel, s.data_category, e.id, e.action, e.basis,
           e.captured_at, e.received_at, e.valid_until
    FROM customers_consentevent e JOIN customers_identity i ON i.id = e.identity_id
    JOIN unnest(%(channels)s::text[], %(categories)s::text[]) AS s(channel, data_category)
      ON s.channel <> e.channel
    WHERE e.action = %(objected)s AND e.channel <> ''
      AND {whose}
), weighed AS (
    SELECT *,
           action = ANY(%(allowing)s) AS allows,
           action = ANY(%(allowing)s) AND action <> %(imported)s AND basis <> %(soft)s AS strong,
           CASE WHEN action = ANY(%(allowing)s) THEN least(captured_at, received_at)
                ELSE received_at END AS counts_from
    FROM told
), seen AS (
    SELECT *,
           max(counts_from) FILTER (WHERE strong) OVER same AS last_strong,
           max(counts_from) FILTER (WHERE NOT allows) OVER same AS last_denial,
           max(counts_from) FILTER (WHERE NOT allows AND action <> %(expired)s)
               OVER same AS last_own_denial,
           first_value(coalesce(valid_until, 'infinity')) OVER (
               PARTITION BY customer_id, purpose, channel, data_category
               ORDER BY strong DESC, counts_from DESC, id DESC
           ) AS strong_until
    FROM weighed
    WINDOW same AS (PARTITION BY customer_id, purpose, channel, data_category)
)
SELECT DISTINCT ON (customer_id, purpose, channel, data_category)
    customer_id, purpose, channel, data_category, allows AS allowed,
    CASE WHEN allows THEN basis ELSE '' END AS basis, counts_from AS since,
    CASE WHEN allows THEN valid_until END AS valid_until, id AS event_id
FROM seen
CROSS JOIN LATERAL (
    SELECT CASE WHEN action = %(imported)s THEN last_denial ELSE last_own_denial END AS in_the_way,
           last_strong > coalesce(last_denial, '-infinity') AND last_strong <= counts_from
               AND strong_until > counts_from AS still_yes
) v
WHERE NOT allows OR strong
   OR ((in_the_way IS NULL OR last_strong > in_the_way) AND still_yes IS NOT TRUE)
ORDER BY customer_id, purpose, channel, data_category, counts_from DESC, allows, id DESC
"""
_ADD_UP = _RULE.format(
    whose="(%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s))"
)
_COLUMNS = (
    "customer_id, purpose, channel, data_category, allowed, basis, since, valid_until, event_id"
)
_PROJECT = f"""
INSERT INTO customers_consentstate ({_COLUMNS})
SELECT {_COLUMNS} FROM ({_ADD_UP}) AS sums
ON CONFLICT (customer_id, purpose, channel, data_category) DO UPDATE SET
    allowed = excluded.allowed, basis = excluded.basis, since = excluded.since,
    valid_until = excluded.valid_until, event_id = excluded.event_id
"""
_DIFFERENCES = f"""
WITH sums AS (SELECT {_COLUMNS} FROM ({_ADD_UP}) AS s),
     kept AS (SELECT {_COLUMNS} FROM customers_consentstate)
SELECT count(*) FROM (
    (SELECT * FROM sums EXCEPT SELECT * FROM kept)
    UNION ALL
    (SELECT * FROM kept EXCEPT SELECT * FROM sums)
) AS different
"""

_COPY_EVENTS: Final = (
    "COPY customers_consentevent (identity_id, purpose, channel, data_category, action, basis,"
    " source, captured_at, received_at, actor_kind, actor_id, jurisdiction, proof)"
    f" FROM STDIN {OPTIONS}"
)


class CopiedConsent(NamedTuple):
    """One of very many consents to a channel that were received together; `proof` is JSON."""

    identity_id: int
    channel: str
    action: ConsentAction
    source: str
    captured_at: datetime
    proof: str


def record_consents(events: Sequence[ConsentEvent]) -> None:
    """Append unsaved events and bring the state of their customers up to date, all or nothing.

    Locks the customers concerned. Raises UnusableConsent before anything is written when an event
    makes no sense or may not be recorded.
    """
    for event in events:
        check_sense(event)
    if not events:
        return
    with transaction.atomic():
        customer_ids = lock_customers_of(event.identity_id for event in events)
        for problem in objections(dict(enumerate(events))).values():
            raise problem
        append(events, customer_ids=customer_ids)


def append(events: Sequence[ConsentEvent], *, customer_ids: Iterable[int]) -> None:
    """Append checked events of customers whom the caller holds locked, and project."""
    if not events:
        return
    ConsentEvent.objects.bulk_create(events, batch_size=5_000)
    _project_and_tell(customer_ids)


def append_copied(
    consents: Sequence[CopiedConsent],
    *,
    purpose: str,
    received_at: datetime,
    actor: Actor,
    customer_ids: Iterable[int],
) -> None:
    """The same by COPY, for the tens of thousands that one batch of a file brings."""
    if not consents:
        return
    received = received_at.isoformat()
    told = (purpose, ConsentBasis.CONSENT.value, actor.kind, actor.id)
    with connection.cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
        copy.write(lines(_copied(consent, received, *told) for consent in consents))
    _project_and_tell(customer_ids)


def _copied(
    consent: CopiedConsent, received: str, purpose: str, basis: str, kind: str, actor_id: str
) -> tuple[Any, ...]:
    identity_id, channel, action, source, captured_at, proof = consent
    what = (identity_id, purpose, channel, "", action.value, basis, source, captured_at)
    return (*what, received, kind, actor_id, "", proof)


def _project_and_tell(customer_ids: Iterable[int]) -> None:
    ids = sorted(set(customer_ids))
    _run(_PROJECT, ids)
    facts.record_many(kind="consent.changed", subject_ids=ids, at=clock.now())


def refresh_states(customer_ids: Iterable[int]) -> None:
    """Make the states of these customers anew, for instance after their identities moved.

    Locks the customers; runs inside the caller's transaction where there is one.
    """
    ids = sorted(set(customer_ids))
    with transaction.atomic():
        lock_customers(ids)
        ConsentState.objects.filter(customer_id__in=ids).delete()
        _run(_PROJECT, ids)


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Drop the state of everybody and make it anew from the events; returns the number of rows.

    Batch by batch, each in its own transaction with its customers locked: readers see the old
    state until a batch ends, writers of other customers never wait. Killed, it can simply be
    started again. `progress` is told how many customers are done, and of how many.
    """
    highest = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    total, done, after = Customer.objects.count(), 0, 0
    while after < highest:
        ids = list(
            Customer.objects.filter(pk__gt=after, pk__lte=highest)
            .order_by("pk")
            .values_list("pk", flat=True)[:REBUILD_BATCH]
        )
        if not ids:
            break
        refresh_states(ids)
        after, done = ids[-1], done + len(ids)
        if progress:
            progress(done, total)
    return ConsentState.objects.count()


def differences() -> int:
    """How many rows of the kept state are not what the events add up to; 0 means none."""
    return int(_run(_DIFFERENCES, None) or 0)


_WORDS: Final[Mapping[str, Any]] = {
    "allowing": list(ALLOWING),
    "deciding": [*ALLOWING, *DENYING],
    "imported": ConsentAction.IMPORTED,
    "objected": ConsentAction.OBJECTED,
    "expired": ConsentAction.EXPIRED,
    "soft": ConsentBasis.SOFT_OPT_IN,
    "channels": [*Channel.values, *("" for _ in DataCategory.values)],
    "categories": [*("" for _ in Channel.values), *DataCategory.values],
}

# Of whom nothing was received after a moment, the kept state is that of the moment too.
_LATER: Final = """SELECT i.customer_id
FROM customers_consentevent e JOIN customers_identity i ON i.id = e.identity_id
WHERE e.received_at > {at}"""


def states_then(*, at: str, bound: Callable[[Any], str]) -> tuple[str, str]:
    """Two pieces of SQL: the customers of whom something was received after `at` (which is SQL for
    a moment), and the rows of what the events received by then add up to for these.

    `bound` turns a value into the placeholder of a parameter.
    """
    later = _LATER.format(at=at)
    rule = _RULE % {name: f"({bound(value)})" for name, value in _WORDS.items()}
    return later, rule.format(whose=f"e.received_at <= {at} AND i.customer_id IN ({later})")


def _run(sql: str, customer_ids: list[int] | None) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_WORDS, "customers": customer_ids})
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None
