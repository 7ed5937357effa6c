"""Limits, holds and taking back are exact when everybody comes at once; without its guard none is.

Rounds and clients of a long run come from the environment, see `make soak`.
"""

import json
import os
import time
import uuid

import pytest
from django.db import connection
from django.db.models import Sum
from rest_framework.test import APIClient

from customers.models import Identity
from rewards import drafts, taking
from rewards.candidates import find_candidates
from rewards.models import Budget, Redemption, Reservation, Return, Rollback, Voucher
from rewards.services import redemptions, reservations, returns
from tests.rewards.makers import (
    AT,
    amount,
    make_generic,
    make_identity,
    make_key,
    make_promotion,
)

from .harness import at_once
from .test_offers_change import assert_books_agree

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = int(os.environ.get("VESILE_RACE_CLIENTS", "24"))
rounds = pytest.mark.parametrize("round_", range(int(os.environ.get("VESILE_RACE_ROUNDS", "1"))))
CODE = {"object": "voucher", "id": "CODE"}


def an_offer(*, limit=None, code="CODE", **fields):
    offer = make_promotion(amount(1000), holder_only=False, name=code, **fields)
    make_generic(offer, code=code, limit=limit)
    return offer


def call(headers, path, **body):
    """One request: (status, body)."""
    response = APIClient(headers=headers).post(f"/v1/{path}", body, format="json")
    return response.status_code, json.loads(response.content)


def redeem(headers, *, codes=("CODE",), customer=None, session=None, **order):
    body = {
        "redeemables": [CODE | {"id": code} for code in codes],
        "order": {"amount": 5000, "currency": "GBP"} | order,
    }
    if customer:
        body["customer"] = {"source_id": customer}
    if session:
        body["session"] = {"type": "LOCK", "key": session}
    return call(headers, "redemptions", **body)


def hold(headers, session, customer=None):
    body = {
        "redeemables": [CODE],
        "order": {"amount": 5000, "currency": "GBP"},
        "session": {"type": "LOCK", "key": session, "ttl": 10, "ttl_unit": "MINUTES"},
    }
    status, answer = call(headers, "validations", **body)
    assert status == 200
    return answer["valid"]


def everybody_redeems(times=2, **asked):
    """How many got it; all answers are a redemption or a refusal."""
    headers = make_key()
    answers = at_once(
        lambda number: [redeem(headers, **_of(asked, number))[0] for _time in range(times)],
        clients=CLIENTS,
    )
    statuses = [status for several in answers for status in several]
    assert set(statuses) <= {200, 400}
    return statuses.count(200)


def _of(asked, number):
    return {name: what(number) if callable(what) else what for name, what in asked.items()}


def accepted():
    leaves = Redemption.objects.filter(result="SUCCESS", voucher__isnull=False)
    return leaves.filter(rolled_back_at=None).count()


def without_condition(monkeypatch, *, count, condition):
    """The guards of the last statement taken out: it counts as far as the database lets it."""
    (old, new) = count
    statement = taking._TAKE.replace(old, new)
    for one in condition:
        assert one in statement
        statement = statement.replace(one, "true")
    monkeypatch.setattr(taking, "_TAKE", statement)


# --- limits ---------------------------------------------------------------------------------------
LIMITS = {
    "code": {"limit": 10},
    "offer": {"redemption_limit": 10},
    "money": {"budget_amount": 10_500},
    "money of a period": {"budget_period_amount": 10_500, "budget_period": "month"},
}


@rounds
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_ten_are_ten(limits, round_):
    an_offer(**limits)

    assert everybody_redeems() == 10
    assert accepted() == 10
    assert_books_agree()


def test_without_the_condition_a_code_is_redeemed_more_often(monkeypatch):
    without_condition(
        monkeypatch,
        count=(
            "v.redeemed_count + 1",
            "least(v.redeemed_count + 1, v.redemption_limit)",
        ),
        condition=["v.redeemed_count + wanted.held < v.redemption_limit"],
    )
    an_offer(limit=10)

    assert everybody_redeems() > 10


