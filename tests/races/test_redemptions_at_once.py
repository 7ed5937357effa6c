"""Limits, holds and taking back are exact when everybody comes at once.

What each guard is for: `test_redemptions_without_guards.py`.
"""

import json
import uuid
from threading import Event

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from config.shared import clock
from customers.models import Identity
from rewards.errors import AlreadyRolledBack
from rewards.models import Budget, Redemption, Reservation, Return, Rollback, Voucher
from rewards.services.rollbacks import roll_back
from tests.rewards.makers import AT, make_identity, make_key

from .harness import at_once, wait_until_somebody_waits_for_us, wait_until_waiting
from .redeeming import (
    CLIENTS,
    LIMITS,
    a_line_of_three,
    accepted,
    an_offer,
    assert_books_agree,
    call,
    everybody_holds,
    everybody_redeems,
    hold,
    redeem,
    rounds,
)

pytestmark = pytest.mark.django_db(transaction=True)


# --- limits ---------------------------------------------------------------------------------------
@rounds
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_ten_are_ten(limits, round_):
    an_offer(**limits)

    assert everybody_redeems() == 10
    assert accepted() == 10
    assert_books_agree()


OF_CUSTOMER = {
    "ever": {"limit_per_customer": 3},
    "in a period": {"limit_per_customer_period": 3, "customer_period": "month"},
}


@rounds
@pytest.mark.parametrize("identities", [1, 2])
@pytest.mark.parametrize("limits", OF_CUSTOMER.values(), ids=OF_CUSTOMER)
def test_a_customer_gets_three_by_whatever_name(limits, identities, round_):
    an_offer(**limits)
    ann = make_identity("ann")
    if identities == 2:
        Identity.objects.create(customer=ann.customer, external_id="ann-app", created_at=AT)

    names = ("ann", "ann-app")
    assert everybody_redeems(customer=lambda number: names[number % identities]) == 3


# --- sessions -------------------------------------------------------------------------------------
@rounds
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_ten_uses_are_held_by_ten_sessions(limits, round_):
    an_offer(**limits)

    assert everybody_holds() == 10
    assert Reservation.objects.count() == 10


@rounds
def test_the_sessions_of_a_customer_hold_what_is_left_for_this_customer(round_):
    an_offer(limit_per_customer=3)
    make_identity("ann")

    assert everybody_holds(customer="ann") == 3


@rounds
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
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


def test_whoever_takes_back_makes_the_other_wait():
    """The second looks only when the first is done, and finds it taken back."""
    an_offer(limit=5, budget_amount=100_000)
    headers = make_key()
    first, _second = [redeem(headers)[1]["redemptions"][0]["id"] for _time in range(2)]
    made = Redemption.objects.get(public_id=first)
    taken_back = Event()

    def first_comes():
        with transaction.atomic():
            roll_back(redemption=made, at=clock.now())
            taken_back.set()
            wait_until_somebody_waits_for_us()

    def second_comes():
        assert taken_back.wait(timeout=30)
        with pytest.raises(AlreadyRolledBack):
            roll_back(redemption=made, at=clock.now())

    at_once(lambda number: (first_comes, second_comes)[number](), clients=2)

    assert Voucher.objects.get().redeemed_count == Budget.objects.get().spent_count == 1
    assert_books_agree()


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


def test_whoever_waits_for_the_first_code_holds_no_later_one():
    """Not by luck: both stacks are stopped at the first code, and the others are free."""
    codes = [an_offer(code=code, limit=9).vouchers.get().pk for code in ("ONE", "TWO", "THREE")]
    headers, held = make_key(), Event()

    def holding():
        with transaction.atomic():
            lock(codes[0])
            held.set()
            wait_until_waiting(2)
            for code in codes[1:]:
                lock(code, nowait=True)  # raises where somebody has it

    def redeeming(names):
        assert held.wait(timeout=30)
        assert redeem(headers, codes=names)[0] == 200

    names = ("ONE", "TWO", "THREE")
    work = (holding, lambda: redeeming(names), lambda: redeeming(names[::-1]))
    at_once(lambda number: work[number](), clients=3)

    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {2}


def lock(voucher_id, *, nowait=False):
    rows = Voucher.objects.filter(pk=voucher_id).select_for_update(no_key=True, nowait=nowait)
    assert list(rows.values_list("pk"))


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
