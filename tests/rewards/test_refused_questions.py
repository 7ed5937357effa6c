"""Most customers hear of a refusal while they look at their cart: what a validation refuses is kept
as what a redemption refuses, once an hour for the same cart.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from config.shared import clock
from config.shared.clock import FrozenClock
from config.shared.models import Fact
from rewards import telling
from rewards.models import Redemption, RefusalAlarm
from rewards.services.alarms import watch_refusals

from .makers import AT, make_generic, make_identity, make_key, make_promotion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen():
    with clock.use(FrozenClock(AT)) as standing:
        yield standing


@pytest.fixture
def server():
    return APIClient(headers=make_key())


def validate(client, code="BIG", *, amount=9999, customer="ann", path="validations", **more):
    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "order": {"amount": amount, "currency": "GBP"},
        **more,
    }
    if customer:
        body["customer"] = {"source_id": customer}
    answer = client.post(f"/v1/{path}", body, format="json")
    assert answer.status_code == (200 if path == "validations" else 400)
    return answer.json()


def kept():
    return list(Redemption.objects.order_by("pk"))


@pytest.fixture
def big():
    """A public code for orders of 100.00 and above, and a customer who may use it."""
    make_identity("ann")
    return make_generic(
        make_promotion(name="Big", holder_only=False, minimum_amount=10_000), code="BIG"
    )


def test_what_was_refused_is_kept_with_its_rule_and_told(server, big):
    assert validate(server)["valid"] is False

    [row] = kept()
    assert (row.only_asked, row.result, row.voucher) == (True, "FAILURE", big)
    assert (row.failure_rule, row.failure_seen, row.failure_needed) == (
        "order_minimum",
        "99.99 GBP",
        "100.00 GBP",
    )
    fact = Fact.objects.get(kind=telling.REFUSED)
    assert fact.data["customer"] == row.identity.customer_id


def test_what_is_accepted_is_not(server, big):
    assert validate(server, amount=10_000)["valid"] is True
    assert not kept()


def test_a_cart_that_is_shown_again_is_kept_once_an_hour(server, big, frozen):
    for _shown in range(3):
        validate(server)
    assert len(kept()) == 1
    validate(server, amount=5000)
    assert [row.failure_seen for row in kept()] == ["99.99 GBP", "50.00 GBP"]
    validate(server, customer=None)
    assert len(kept()) == 3, "somebody else's"
    frozen.advance(timedelta(hours=1))
    validate(server)
    assert len(kept()) == 4


def test_a_session_that_cannot_be_held_is_kept_too(server, big):
    validate(server, session={"type": "LOCK", "key": "cart-1", "ttl": 1, "ttl_unit": "HOURS"})
    assert [(row.only_asked, row.session_key) for row in kept()] == [(True, "cart-1")]


def test_an_attempt_to_use_it_is_kept_beside_the_question(server, big):
    validate(server)
    validate(server, path="redemptions")
    assert [row.only_asked for row in kept()] == [True, False]


def test_the_shop_s_lists_of_redemptions_know_no_questions(server, big):
    validate(server)
    [asked] = kept()
    assert server.get("/v1/redemptions").json()["total"] == 0
    assert server.get(f"/v1/redemptions/{asked.public_id}").status_code == 404
    assert server.get(f"/v1/vouchers/{big.code}/redemption").json()["total"] == 0


def test_a_key_in_test_mode_leaves_no_trace_in_what_counts(big):
    tester = APIClient(headers=make_key(test=True))
    validate(tester)
    assert [(row.test, row.only_asked) for row in kept()] == [(True, True)]
    assert not Fact.objects.filter(kind=telling.REFUSED).exists()


def test_codes_that_do_not_exist_are_not_kept(server):
    validate(server, "NO-SUCH-CODE")
    assert not kept()


def test_many_customers_whose_carts_are_refused_raise_an_alarm(server, big):
    offer = big.promotion
    offer.alarm_refusals = 5
    offer.save(update_fields=["alarm_refusals"])
    for number in range(5):
        make_identity(f"customer-{number}")
        validate(server, customer=f"customer-{number}")

    assert watch_refusals(at=AT + timedelta(minutes=1)) == 1
    alarm = RefusalAlarm.objects.get()
    assert (alarm.rule, alarm.attempts, alarm.customers) == ("order_minimum", 5, 5)


def test_support_sees_it_on_the_list_and_on_its_page(server, big, admin_client):
    validate(server)
    [row] = kept()
    listed = admin_client.get(reverse("admin:rewards_redemption_changelist") + "?result=asked")
    assert "only asked" in listed.content.decode()
    assert row.voucher.code in listed.content.decode()
    page = admin_client.get(reverse("admin:rewards_redemption_change", args=[row.pk]))
    assert "The shop asked whether the code works" in page.content.decode()