@pytest.mark.parametrize("limits", [LIMITS["offer"], LIMITS["money"]])
def test_without_the_condition_a_budget_is_overdrawn(monkeypatch, limits):
    without_condition(
        monkeypatch,
        count=(
            "SET spent_count = b.spent_count + wanted.uses, "
            "spent_amount = b.spent_amount + wanted.amount",
            "SET spent_count = least(b.spent_count + wanted.uses, b.limit_count), "
            "spent_amount = least(b.spent_amount + wanted.amount, b.limit_amount)",
        ),
        condition=[
            "b.spent_count + wanted.uses + wanted.held_count <= b.limit_count",
            "b.spent_amount + wanted.amount + wanted.held_amount <= b.limit_amount",
        ],
    )
    an_offer(**limits)

    assert everybody_redeems() > 10


@rounds
@pytest.mark.parametrize("identities", [1, 2])
def test_a_customer_gets_three_by_whatever_name(identities, round_):
    an_offer(limit_per_customer=3)
    ann = make_identity("ann")
    if identities == 2:
        Identity.objects.create(customer=ann.customer, external_id="ann-app", created_at=AT)

    names = ("ann", "ann-app")
    assert everybody_redeems(customer=lambda number: names[number % identities]) == 3


def test_without_the_lock_a_customer_gets_more(monkeypatch):
    monkeypatch.setattr(redemptions, "counts_customers", lambda _candidate: False)
    an_offer(limit_per_customer=3)
    make_identity("ann")

    assert everybody_redeems(customer="ann") > 3


# --- sessions -------------------------------------------------------------------------------------
def everybody_holds():
    headers = make_key()
    return at_once(lambda number: hold(headers, f"cart-{number}"), clients=CLIENTS).count(True)


HELD = {name: LIMITS[name] for name in ("code", "offer", "money")}


@rounds
@pytest.mark.parametrize("limits", HELD.values(), ids=HELD)
def test_ten_uses_are_held_by_ten_sessions(limits, round_):
    an_offer(**limits)

    assert everybody_holds() == 10
    assert Reservation.objects.count() == 10


def test_without_the_locks_more_is_held_than_there_is(monkeypatch):
    monkeypatch.setattr(reservations, "lock_limits", lambda **asked: find_candidates(**asked))
    an_offer(limit=10)

    assert everybody_holds() > 10


@rounds
@pytest.mark.parametrize("limits", HELD.values(), ids=HELD)
def test_who_holds_redeems_and_who_does_not_gets_what_is_left(limits, round_):
    """Half of the clients reserve first; whoever was promised a use gets it."""
    an_offer(**limits)
    headers = make_key()

    def shop(number):
        if number % 2:
            return (False, redeem(headers)[0])
        promised = hold(headers, f"cart-{number}")
        return (promised, redeem(headers, session=f"cart-{number}")[0])

    answers = at_once(shop, clients=CLIENTS)

    assert [status for promised, status in answers if promised and status != 200] == []
    assert [status for _promised, status in answers].count(200) == accepted() == 10
    assert_books_agree()


# --- taking back ----------------------------------------------------------------------------------
@rounds
@pytest.mark.parametrize("codes", [("CODE",), ("CODE", "OTHER")])
def test_a_rollback_that_everybody_asks_for_happens_once(codes, round_):
    for code in codes:
        an_offer(code=code, limit=5, redemption_limit=5, budget_amount=100_000)
    headers = make_key()
    answer = redeem(headers, codes=codes)[1]
    made = answer.get("parent_redemption", answer["redemptions"][0])["id"]
    path = f"redemptions/{made}/" + ("rollbacks" if len(codes) > 1 else "rollback")

    answers = at_once(lambda _number: call(headers, path)[0], clients=CLIENTS)

    assert answers.count(200) == 1
    assert set(answers) <= {200, 400, 409}
    assert Rollback.objects.filter(parent=None).count() == 1
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {0}
    assert set(Budget.objects.values_list("spent_count", "spent_amount")) == {(0, 0)}
    assert_books_agree()


def a_line_of_three(headers):
    items = [{"source_id": "A", "quantity": 3, "price": 2000}]
    return redeem(headers, items=items, amount=6000)[1]["redemptions"][0]["id"]


