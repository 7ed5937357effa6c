"""The same request from everywhere at once is done once and answered alike."""

import pytest

from rewards.models import Redemption
from tests.rewards.makers import make_generic, make_key

from .harness import ROUNDS, at_once, redeem

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 50


@pytest.mark.parametrize("limit", [None, 1, 1000])
def test_one_idempotency_key_fifty_times_at_once(limit):
    voucher = make_generic(limit=limit)
    headers = make_key() | {"Idempotency-Key": "till-4-receipt-17"}

    answers = at_once(lambda _number: redeem(headers, voucher.code), clients=TIMES)

    assert {status for status, _headers, _body in answers} == {200}
    assert len({body for _status, _headers, body in answers}) == 1
    replayed = [headers.get("Idempotent-Replayed") for _status, headers, _body in answers]
    assert replayed.count(None) == 1
    assert replayed.count("true") == TIMES - 1
    assert Redemption.objects.count() == 1


def test_a_refusal_is_replayed_too():
    voucher = make_generic(limit=1)
    headers = make_key()
    assert redeem(headers, voucher.code)[0] == 200
    again = headers | {"Idempotency-Key": "late"}

    answers = at_once(lambda _number: redeem(again, voucher.code), clients=TIMES)

    assert {status for status, _headers, _body in answers} == {400}
    assert len({body for _status, _headers, body in answers}) == 1
    assert Redemption.objects.filter(result="FAILURE").count() == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("limit", [None, 1])
def test_one_order_is_paid_once_without_any_header(limit, round_):
    voucher, headers = make_generic(limit=limit), make_key()

    answers = at_once(
        lambda _number: redeem(headers, voucher.code, source_id="536365"), clients=TIMES
    )

    assert {status for status, _headers, _body in answers} == {200}
    assert len({body for _status, _headers, body in answers}) == 1
    assert Redemption.objects.count() == 1


def test_many_orders_are_paid_once_each_by_many_tills():
    voucher, headers = make_generic(limit=1000), make_key()

    def till(number):
        return [
            redeem(headers, voucher.code, source_id=f"order-{order}", customer=f"c{order}")[0]
            for order in range(number % 4, number % 4 + 3)
        ]

    answers = at_once(till, clients=32)

    assert {status for several in answers for status in several} == {200}
    made = Redemption.objects.filter(result="SUCCESS")
    assert sorted(made.values_list("order_source_id", flat=True)) == [
        f"order-{order}" for order in range(6)
    ]
    voucher.refresh_from_db()
    assert voucher.redeemed_count == 6
