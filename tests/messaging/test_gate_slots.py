"""The slots of the send gate about a person: restriction, consent, address, suppression."""

import pytest

from config.shared.actors import SYSTEM
from customers.models import Customer
from customers.services.suppression import suppress
from messaging import gate
from messaging.services.sending import deliver_due
from tests.factories import (
    NOON,
    ConsentEventFactory,
    ConsentStateFactory,
    DeliveryFactory,
    IdentityFactory,
    TemplateVersionFactory,
)

pytestmark = pytest.mark.django_db


def waiting(*, consent: bool = True, source_kind: str = "test", **of_customer):
    identity = IdentityFactory(
        **{f"customer__{name}": value for name, value in of_customer.items()}
    )
    if consent:
        ConsentStateFactory(
            customer=identity.customer, event=ConsentEventFactory(identity=identity)
        )
    template = TemplateVersionFactory(body="<mjml><mj-body></mj-body></mjml>").template
    return DeliveryFactory(
        identity=identity,
        template=template,
        source_kind=source_kind,
        state="pending",
        not_before=NOON,
        finished_at=None,
    )


def put_on_the_list(customer: Customer) -> None:
    suppress(
        channel="email", addresses=[customer.email.upper()], reason="manual", actor=SYSTEM, at=NOON
    )


@pytest.mark.parametrize("mark", ["restricted", "bereaved"])
def test_a_marked_person_gets_nothing(mark: str) -> None:
    delivery = waiting(restriction=mark)
    deliver_due(at=NOON)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("skipped", mark)
    assert gate.reason_in_words(mark) != mark


def test_a_suppressed_address_gets_nothing() -> None:
    delivery, other = waiting(), waiting()
    put_on_the_list(delivery.identity.customer)
    deliver_due(at=NOON)
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("skipped", "suppressed")
    assert other.state == "sent"


def test_the_first_no_is_the_reason() -> None:
    delivery = waiting(restriction="restricted", consent=False, email="")
    deliver_due(at=NOON)
    delivery.refresh_from_db()
    assert delivery.reason == "restricted"
    Customer.objects.update(restriction="")
    for reason, remedy in (("no_consent", None), ("no_address", {"email": "ann@example.com"})):
        type(delivery).objects.update(state="pending", reason="")
        if reason == "no_address":
            ConsentStateFactory(
                customer=delivery.identity.customer,
                event=ConsentEventFactory(identity=delivery.identity),
            )
        deliver_due(at=NOON)
        delivery.refresh_from_db()
        assert delivery.reason == reason
        if remedy:
            Customer.objects.update(**remedy)
    put_on_the_list(Customer.objects.get())
    type(delivery).objects.update(state="pending", reason="")
    deliver_due(at=NOON)
    delivery.refresh_from_db()
    assert delivery.reason == "suppressed"


def test_what_the_customer_asked_for_needs_no_consent_but_everything_else(monkeypatch) -> None:
    monkeypatch.setattr(gate, "_transactional", {"confirmation"})
    free = waiting(consent=False, source_kind="confirmation")
    marked = waiting(consent=False, source_kind="confirmation", restriction="bereaved")
    listed = waiting(consent=False, source_kind="confirmation")
    put_on_the_list(listed.identity.customer)
    deliver_due(at=NOON)
    states = []
    for delivery in (free, marked, listed):
        delivery.refresh_from_db()
        states.append((delivery.state, delivery.reason))
    assert states == [("sent", ""), ("skipped", "bereaved"), ("skipped", "suppressed")]
