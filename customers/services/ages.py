"""What becomes of consents when we learn how young somebody is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from config.shared.models import Project
from customers.models import ConsentAction, ConsentEvent, ConsentState, Customer

from .consent import append
from .consent_checks import under_age_at

SOURCE = "age"
BIRTH_FIELDS = frozenset({"birth_year", "birth_month", "birth_day"})


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
