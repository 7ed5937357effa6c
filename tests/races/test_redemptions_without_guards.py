"""Each guard of redemption taken out, one at a time: what it is for happens, and for certain.

The clients meet where the guard would have kept them apart, so that no test depends on luck.
"""

from threading import Event

import pytest
from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import DeadlockDetected

from config.shared import clock
from rewards import drafts, taking
from rewards.candidates import find_candidates
from rewards.models import Redemption, Return, Rollback, Voucher
from rewards.services import redemptions, reservations, returns, rollbacks
from rewards.services.rollbacks import roll_back
from rewards.services.voucher_changes import disable_voucher
from tests.rewards.makers import SYSTEM, make_identity, make_key

from .harness import Meeting, at_once
from .redeeming import (
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
)

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 12  # limits let ten of them have it
PAIR = 2


def meet(monkeypatch, module, name, *, clients=CLIENTS):
    """Everybody waits for everybody behind this function of the module."""
    function = getattr(module, name)
    monkeypatch.setattr(module, name, Meeting(clients).after(function))


def begun(**limits):
    """An offer whose period has begun: its first redemption makes the row that counts it."""
    an_offer(**limits)
    headers = make_key()
    made = redeem(headers)[1]["redemptions"][0]["id"]
    assert call(headers, f"redemptions/{made}/rollback")[0] == 200


def without_condition(monkeypatch, *, counting=(), conditions):
    """The last statement without these conditions; it counts as far as the database lets it."""
    complete, changes = taking._statement, [*counting, *((one, "true") for one in conditions)]
    assert all(old in complete() for old, _new in changes)

    def without(*idle, alone=False):
        statement = complete(*idle, alone=alone)
        for old, new in changes:
            statement = statement.replace(old, new)
        return statement

    monkeypatch.setattr(taking, "_statement", without)


# --- limits ---------------------------------------------------------------------------------------
def test_without_its_condition_a_code_is_redeemed_more_often(monkeypatch):
    without_condition(
        monkeypatch,
        counting=[("v.redeemed_count + 1", "least(v.redeemed_count + 1, v.redemption_limit)")],
        conditions=["v.redeemed_count + wanted.held < v.redemption_limit"],
    )
    meet(monkeypatch, redemptions, "assess")
    an_offer(limit=10)

    assert everybody_redeems(times=1, clients=CLIENTS) == CLIENTS


BUDGETS = {name: LIMITS[name] for name in LIMITS if name != "code"}


@pytest.mark.parametrize("limits", BUDGETS.values(), ids=BUDGETS)
def test_without_its_condition_a_budget_is_overdrawn(monkeypatch, limits):
    without_condition(
        monkeypatch,
        counting=[
            (
                "SET spent_count = b.spent_count + wanted.uses, "
                "spent_amount = b.spent_amount + wanted.amount",
                "SET spent_count = least(b.spent_count + wanted.uses, b.limit_count), "
                "spent_amount = least(b.spent_amount + wanted.amount, b.limit_amount)",
            )
        ],
        conditions=[
            "b.spent_count + wanted.uses + wanted.held_count <= b.limit_count",
            "b.spent_amount + wanted.amount + wanted.held_amount <= b.limit_amount",
        ],
    )
    begun(**limits)
    meet(monkeypatch, redemptions, "assess")

    assert everybody_redeems(times=1, clients=CLIENTS) == CLIENTS


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_with_the_conditions_ten_are_ten_although_all_have_judged_before(monkeypatch, limits):
    """The same meeting, and nothing taken out: the guard is what the others are broken without."""
    begun(**limits)
    meet(monkeypatch, redemptions, "assess")

    assert everybody_redeems(times=1, clients=CLIENTS) == 10
    assert_books_agree()


@pytest.mark.parametrize(
    "limits",
    [
        {"limit_per_customer": 3},
        {"limit_per_customer_period": 3, "customer_period": "month"},
    ],
)
def test_without_the_lock_a_customer_gets_more(monkeypatch, limits):
    monkeypatch.setattr(redemptions, "counts_customers", lambda _candidate: False)
    meet(monkeypatch, redemptions, "assess")
    an_offer(**limits)
    make_identity("ann")

    assert everybody_redeems(times=1, clients=CLIENTS, customer="ann") == CLIENTS


