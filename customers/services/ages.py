"""What becomes of consents when we learn how young somebody is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from config.shared.models import Project
from customers.models import ConsentAction, ConsentEvent, ConsentState, Customer

from .consent import append
from .consent_checks import GUARDIAN, under_age_at
from .locking import lock_customers

SOURCE = "age"
BIRTH_FIELDS = frozenset({"birth_year", "birth_month", "birth_day"})
_AT_ONCE: Final = 1_000  # customers

# Who may have been too young, a year more than that at most; the exact day is asked of each.
_PERHAPS_TOO_YOUNG: Final = """
SELECT DISTINCT c.id
FROM customers_customer c
JOIN customers_consentstate s ON s.customer_id = c.id AND s.allowed
JOIN customers_consentevent e ON e.id = s.event_id
WHERE c.birth_year IS NOT NULL AND NOT e.proof ? %(guardian)s AND c.id > %(after)s
  AND extract(year FROM e.captured_at) - c.birth_year <= %(age)s
ORDER BY c.id
LIMIT %(limit)s
"""


def expire_under_age(
    customers: Sequence[Customer], at: datetime, *, consent_age: int | None = None
) -> int:
    """End the consents that these customers gave while known to be too young; returns how many.

    The caller holds the customers locked and has written their birth dates. What a guardian agreed
    to stays. Idempotent; growing up later allows nothing by itself. One statement where nobody's
    year of birth is known to matter.
    """
    young = {c.pk: c for c in customers if c.birth_year is not None}
    if not young:
        return 0
    age = consent_age or Project.objects.values_list("consent_age", flat=True).get(pk=1)
    events = [
        _expiry(state, at)
        for state in _granted(young)
        if under_age_at(state.event, young[state.customer_id], age)
    ]
    append(events, customer_ids=young)
    return len(events)


def apply_consent_age(*, at: datetime) -> int:
    """Follow a change of the project's age of consent; returns how many consents ended.

    A higher age ends what was agreed to below it without a guardian; a lower one allows nothing
    again by itself. In batches of their own transactions: killed, the next call begins anew and
    finds what is left. Locks the customers of a batch.
    """
    age, applied = Project.objects.values_list("consent_age", "consent_age_applied").get(pk=1)
    ended, after = 0, 0
    while age > applied:
        with transaction.atomic():
            customer_ids = _perhaps_too_young(age, after)
            if not customer_ids:
                break
            lock_customers(customer_ids)
            people = list(Customer.objects.filter(pk__in=customer_ids))
            ended += expire_under_age(people, at, consent_age=age)
        after = customer_ids[-1]
    # Where somebody changed the age meanwhile, this is not the one that counts any more.
    Project.objects.filter(pk=1, consent_age=age).update(consent_age_applied=age)
    return ended


def _perhaps_too_young(age: int, after: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _PERHAPS_TOO_YOUNG,
            {"guardian": GUARDIAN, "after": after, "age": age, "limit": _AT_ONCE},
        )
        return [pk for (pk,) in cursor.fetchall()]


def _granted(customer_ids: Iterable[int]) -> Iterable[ConsentState]:
    return ConsentState.objects.filter(
        customer_id__in=list(customer_ids), allowed=True
    ).select_related("event")


def _expiry(state: ConsentState, at: datetime) -> ConsentEvent:
    return ConsentEvent(
        identity_id=state.event.identity_id,
        purpose=state.purpose,
        channel=state.channel,
        data_category=state.data_category,
        action=ConsentAction.EXPIRED,
        basis=state.basis,
        source=SOURCE,
        captured_at=at,
        received_at=at,
        actor_kind="system",
    )
