"""What a person must be told beside the data: who holds it, why, who gets it; consent receipts.

A receipt has the fields that ISO/IEC TS 27560:2023 asks of a consent record, as the mapping of the
W3C Data Privacy Vocabulary names them; what we do not know is said to be unknown.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from config.shared.models import Brand, Project
from customers.models import Attribute, ConsentEvent, Customer
from customers.models.consent import ConsentAction

SCHEMA_VERSION: Final = "ISO/IEC TS 27560:2023"
_STATES: Final = {
    ConsentAction.SERVED: "requested",
    ConsentAction.GRANTED: "given",
    ConsentAction.CONFIRMED: "given",
    ConsentAction.IMPORTED: "given",
    ConsentAction.REFUSED: "refused",
    ConsentAction.WITHDRAWN: "withdrawn",
    ConsentAction.OBJECTED: "objected",
    ConsentAction.EXPIRED: "expired",
}

_recipients: list[Callable[[], list[str]]] = []


def name_recipients(find: Callable[[], list[str]]) -> None:
    """Called in an app's `ready()`: `find` names who else is given personal data."""
    _recipients.append(find)


def recipients() -> list[str]:
    """Everybody personal data is given to, as configured now."""
    return sorted({name for find in _recipients for name in find()})


def controller() -> dict[str, str]:
    """Who decides about the data: the shop."""
    brand = Brand.objects.get(is_default=True)
    return {
        "name": brand.name,
        "address": brand.postal_address,
        "contact": brand.sender_email or brand.website,
    }


def about(customer: Customer, *, at: datetime) -> dict[str, Any]:
    """What stands at the head of a record."""
    known = Attribute.objects.filter(key__in=list(customer.metadata))
    return {
        "customer": customer.public_id,
        "made_at": at,
        "controller": controller(),
        "recipients": recipients(),
        "retention": retention_in_words(),
        "purposes_of_attributes": dict(known.values_list("key", "purpose")),
        "notes": [
            _("Amounts are decimal numbers in the currency beside them; times are UTC."),
            _("You may have this corrected, restricted or erased: write to the contact above."),
        ],
    }


def retention_in_words() -> str:
    """How long data is kept, as the project says."""
    months = Project.objects.get().retention_months
    if months is None:
        return _("Kept until you ask for it to be erased.")
    return _("Erased after %(months)d months without any activity of yours.") % {"months": months}


def receipts(customer: Customer) -> Iterator[dict[str, Any]]:
    """One receipt for each purpose and channel or kind of data, with its events in order."""
    events = ConsentEvent.objects.filter(identity__customer=customer).select_related("text")
    by_subject: dict[tuple[str, str, str], list[ConsentEvent]] = {}
    for event in events.order_by("received_at", "id"):
        subject = (event.purpose, event.channel, event.data_category)
        by_subject.setdefault(subject, []).append(event)
    held_by, given_to, kept = controller(), recipients(), retention_in_words()
    for (purpose, channel, category), told in sorted(by_subject.items()):
        latest = told[-1]
        text = next((event.text for event in reversed(told) if event.text), None)
        yield {
            "schema_version": SCHEMA_VERSION,
            "record_id": f"{customer.public_id}/{purpose}/{channel or category}",
            "pii_principal_id": customer.public_id,
            "pii_controllers": [held_by],
            "privacy_notice": text.body if text else _("not known"),
            "privacy_notice_sha256": text.sha256 if text else None,
            "language": text.locale if text else _("not known"),
            "purpose": purpose,
            "channel": channel or None,
            "pii_type": category or "PROFILE",
            "collection_method": latest.source,
            "storage_location": settings.PUBLIC_URL,
            "retention_period": kept,
            "jurisdiction": latest.jurisdiction or _("not known"),
            "recipients": given_to,
            "withdrawal_method": _("The link in every message, or the contact of the controller."),
            "events": [_event(event) for event in told],
        }


def _event(event: ConsentEvent) -> dict[str, Any]:
    return {
        "event_time": event.captured_at,
        "received_time": event.received_at,
        "validity_duration": event.valid_until,
        "entity_id": event.actor_kind,
        "event_type": event.basis,
        "event_state": _STATES[ConsentAction(event.action)],
    }