# --- sessions -------------------------------------------------------------------------------------
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_without_the_locks_more_is_held_than_there_is(monkeypatch, limits):
    monkeypatch.setattr(reservations, "lock_limits", lambda **asked: find_candidates(**asked))
    begun(**limits)
    meet(monkeypatch, reservations, "assess")

    assert everybody_holds(clients=CLIENTS) == CLIENTS


def test_without_the_locks_a_customer_holds_more(monkeypatch):
    def unlocked(customer, *, lock=False):
        return find_identity(customer)

    find_identity = reservations.find_identity
    monkeypatch.setattr(reservations, "find_identity", unlocked)
    monkeypatch.setattr(reservations, "lock_customers", lambda _ids: None)
    monkeypatch.setattr(reservations, "lock_limits", lambda **asked: find_candidates(**asked))
    meet(monkeypatch, reservations, "assess")
    an_offer(limit_per_customer=3)
    make_identity("ann")

    assert everybody_holds(clients=CLIENTS, customer="ann") == CLIENTS


def between_judging_and_taking(monkeypatch, change):
    """What `change()` returns, and what the one is answered who judged before it."""
    headers, judged, changed = make_key(), Event(), Event()
    take = redemptions._take

    def take_late(*args, **kwargs):
        judged.set()
        assert changed.wait(timeout=60)
        take(*args, **kwargs)

    def redeeming():
        return redeem(headers)[0]

    def changing():
        assert judged.wait(timeout=60)
        done = change()
        changed.set()
        return done

    monkeypatch.setattr(redemptions, "_take", take_late)
    status, done = at_once(lambda number: (redeeming, changing)[number](), clients=PAIR)
    return done, status


def held_while_somebody_redeems(monkeypatch):
    headers = make_key()
    return between_judging_and_taking(monkeypatch, lambda: hold(headers, "cart"))


LAST_USE = {
    "code": {"limit": 1},
    "offer": {"redemption_limit": 1},
    "money": {"budget_amount": 1000},
}


@pytest.mark.parametrize("limits", LAST_USE.values(), ids=LAST_USE)
def test_what_is_held_between_judging_and_taking_is_not_taken(monkeypatch, limits):
    an_offer(**limits)

    assert held_while_somebody_redeems(monkeypatch) == (True, 400)
    assert accepted() == 0


@pytest.mark.parametrize("limits", LAST_USE.values(), ids=LAST_USE)
def test_without_looking_whether_it_is_held_it_is_taken(monkeypatch, limits):
    free = "(wanted.locked OR {0}.reserved_until IS NULL OR {0}.reserved_until <= %(at)s)"
    without_condition(monkeypatch, conditions=[free.format("v"), free.format("b")])
    an_offer(**limits)

    assert held_while_somebody_redeems(monkeypatch) == (True, 200)


@pytest.mark.parametrize("limit", [None, 5])
def test_a_code_that_is_switched_off_between_judging_and_taking_is_not_taken(monkeypatch, limit):
    an_offer(limit=limit)
    code = Voucher.objects.get()

    def switch_off():
        return disable_voucher(voucher=code, actor=SYSTEM).active

    assert between_judging_and_taking(monkeypatch, switch_off) == (False, 400)
    assert accepted() == 0


# --- taking back ----------------------------------------------------------------------------------
def unlocked(redemption_id):
    rows = Redemption.objects.filter(pk=redemption_id) | Redemption.objects.filter(
        parent_id=redemption_id
    )
    return list(rows.select_related("identity").order_by("pk"))


def take_back_twice(monkeypatch):
    """Two redemptions, and two who take back the first; what each of them gets."""
    monkeypatch.setattr(rollbacks, "lock_with_children", Meeting(PAIR).after(unlocked))
    an_offer(limit=5, budget_amount=100_000)
    headers = make_key()
    first, _second = [redeem(headers)[1]["redemptions"][0]["id"] for _time in range(2)]
    made = Redemption.objects.get(public_id=first)

    def back(_number):
        try:
            return roll_back(redemption=made, at=clock.now())
        except IntegrityError:
            return None

    return at_once(back, clients=PAIR)


