"""Offers get limits, and codes are rolled back, while they are redeemed."""

from threading import Event

import pytest
from django.db import connection, transaction
from django.db.models import Count
from rest_framework.test import APIClient

from config.shared import clock
from rewards import taking
from rewards.asked import AskedOrder, Attempt
from rewards.models import Budget, Promotion, Redemption
from rewards.services.promotion_changes import change_promotion
from rewards.services.redemptions import redeem as redeem_service
from rewards.services.rollbacks import roll_back
from tests.rewards.makers import SYSTEM, amount, make_generic, make_key, make_promotion

from .harness import at_once, redeem, wait_until_somebody_waits_for_us
from .redeeming import assert_books_agree

pytestmark = pytest.mark.django_db(transaction=True)


def an_offer(**fields):
    offer = make_promotion(amount(1000), holder_only=False, **fields)
    make_generic(offer, code="CODE")
    return offer


def limit(offer, **fields):
    change_promotion(promotion=offer, fields=fields, actor=SYSTEM, at=clock.now())


def api_key():
    from config.shared.models import ApiKey

    make_key()
    return ApiKey.objects.get()


def redeem_and_wait(offer, key, *, until, unlocked=False):
    """Redeem, and commit only when `until()` returned."""
    attempt = Attempt(("CODE",), AskedOrder(amount=3000, currency="GBP"))
    with transaction.atomic():
        if unlocked:  # the reference alone would lock the offer as well
            connection.cursor().execute("SET CONSTRAINTS ALL DEFERRED")
        redeem_service(attempt=attempt, api_key=key, at=clock.now())
        until()


@pytest.mark.parametrize("unlocked", [False, True])
def test_a_limit_that_is_set_waits_for_redemptions_that_run_and_counts_them(unlocked, monkeypatch):
    if unlocked:
        lock = "FOR KEY SHARE OF p"
        complete = taking._statement
        assert lock in complete()
        monkeypatch.setattr(
            taking,
            "_statement",
            lambda *idle, alone=False: complete(*idle, alone=alone).replace(lock, ""),
        )
    offer, key = an_offer(), api_key()
    taken, limited = Event(), Event()

    def redeeming():
        # Without the lock on the offer nobody waits, and the limit is there before the commit.
        def until():
            taken.set()
            if unlocked:
                assert limited.wait(timeout=30)
            else:
                wait_until_somebody_waits_for_us()

        redeem_and_wait(offer, key, until=until, unlocked=unlocked)

    def limiting():
        assert taken.wait(timeout=30)
        limit(offer, redemption_limit=1)
        limited.set()

    at_once(lambda number: (redeeming, limiting)[number](), clients=2)

    counted = Budget.objects.get().spent_count
    assert counted == (0 if unlocked else 1)  # broken on purpose: the one was overlooked


def test_a_rollback_meanwhile_is_counted_once():
    """The limit comes while a redemption that nothing counted yet is being taken back."""
    offer, key = an_offer(), api_key()
    redeem_and_wait(offer, key, until=lambda: None)
    made = Redemption.objects.get()
    rolled = Event()

    def rolling_back():
        with transaction.atomic():
            roll_back(redemption=made, at=clock.now())
            rolled.set()
            wait_until_somebody_waits_for_us()

    def limiting():
        assert rolled.wait(timeout=30)
        limit(offer, redemption_limit=1)

    at_once(lambda number: (rolling_back, limiting)[number](), clients=2)

    assert Budget.objects.get().spent_count == 0
    assert_books_agree()


def test_a_changed_limit_does_not_overwrite_what_a_rollback_gives_back():
    offer, key = an_offer(redemption_limit=5), api_key()
    redeem_and_wait(offer, key, until=lambda: None)
    made = Redemption.objects.get()
    rolled = Event()

    def rolling_back():
        with transaction.atomic():
            roll_back(redemption=made, at=clock.now())
            rolled.set()
            wait_until_somebody_waits_for_us()

    def limiting():
        assert rolled.wait(timeout=30)
        limit(offer, redemption_limit=7)

    at_once(lambda number: (rolling_back, limiting)[number](), clients=2)

    assert Budget.objects.get().spent_count == 0
    assert_books_agree()


def test_limits_come_and_go_while_everybody_redeems_and_takes_back():
    """No request fails, no limit is exceeded, and the books agree."""
    offer, headers = an_offer(), make_key()
    most = 30

    def shop(number):
        statuses = []
        client = APIClient(headers=headers)
        for turn in range(4):
            status, _headers, _body = redeem(headers, "CODE", source_id=f"{number}-{turn}")
            statuses.append(status)
            if status == 200 and turn % 2:
                made = Redemption.objects.get(order_source_id=f"{number}-{turn}", result="SUCCESS")
                path = f"/v1/redemptions/{made.public_id}/rollback"
                statuses.append(client.post(path, {}, format="json").status_code)
        return statuses

    def marketer(number):
        for more in range(4):
            limit(Promotion.objects.get(pk=offer.pk), redemption_limit=most + more)
            limit(Promotion.objects.get(pk=offer.pk), budget_amount=1000 * (most + more))
        return []

    answers = at_once(lambda number: marketer(number) if number == 0 else shop(number), clients=16)

    assert {status for several in answers for status in several} <= {200, 400, 409}
    assert_books_agree()
    budget = Budget.objects.get()
    assert budget.spent_count <= max(most + 3, budget.limit_count)
    orders = Redemption.objects.filter(result="SUCCESS").values("order_source_id")
    assert max(orders.annotate(n=Count("pk")).values_list("n", flat=True)) == 1
