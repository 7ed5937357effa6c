"""A person is erased while the shop still tells of them and a message is about to leave."""

import time
from datetime import timedelta
from threading import Event as Signal

import pytest
from django.db import DatabaseError, transaction
from rest_framework.test import APIClient

from config.shared.actors import SYSTEM
from customers.models import ConsentEvent, Customer, Event, Identity, Order
from customers.services import erasure
from customers.services.erasure import ErasureReason, erase_customer
from messaging import context
from messaging.channels import registry
from messaging.channels.outbox import LocalOutbox
from messaging.models import Delivery, OutboxMessage
from messaging.services.sending import deliver_due
from rewards.models import Redemption
from tests.factories import (
    ConsentStateFactory,
    CustomerFactory,
    DeliveryFactory,
    IdentityFactory,
    TemplateVersionFactory,
)
from tests.rewards.makers import AT, make_generic, make_key, make_promotion

from .harness import ROUNDS, at_once, redeem, wait_until_somebody_waits_for_us

pytestmark = pytest.mark.django_db(transaction=True)

WHO = {"source_id": "17850"}
ORDER = {
    "source_id": "o0",
    "status": "PAID",
    "customer": WHO,
    "items": [{"source_id": "P1", "quantity": 1, "price": 100}],
}
CLIENTS = 12


def erase(customer):
    erase_customer(customer=customer, actor=SYSTEM, reason=ErasureReason.REQUESTED, at=AT)


def known():
    customer = CustomerFactory(last_name="Erased")
    IdentityFactory(customer=customer, external_id=WHO["source_id"])
    return customer


def tell(headers, path, body):
    return APIClient(headers=headers).post(f"/v1/{path}", body, format="json").status_code


def everything(headers, number):
    """What a shop tells of one customer at the same moment, each time something new."""
    return [
        tell(headers, "orders", ORDER | {"source_id": f"o{number}"}),
        tell(
            headers,
            "events",
            {"event": "review", "source_id": f"e{number}", "customer": WHO},
        ),
        tell(
            headers,
            "consents",
            {"customer": WHO, "channel": "email", "action": "granted", "source": "till"},
        ),
        redeem(headers, "SPRING-15", customer=WHO["source_id"])[0],
    ]


def storm():
    customer, headers = known(), make_key()
    make_generic(make_promotion(holder_only=False))

    def one(number):
        if number == 0:
            time.sleep(0.05)
            erase(customer)
            return []
        return everything(headers, number)

    return customer, [status for told in at_once(one, clients=CLIENTS) for status in told]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_what_comes_in_meanwhile_belongs_to_nobody_or_to_somebody_new(round_):
    customer, statuses = storm()

    assert set(statuses) == {200}, "nobody is answered with an error"
    assert not Customer.objects.filter(pk=customer.pk).exists()
    assert not Customer.objects.filter(last_name="Erased").exists()
    assert Order.objects.count() == CLIENTS - 1
    assert Redemption.objects.count() == CLIENTS - 1
    # Whoever is named is there; what came before the erasure names nobody.
    living = set(Identity.objects.values_list("pk", flat=True))
    for model in (Order, Redemption, Event, ConsentEvent):
        named = model.objects.exclude(identity=None).values_list("identity", flat=True)
        assert set(named) <= living


def erase_while_an_order_comes_in():
    """The order is written but not committed when the erasure begins."""
    customer, headers, told = known(), make_key(), Signal()

    def telling():
        with transaction.atomic():
            tell(headers, "orders", ORDER)
            told.set()
            wait_until_somebody_waits_for_us()

    def erasing():
        assert told.wait(timeout=30)
        erase(customer)

    at_once(lambda number: (telling, erasing)[number](), clients=2)


def test_an_order_that_comes_in_when_the_erasure_begins_is_waited_for():
    erase_while_an_order_comes_in()

    assert Order.objects.get().identity is None


def test_an_erasure_that_locks_nothing_first_overlooks_it(monkeypatch):
    """The order slips in behind what was looked for, and refers to who is deleted."""

    def unlocked(customer_ids):
        return sorted(Customer.objects.filter(pk__in=customer_ids).values_list("pk", flat=True))

    monkeypatch.setattr(erasure, "_lock", unlocked)

    with pytest.raises(DatabaseError):
        erase_while_an_order_comes_in()


# --- A message about to leave ---------------------------------------------------------------------
BODY = (
    "<mjml><mj-body><mj-section><mj-column>"
    "<mj-text>Hello {{ customer.first_name }}</mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)


@pytest.fixture
def two():
    """Two messages that are due in one batch."""
    template = TemplateVersionFactory(subject="Hello", body=BODY).template
    deliveries = [
        DeliveryFactory(
            template=template,
            source_kind="test",
            state="pending",
            not_before=AT - timedelta(minutes=1),
            finished_at=None,
        )
        for _ in range(2)
    ]
    for delivery in deliveries:
        ConsentStateFactory(customer=delivery.identity.customer)
    return deliveries


def test_an_erasure_before_the_words_are_filled_in(two, monkeypatch):
    first, second = two
    real = context.values_for

    def after_an_erasure(claims, **kwargs):
        erase(first.identity.customer)
        return real(claims, **kwargs)

    monkeypatch.setattr(context, "values_for", after_an_erasure)

    deliver_due(at=AT)

    assert [message.delivery for message in OutboxMessage.objects.all()] == [second]
    assert list(Delivery.objects.values_list("pk", "state")) == [(second.pk, "sent")]


def test_an_erasure_while_the_message_is_handed_over(two, monkeypatch):
    first, second = two

    class Slow(LocalOutbox):
        def send(self, messages, *, at):
            erase(first.identity.customer)
            return super().send(messages, at=at)

    monkeypatch.setitem(registry.adapters(), "email", Slow())

    deliver_due(at=AT)

    assert [message.delivery for message in OutboxMessage.objects.all()] == [second]
    assert Delivery.objects.get().state == "sent"


def test_who_is_erased_first_gets_nothing(two):
    for delivery in two:
        erase(delivery.identity.customer)

    deliver_due(at=AT)

    assert OutboxMessage.objects.count() == Delivery.objects.count() == 0