def test_without_the_lock_only_the_database_keeps_a_rollback_from_happening_twice(monkeypatch):
    """Whoever comes second is not told so: its request fails."""
    assert take_back_twice(monkeypatch).count(None) == 1
    assert Rollback.objects.count() == 1


def test_without_the_lock_and_the_database_one_rollback_gives_back_two(monkeypatch):
    monkeypatch.setattr(rollbacks, "_write", lambda rows, *_told: Rollback(redemption=rows[0]))

    assert None not in take_back_twice(monkeypatch)
    assert accepted() == 1
    assert Voucher.objects.get().redeemed_count == 0  # two uses came back of one redemption
    with pytest.raises(AssertionError):
        assert_books_agree()


def test_without_the_lock_goods_come_back_more_often(monkeypatch):
    monkeypatch.setattr(returns, "lock_with_children", unlocked)
    meet(monkeypatch, returns, "_returned_before")
    an_offer()
    headers = make_key()
    path = f"redemptions/{a_line_of_three(headers)}/returns"
    items = [{"source_id": "A", "quantity": 3}]

    answers = at_once(
        lambda number: call(headers, path, items=items, source_id=f"ret-{number}")[0],
        clients=CLIENTS,
    )

    assert answers == [200] * CLIENTS
    assert Return.objects.count() == CLIENTS


# --- once -----------------------------------------------------------------------------------------
TIMES = 50


def test_without_its_key_an_order_is_paid_as_often_as_it_is_sent(monkeypatch):
    monkeypatch.setattr(drafts, "paid_key", lambda **_asked: "")
    meet(monkeypatch, redemptions, "assess", clients=TIMES)
    an_offer()
    make_identity("ann")
    headers = make_key()

    answers = at_once(
        lambda _number: redeem(headers, source_id="536365", customer="ann")[0], clients=TIMES
    )

    assert answers == [200] * TIMES
    assert accepted() == TIMES


def one_key_everybody_sends(monkeypatch):
    """How often a request was done that everybody sends with one key; all judge, then write."""
    meet(monkeypatch, redemptions, "assess", clients=TIMES)
    an_offer()
    headers = make_key() | {"Idempotency-Key": "till-4-receipt-17"}

    answers = at_once(lambda _number: redeem(headers)[0], clients=TIMES)

    assert answers == [200] * TIMES
    return accepted()


def test_who_does_not_look_whether_an_idempotency_key_is_free_redeems_every_time(monkeypatch):
    looking = "kept AS ("
    without_condition(
        monkeypatch, conditions=[], counting=[(looking, "kept AS (SELECT), unread AS (")]
    )

    assert one_key_everybody_sends(monkeypatch) == TIMES


def test_one_key_redeems_once_although_all_have_judged_before(monkeypatch):
    assert one_key_everybody_sends(monkeypatch) == 1


# --- several codes --------------------------------------------------------------------------------
def test_codes_that_are_taken_in_the_order_of_the_request_wait_in_a_circle(monkeypatch):
    """PostgreSQL ends one of the two, which begins again: nothing is wrong, but time is lost."""
    take, meeting, ended = taking.take, Meeting(PAIR), []

    def one_after_the_other(*, uses, **more):
        try:
            with transaction.atomic():
                for use in uses:
                    Voucher.objects.select_for_update(no_key=True).get(pk=use.voucher_id)
                    meeting.wait()
                take(uses=uses, **more)
        except OperationalError as error:
            ended.append(type(error.__cause__))
            raise

    monkeypatch.setattr(taking, "take", one_after_the_other)
    for code in ("ONE", "TWO"):
        an_offer(code=code, limit=12)
    headers, codes = make_key(), ("ONE", "TWO")

    answers = at_once(
        lambda number: redeem(headers, codes=codes[:: 1 if number % 2 else -1])[0], clients=PAIR
    )

    assert ended == [DeadlockDetected]
    assert answers == [200, 200]
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {2}