def everybody_returns(**limits):
    """Each a return of its own of all three units."""
    an_offer(**limits)
    headers = make_key()
    made = a_line_of_three(headers)
    items = [{"source_id": "A", "quantity": 3}]
    answers = at_once(
        lambda number: call(
            headers, f"redemptions/{made}/returns", items=items, source_id=f"ret-{number}"
        )[0],
        clients=CLIENTS,
    )
    return answers.count(200)


@rounds
def test_goods_come_back_once(round_):
    assert everybody_returns(budget_amount=100_000) == 1
    assert Return.objects.get().amount == 1000
    assert Budget.objects.get().spent_amount == 0
    assert_books_agree()


def test_without_the_lock_goods_come_back_more_often(monkeypatch):
    def unlocked(pk):
        found = list(Redemption.objects.filter(pk=pk))
        time.sleep(0.2)  # everybody has looked before anybody writes
        return found

    monkeypatch.setattr(returns, "lock_with_children", unlocked)

    assert everybody_returns() > 1


@rounds
def test_a_return_a_rollback_and_a_new_redemption_at_once(round_):
    an_offer(limit=5, budget_amount=100_000)
    headers = make_key()
    made = a_line_of_three(headers)
    items = [{"source_id": "A", "quantity": 1}]
    work = (
        lambda _number: call(headers, f"redemptions/{made}/rollback")[0],
        lambda _number: call(headers, f"redemptions/{made}/returns", items=items)[0],
        lambda number: redeem(headers, customer=f"c{number}")[0],
    )

    answers = at_once(lambda number: work[number % 3](number), clients=CLIENTS)

    assert set(answers) <= {200, 400, 409}
    given = Return.objects.aggregate(given=Sum("amount"))["given"] or 0
    assert given <= 1000
    # The use that came back may have come too late for the others.
    assert accepted() in {4, 5}
    assert Voucher.objects.get().redeemed_count == accepted()
    assert Budget.objects.get().spent_amount == 1000 * accepted()
    assert_books_agree()


# --- once -----------------------------------------------------------------------------------------
def everybody_pays_one_order(headers, **more):
    answers = at_once(
        lambda _number: redeem(headers, source_id="536365", customer="ann", **more)[0], clients=50
    )
    assert set(answers) == {200}
    return accepted()


ONCE = {
    "unlimited": {},
    "code": {"limit": 1},
    "customer": {"limit_per_customer": 1},
    "offer": {"redemption_limit": 1},
}


@rounds
@pytest.mark.parametrize("limits", ONCE.values(), ids=ONCE)
def test_an_order_is_paid_once_even_where_a_second_use_would_be_refused(limits, round_):
    an_offer(**limits)
    make_identity("ann")

    assert everybody_pays_one_order(make_key()) == 1


def test_without_its_key_an_order_is_paid_more_often(monkeypatch):
    monkeypatch.setattr(drafts, "paid_key", lambda **_asked: "")
    an_offer()
    make_identity("ann")

    assert everybody_pays_one_order(make_key()) > 1


@rounds
@pytest.mark.parametrize("limits", ONCE.values(), ids=ONCE)
def test_one_idempotency_key_is_one_redemption(limits, round_):
    an_offer(**limits)
    headers = make_key() | {"Idempotency-Key": str(uuid.uuid4())}

    answers = at_once(lambda _number: redeem(headers, customer="ann"), clients=50)

    assert {status for status, _body in answers} == {200}
    assert len({json.dumps(body) for _status, body in answers}) == 1
    assert accepted() == 1


# --- several codes --------------------------------------------------------------------------------
@rounds
def test_stacks_in_opposite_order_do_not_wait_for_each_other(round_):
    """A deadlock would be seen: PostgreSQL ends one of the two, and counts it."""
    for code in ("ONE", "TWO", "THREE"):
        an_offer(code=code, limit=12, redemption_limit=1000, budget_amount=10**9)
    headers, before = make_key(), deadlocks()
    codes = ("ONE", "TWO", "THREE")

    answers = at_once(
        lambda number: redeem(headers, codes=codes[:: 1 if number % 2 else -1])[0], clients=CLIENTS
    )

    assert answers.count(200) == 12
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {12}
    assert deadlocks() == before
    assert_books_agree()


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
