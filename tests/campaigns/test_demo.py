"""The command demo: the same shop at every call, and a day more the day after."""

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from campaigns.demo import access, loading
from campaigns.demo.profiles import TWINS
from campaigns.models import Campaign, Decision
from config.shared.actors import SYSTEM
from customers.data_use import CATEGORY_OF_EVENT
from customers.duplicates import possible_duplicates
from customers.models import (
    Address,
    Adviser,
    Attribute,
    ConsentEvent,
    ConsentState,
    Customer,
    Event,
    ImportRun,
    Interest,
    InterestOrigin,
    Order,
    PriceScale,
    Product,
)
from customers.services.erasure import ErasureReason, erase_customer
from messaging.models import OutboxMessage
from rewards.models import Redemption, Voucher
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

NOON = "2026-03-18T12:00:00Z"  # the day after St Patrick's
AT = datetime(2026, 3, 18, 12, tzinfo=UTC)


def demo(capsys, at: str) -> dict[str, int]:
    call_command("demo", once=True, at=at)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def _beyond_totals() -> list[int]:
    return [model.objects.count() for model in (Event, Interest, Address, ConsentEvent, Product)]


def test_the_shop_its_days_and_the_day_after(capsys, settings):
    first = demo(capsys, NOON)
    assert first["customers"] == 1650
    assert first["orders"] == Order.objects.count() > 4000
    assert first["due"] == first["sent"] + first["skipped"]
    assert first["sent"] == first["codes"] == OutboxMessage.objects.count() > 100
    assert first["skipped"] > 10
    assert first["redeemed"] > 30
    refused = set(Redemption.objects.values_list("failure_key", flat=True))
    assert refused >= {"customer_rules_violated", "quantity_exceeded", "voucher_expired"}

    last = Order.objects.order_by("placed_at").last().placed_at
    assert AT - timedelta(days=7) < last <= AT
    assert not Order.objects.filter(received_at__gt=AT).exists()
    assert not Customer.objects.filter(created_at__gt=AT).exists()
    assert not ConsentState.objects.filter(since__gt=AT).exists()
    assert Customer.objects.exclude(zone_problem="").exists()

    # Every screen has something to show.
    assert Product.objects.filter(category="").count() == 0
    assert PriceScale.objects.exists()
    for model in (Adviser, Attribute, Address, Event):
        assert model.objects.exists(), model
    assert set(Interest.objects.values_list("origin", flat=True)) == set(InterestOrigin)
    assert set(Event.objects.values_list("name", flat=True)) == set(CATEGORY_OF_EVENT) - {
        "page_viewed",
        "checkout_started",
    }
    assert Order.objects.filter(is_gift=True).exclude(gift_reason="").exists()
    assert len(possible_duplicates("phone")[0]) == TWINS
    assert ConsentState.objects.filter(data_category="BROWSE_HISTORY", allowed=False).exists()
    before = _beyond_totals()

    greeted = Customer.objects.filter(decisions__campaign__name="St Patrick's Day")
    assert set(greeted.values_list("country", flat=True)) == {"IE"}
    assert greeted.filter(zone="America/New_York").exists()
    late = [d for d in Decision.objects.all() if d.decided_at - d.due_at > timedelta(hours=6)]
    assert late == []

    assert demo(capsys, NOON) == first
    assert _beyond_totals() == before

    shown = access.api_key()
    assert access.api_key() == shown
    command = access.curl(shown, address="http://127.0.0.1:8000", at=AT)
    assert f"X-App-Token: {shown.token}" in command
    for one in access.sign_ins():
        client = Client()
        client.post("/admin/login/", {"username": one.email, "password": one.password})
        assert client.get("/admin/").status_code == 200, one.group

    later = demo(capsys, "2026-03-19T12:00:00Z")
    assert later["customers"] == first["customers"]
    assert first["due"] < later["due"] < first["due"] + 30
    assert later["due"] == later["sent"] + later["skipped"]
    assert ImportRun.objects.count() == 1
    assert Campaign.objects.count() == 3

    # A visitor tries out erasing; the shop starts again without that customer.
    holders = Customer.objects.filter(pk__in=Voucher.objects.values("holder__customer")).order_by(
        "pk"
    )[:20]
    for customer in list(holders):
        erase_customer(
            customer=customer,
            actor=SYSTEM,
            reason=ErasureReason.REQUESTED,
            at=AT + timedelta(days=1),
        )
    after = demo(capsys, "2026-03-19T12:00:00Z")
    assert after["customers"] == first["customers"] - 20
    assert after["redeemed"] == later["redeemed"]


@pytest.mark.parametrize(
    ("at", "weeks"),
    [
        (datetime(2026, 11, 20, 12, 49, tzinfo=UTC), 779),
        (datetime(2026, 11, 20, 12, 50, tzinfo=UTC), 780),
        (datetime(2026, 11, 27, 12, 49, tzinfo=UTC), 780),
        (datetime(2026, 7, 3, 11, 50, tzinfo=UTC), 760),  # summer time: 12:50 in London
    ],
)
def test_the_last_order_lies_in_the_past_week(at, weeks):
    assert loading.weeks_until(at) == weeks


def test_customers_of_somebody_else_are_left_alone():
    CustomerFactory()
    with pytest.raises(CommandError, match="other customers") as refused:
        call_command("demo", once=True, at=NOON)
    assert refused.value.returncode == 2
    assert not ImportRun.objects.exists()


def test_a_port_in_use_is_told_before_anything_is_loaded():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} cannot be used") as refused:
            call_command("demo", serve=True, port=port)
    assert refused.value.returncode == 2
    assert not Customer.objects.exists()


@pytest.mark.parametrize("at", ["tomorrow", "2026-03-18T12:00:00", ""])
def test_a_moment_that_is_none(at):
    if at:
        with pytest.raises(CommandError, match="not an instant"):
            call_command("demo", once=True, at=at)
    else:
        with pytest.raises(CommandError, match="--at goes with --once"):
            call_command("demo", serve=True, at=NOON)
