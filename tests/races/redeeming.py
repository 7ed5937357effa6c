"""A shop whose clients all come at once, and the books that must agree afterwards.

Rounds and clients of a long run come from the environment, see `make soak`.
"""

import json
import os

import pytest
from django.db.models import Count, Sum
from rest_framework.test import APIClient

from rewards.models import Budget, Redemption, ReturnLine, Voucher
from tests.rewards.makers import amount, make_generic, make_key, make_promotion

from .harness import at_once

CLIENTS = int(os.environ.get("VESILE_RACE_CLIENTS", "24"))
rounds = pytest.mark.parametrize("round_", range(int(os.environ.get("VESILE_RACE_ROUNDS", "1"))))
LIMITS = {
    "code": {"limit": 10},
    "offer": {"redemption_limit": 10},
    "money": {"budget_amount": 10_500},
    "money of a period": {"budget_period_amount": 10_500, "budget_period": "month"},
}
"""Limits that ten times 10.00 off use up, by what they limit."""


def an_offer(*, limit=None, code="CODE", **fields):
    offer = make_promotion(amount(1000), holder_only=False, name=code, **fields)
    make_generic(offer, code=code, limit=limit)
    return offer


def call(headers, path, **body):
    """One request: (status, body)."""
    response = APIClient(headers=headers).post(f"/v1/{path}", body, format="json")
    return response.status_code, json.loads(response.content)


def asked(codes=("CODE",), *, customer=None, **order):
    body = {
        "redeemables": [{"object": "voucher", "id": code} for code in codes],
        "order": {"amount": 5000, "currency": "GBP"} | order,
    }
    return body | ({"customer": {"source_id": customer}} if customer else {})


def redeem(headers, *, session=None, **sent):
    body = asked(**sent)
    if session:
        body["session"] = {"type": "LOCK", "key": session}
    return call(headers, "redemptions", **body)


def hold(headers, session, **sent):
    """Whether the session holds it now."""
    lock = {"type": "LOCK", "key": session, "ttl": 10, "ttl_unit": "MINUTES"}
    status, answer = call(headers, "validations", **asked(**sent), session=lock)
    assert status == 200
    return answer["valid"]


def a_line_of_three(headers):
    """A redemption of three units of A with 10.00 off."""
    items = [{"source_id": "A", "quantity": 3, "price": 2000}]
    return redeem(headers, items=items, amount=6000)[1]["redemptions"][0]["id"]


def everybody_redeems(*, times=2, clients=CLIENTS, **sent):
    """How many got it; all answers are a redemption or a refusal."""
    headers = make_key()
    answers = at_once(
        lambda number: [redeem(headers, **_of(sent, number))[0] for _time in range(times)],
        clients=clients,
    )
    statuses = [status for several in answers for status in several]
    assert set(statuses) <= {200, 400}
    return statuses.count(200)


def _of(sent, number):
    return {name: what(number) if callable(what) else what for name, what in sent.items()}


def everybody_holds(*, clients=CLIENTS, **sent):
    """How many sessions hold a use, each its own."""
    headers = make_key()
    held = at_once(lambda number: hold(headers, f"cart-{number}", **sent), clients=clients)
    return held.count(True)


def standing():
    """Accepted redemptions of codes that were not taken back."""
    codes = Redemption.objects.filter(result="SUCCESS", test=False, voucher__isnull=False)
    return codes.filter(rolled_back_at=None)


def accepted():
    return standing().count()


def assert_books_agree():
    """What budgets say is what their entries say, and what redemptions stand for; codes too."""
    for budget in Budget.objects.all():
        told = budget.entries.aggregate(uses=Sum("count"), money=Sum("amount"))
        assert budget.spent_count == (told["uses"] or 0)
        assert budget.spent_amount == (told["money"] or 0)
        if budget.period_key:
            continue
        mine = standing().filter(promotion=budget.promotion_id)
        given = mine.aggregate(uses=Count("pk"), money=Sum("discount_amount"))
        back = ReturnLine.objects.filter(redemption__in=mine).aggregate(money=Sum("amount"))
        assert budget.spent_count == given["uses"]
        assert budget.spent_amount == (given["money"] or 0) - (back["money"] or 0)
    for voucher in Voucher.objects.exclude(redemption_limit=None):
        assert voucher.redeemed_count == standing().filter(voucher=voucher).count()
