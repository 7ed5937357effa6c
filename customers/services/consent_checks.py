"""What must be true of a consent before it is recorded."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from config.shared.localtime import to_local
from config.shared.models import Project
from customers.ages import under
from customers.errors import UnusableConsent
from customers.models import (
    Channel,
    ConsentAction,
    ConsentBasis,
    ConsentEvent,
    Customer,
    DataCategory,
    Identity,
    Order,
)
from customers.selectors import MARKETING

ALLOWING = (ConsentAction.GRANTED, ConsentAction.CONFIRMED, ConsentAction.IMPORTED)
GUARDIAN = "guardian"
"""The key of `proof` that says who agreed for somebody under the age of consent."""
STAFF_EVIDENCE = ("note", "file")
ORDER_EVIDENCE = "order"


def check_sense(event: ConsentEvent) -> None:
    """Raise UnusableConsent for an event that makes no sense whoever it is about."""
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
    if event.action in ALLOWING:
        _check_basis(event)


def _check_basis(event: ConsentEvent) -> None:
    if event.basis == ConsentBasis.SOFT_OPT_IN and event.data_category:
        raise UnusableConsent(
            details=_("Having bought allows messages on a channel, no use of data; ask for it.")
        )
    if event.basis == ConsentBasis.TRANSACTIONAL and event.purpose == MARKETING:
        raise UnusableConsent(
            details=_("A contract allows the messages it needs, but no marketing; ask for it.")
        )
    if event.actor_kind == "staff" and not any(event.proof.get(key) for key in STAFF_EVIDENCE):
        raise UnusableConsent(
            details=_("A consent that a colleague records needs evidence: a note or a file.")
        )


def objections(events: Mapping[int, ConsentEvent]) -> dict[int, UnusableConsent]:
    """Why some of these may not be recorded, by their keys; the customers are locked.

    A soft opt-in needs a sale, and whoever is known to be under the age of consent a guardian. At
    most three statements, none where nothing of that kind is asked.
    """
    grants = {place: event for place, event in events.items() if event.action in ALLOWING}
    if not grants:
        return {}
    people = _people({event.identity_id for event in grants.values()})
    age = Project.objects.values_list("consent_age", flat=True).get(pk=1)
    found: dict[int, UnusableConsent] = {}
    unproven: dict[int, ConsentEvent] = {}
    for place, event in grants.items():
        if under_age_at(event, people[event.identity_id], age):
            found[place] = UnusableConsent(
                details=_("The person was under %(age)d then: say in evidence.guardian who agreed.")
                % {"age": age}
            )
        elif event.basis == ConsentBasis.SOFT_OPT_IN and not event.proof.get(ORDER_EVIDENCE):
            unproven[place] = event
    return found | _without_sale(unproven, people)


def under_age_at(event: ConsentEvent, customer: Customer, age: int) -> bool:
    """Whether the person was known to be too young when they agreed and no guardian did."""
    born = (customer.birth_year, customer.birth_month, customer.birth_day)
    if customer.birth_year is None or event.proof.get(GUARDIAN):
        return False
    return under(age, born=born, on=local_day(event.captured_at, customer))


def local_day(moment: datetime, customer: Customer) -> date:
    """The date on the customer's own clock."""
    return to_local(moment, customer.zone).date()


def _people(identity_ids: Iterable[int]) -> dict[int, Customer]:
    rows = Identity.objects.select_related("customer").filter(pk__in=list(identity_ids))
    return {identity.pk: identity.customer for identity in rows}


def _without_sale(
    events: Mapping[int, ConsentEvent], people: Mapping[int, Customer]
) -> dict[int, UnusableConsent]:
    if not events:
        return {}
    buyers = set(
        Order.objects.standing()
        .filter(identity__customer__in={people[e.identity_id].pk for e in events.values()})
        .order_by()
        .values_list("identity__customer_id", flat=True)
        .distinct()
    )
    return {
        place: UnusableConsent(
            details=_(
                "“Existing customer” needs a sale: we know of no order. Send the order first, or "
                "name it in evidence.order."
            )
        )
        for place, event in events.items()
        if people[event.identity_id].pk not in buyers
    }


def _one_of(value: str, allowed: Iterable[str], name: str) -> None:
    if value not in set(allowed):
        raise UnusableConsent(
            details=_("“%(value)s” is no %(name)s; use one of: %(allowed)s.")
            % {"value": value, "name": name, "allowed": ", ".join(allowed)}
        )
