"""Deliveries: claimed once, never sent twice, nothing lost when a worker dies."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction

from customers.models import Channel
from messaging.channels import registry
from messaging.channels.base import Outcome
from messaging.channels.outbox import LocalOutbox
from messaging.models import Delivery, OutboxMessage
from messaging.services import sending
from messaging.services.sending import deliver_due, reconcile
from tests.factories import (
    ConsentStateFactory,
    DeliveryFactory,
    OutboxMessageFactory,
    TemplateFactory,
    TemplateVersionFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
BODY = (
    "<mjml><mj-body><mj-section><mj-column>"
    "<mj-text>Hello {{ customer.first_name | default: 'you' }}</mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)


@pytest.fixture
def template(db):
    return TemplateVersionFactory(subject="Hello", body=BODY).template


def waiting(template, **fields) -> Delivery:
    """A delivery that is due, to somebody who allows it."""
    delivery = DeliveryFactory(
        **{
            "template": template,
            "source_kind": "test",
            "state": "pending",
            "not_before": AT - timedelta(minutes=5),
            "finished_at": None,
        }
        | fields
    )
    ConsentStateFactory(customer=delivery.identity.customer)
    return delivery


class WorkerKilled(BaseException):
    """Stands for a kill: nothing catches it."""


class DyingOutbox(LocalOutbox):
    """Dies while handing over, before or after the message was taken."""

    def __init__(self, *, after: bool) -> None:
        self.after = after

    def send(self, messages, *, at):
        if self.after:
            super().send(messages, at=at)
        raise WorkerKilled


class TestOutcome:
    def test_sent(self, template):
        delivery = waiting(template)
        assert deliver_due(at=AT).sent == 1
        delivery.refresh_from_db()
        assert delivery.state == "sent"
        assert delivery.template_version == template.versions.get()
        assert (delivery.claimed_at, delivery.finished_at) == (AT, AT)

    def test_not_before_its_time(self, template):
        waiting(template, not_before=AT + timedelta(seconds=1))
        assert deliver_due(at=AT).sent == 0
        assert deliver_due(at=AT + timedelta(seconds=1)).sent == 1

    def test_headers_name_the_message_and_the_list(self, template):
        delivery = waiting(template)
        deliver_due(at=AT)
        headers = delivery.outbox_message.headers
        assert headers["Message-ID"].startswith(f"<{delivery.public_id}@")
        assert headers["List-Id"].startswith(f"<test-{delivery.source_id}.")
        assert set(headers) == {
            "Message-ID",
            "List-Id",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
        }
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["List-Unsubscribe"].endswith("/unsubscribe>")

    def test_one_that_cannot_be_filled_in_fails_and_the_rest_goes_on(self, template):
        broken = TemplateVersionFactory(subject="{{ nobody.knows }}", body=BODY).template
        bad, good = waiting(broken), waiting(template)
        counts = deliver_due(at=AT)
        assert (counts.sent, counts.failed) == (1, {"template_error": 1})
        bad.refresh_from_db(), good.refresh_from_db()
        assert (bad.state, bad.reason, good.state) == ("failed", "template_error", "sent")

    def test_a_template_without_words(self):
        waiting(TemplateFactory())
        assert deliver_due(at=AT).failed == {"no_template": 1}

    def test_a_channel_without_a_provider(self, template):
        delivery = waiting(template, channel=Channel.SMS)
        ConsentStateFactory(customer=delivery.identity.customer, channel=Channel.SMS)
        assert deliver_due(at=AT).skipped == {"no_channel": 1}

    def test_what_the_provider_refuses(self, template, monkeypatch):
        class Refusing(LocalOutbox):
            def send(self, messages, *, at):
                return {m.delivery_id: Outcome("failed", "template_error") for m in messages}

        monkeypatch.setitem(registry._ADAPTERS, Channel.EMAIL, Refusing())
        waiting(template)
        assert deliver_due(at=AT).failed == {"template_error": 1}

    def test_the_words_are_in_the_customers_language(self, template):
        TemplateVersionFactory(template=template, language="tr", subject="Merhaba", body=BODY)
        turkish = waiting(template, identity__customer__language="tr-TR")
        other = waiting(template, identity__customer__language="en")
        deliver_due(at=AT)
        assert turkish.outbox_message.subject == "Merhaba"
        assert other.outbox_message.subject == "Hello"

    def test_the_newest_words_are_used(self, template):
        TemplateVersionFactory(template=template, number=2, subject="Newer", body=BODY)
        delivery = waiting(template, identity__customer__language="en")
        deliver_due(at=AT)
        assert delivery.outbox_message.subject == "Newer"


class TestDying:
    def test_while_sending_after_the_channel_had_it(self, template, monkeypatch):
        delivery = waiting(template)
        monkeypatch.setitem(registry._ADAPTERS, Channel.EMAIL, DyingOutbox(after=True))
        with pytest.raises(WorkerKilled):
            deliver_due(at=AT)
        monkeypatch.undo()
        assert deliver_due(at=AT + timedelta(minutes=9)).sent == 0
        assert deliver_due(at=AT + timedelta(minutes=11)).sent == 1
        delivery.refresh_from_db()
        assert delivery.state == "sent"
        assert OutboxMessage.objects.count() == 1

    def test_while_sending_before_the_channel_had_it(self, template, monkeypatch):
        """The outbox is certain that it never got the message, so it is sent, once."""
        delivery = waiting(template)
        monkeypatch.setitem(registry._ADAPTERS, Channel.EMAIL, DyingOutbox(after=False))
        with pytest.raises(WorkerKilled):
            deliver_due(at=AT)
        monkeypatch.undo()
        assert deliver_due(at=AT + timedelta(minutes=11)).sent == 1
        delivery.refresh_from_db()
        assert (delivery.state, delivery.reason) == ("sent", "")
        assert OutboxMessage.objects.count() == 1

    def test_while_sending_to_a_channel_that_cannot_be_certain(self, template, monkeypatch):
        delivery = waiting(template)
        monkeypatch.setitem(registry._ADAPTERS, Channel.EMAIL, DyingOutbox(after=False))
        with pytest.raises(WorkerKilled):
            deliver_due(at=AT)
        monkeypatch.undo()
        monkeypatch.setattr(LocalOutbox, "certain", False)
        counts = deliver_due(at=AT + timedelta(minutes=11))
        delivery.refresh_from_db()
        assert (counts.unknown, delivery.state) == (1, "unknown")
        assert delivery.reason == "worker_stopped"
        assert deliver_due(at=AT + timedelta(days=1)).sent == 0
        assert not OutboxMessage.objects.exists()

    def test_before_the_claim_was_committed(self, template, monkeypatch):
        delivery = waiting(template)

        def killed(*args):
            raise WorkerKilled

        monkeypatch.setattr(sending, "_mark_sending", killed)
        with pytest.raises(WorkerKilled):
            deliver_due(at=AT)
        monkeypatch.undo()
        delivery.refresh_from_db()
        assert delivery.state == "pending"
        assert deliver_due(at=AT).sent == 1

    def test_a_slow_channel_tells_the_truth_in_the_end(self, template, monkeypatch):
        """Given up as unknown meanwhile, then the channel says that it was sent."""

        class Slow(LocalOutbox):
            def send(self, messages, *, at):
                reconcile(at=at + timedelta(minutes=11))
                return super().send(messages, at=at)

        delivery = waiting(template)
        monkeypatch.setitem(registry._ADAPTERS, Channel.EMAIL, Slow())
        deliver_due(at=AT)
        delivery.refresh_from_db()
        assert delivery.state == "sent"

    def test_handing_the_outbox_the_same_delivery_twice_keeps_one(self):
        message = OutboxMessageFactory()
        outbox = LocalOutbox()
        assert outbox.taken([message.delivery_id, 0]) == {message.delivery_id}


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_four_workers_send_each_message_once(self, monkeypatch):
        template = TemplateVersionFactory(subject="Hello", body=BODY).template
        for _ in range(30):
            waiting(template)
        monkeypatch.setattr(sending, "BATCH", 4)
        sent: list[int] = []
        together = threading.Barrier(4)

        def work() -> None:
            together.wait()
            sent.append(deliver_due(at=AT).sent)
            connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(sent) + deliver_due(at=AT).sent == 30
        assert OutboxMessage.objects.count() == 30

    def test_a_customer_whom_an_order_holds_is_left_for_the_next_round(self):
        template = TemplateVersionFactory(subject="Hello", body=BODY).template
        held, free = waiting(template), waiting(template)
        ready, release = threading.Event(), threading.Event()

        def order() -> None:
            from customers.services.locking import lock_customers

            with transaction.atomic():
                lock_customers([held.identity.customer_id])
                ready.set()
                release.wait(20)
            connections.close_all()

        thread = threading.Thread(target=order)
        thread.start()
        assert ready.wait(20)
        assert deliver_due(at=AT).sent == 1
        free.refresh_from_db()
        assert free.state == "sent"
        release.set()
        thread.join()
        assert deliver_due(at=AT).sent == 1
