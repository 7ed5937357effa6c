"""What each call about codes costs in statements, whatever is stored and however many are asked."""

import pytest
from django.db import connection
from rest_framework.test import APIClient

from rewards.models import Redemption, Voucher
from rewards.services.publications import publish

from .makers import (
    AT,
    amount,
    make_generic,
    make_identity,
    make_key,
    make_promotion,
    percent,
)

# Outside of a test's transaction: savepoints that only a test makes would be counted.
pytestmark = pytest.mark.django_db(transaction=True)

EVERY_LIMIT = {
    "redemption_limit": 100,
    "limit_per_customer": 50,
    "budget_amount": 10**6,
    "budget_period_amount": 10**6,
    "budget_period": "month",
}
CODES = [f"CODE-{number}" for number in range(8)]
ITEMS = [{"source_id": f"P{number}", "quantity": 2, "price": 1500} for number in range(4)]


class Caller:
    """A shop's server that notes what its calls cost."""

    def __init__(self):
        self.client = APIClient(headers=make_key())
        self.client.get("/v1/redemptions")  # notes the key's use, once in five minutes

    def post(self, path, body=None):
        return self._noted(self.client.post, f"/v1/{path}", body or {}, format="json")

    def get(self, path):
        return self._noted(self.client.get, f"/v1/{path}")

    def _noted(self, call, *args, **kwargs):
        ran = []

        def note(execute, sql, params, many, context):
            ran.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = call(*args, **kwargs)
        assert response.status_code == 200, response.content
        return response.json(), ran


@pytest.fixture
def caller(db):
    return Caller()


@pytest.fixture
def offers():
    """An offer for each code, limited in everything, of which all can be combined."""
    make_identity("ann")
    for number, code in enumerate(CODES):
        effect = percent(5) if number % 2 else amount(100)
        offer = make_promotion(effect, name=code, holder_only=False, **EVERY_LIMIT)
        make_generic(offer, code=code, limit=50)


def asked(count, order_id="1", session=None):
    body = {
        "redeemables": [{"object": "voucher", "id": code} for code in CODES[:count]],
        "customer": {"source_id": "ann"},
        "order": {"source_id": order_id, "items": ITEMS, "currency": "GBP"},
    }
    return body | ({"session": {"type": "LOCK", "key": session}} if session else {})


def verbs(ran):
    return [sql.split()[0] for sql in ran]


@pytest.mark.parametrize("codes", [1, 2, 4])
def test_a_validation_only_reads_however_many_codes_it_names(caller, offers, codes):
    answer, ran = caller.post("validations", asked(codes))

    assert answer["valid"] is True
    assert verbs(ran) == ["SELECT"] * 3  # key, codes with the customer, what the rules ask


@pytest.mark.parametrize("codes", [2, 4, 5])
def test_a_stack_costs_the_same_however_many_codes_it_has(caller, offers, codes):
    caller.post("redemptions", asked(codes, "first"))  # makes the budgets of the period

    answer, ran = caller.post("redemptions", asked(codes, "second"))

    assert len(answer["redemptions"]) == codes
    # Key, codes, customer, what the rules ask, the redemption with the taking.
    assert len(ran) == 5


@pytest.mark.parametrize("codes", [1, 2, 4])
def test_a_session_costs_the_same_however_many_codes_it_holds(caller, offers, codes):
    caller.post("redemptions", asked(codes, "first"))

    answer, ran = caller.post("validations", asked(codes, session="cart"))

    assert answer["valid"] is True
    assert len(ran) == 17


@pytest.mark.parametrize("codes", [2, 4, 5])
def test_a_rollback_costs_the_same_however_many_codes_come_back(caller, offers, codes):
    made, _ran = caller.post("redemptions", asked(codes))
    parent = made["parent_redemption"]["id"]

    answer, ran = caller.post(f"redemptions/{parent}/rollbacks")

    assert len(answer["rollbacks"]) == codes
    assert len(ran) == 17
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {0}


def test_a_single_rollback(caller, offers):
    made, _ran = caller.post("redemptions", asked(1))

    _answer, ran = caller.post(f"redemptions/{made['redemptions'][0]['id']}/rollback")

    assert len(ran) == 17


@pytest.mark.parametrize("lines", [1, 4])
@pytest.mark.parametrize("codes", [2, 5])
def test_a_return_costs_the_same_however_many_lines_come_back(caller, offers, codes, lines):
    made, _ran = caller.post("redemptions", asked(codes))
    back = [{"source_id": item["source_id"], "quantity": 1} for item in ITEMS[:lines]]

    _answer, ran = caller.post(
        f"redemptions/{made['parent_redemption']['id']}/returns", {"items": back}
    )

    assert len(ran) == 15


# --- lists ----------------------------------------------------------------------------------------
def many_redemptions(caller, count):
    """Single ones, stacks, refused ones and ones taken back."""
    for number in range(count):
        made, _ran = caller.post("redemptions", asked(1 + number % 3, f"order-{number}"))
        if number % 2:
            single = "parent_redemption" not in made
            one = made["redemptions"][0] if single else made["parent_redemption"]
            caller.post(f"redemptions/{one['id']}/{'rollback' if single else 'rollbacks'}")
    refused = asked(1, "refused")
    refused["order"]["currency"] = "EUR"
    for _time in range(count):
        assert caller.client.post("/v1/redemptions", refused, format="json").status_code == 400


def many_codes(_caller, count):
    """Public and personal codes, limited and not."""
    promotion = make_promotion(name="Personal")
    for number in range(count):
        offer = make_promotion(name=f"Offer {number}", holder_only=False)
        make_generic(offer, code=f"CODE-{number}", limit=number % 2 or None)
        publish(promotion=promotion, identity=make_identity(f"c{number}"), at=AT)


LISTS = {
    "redemptions": (many_redemptions, "redemptions", 3),
    "codes": (many_codes, "vouchers", 5),
    "campaigns": (many_codes, "campaigns", 6),
    "publications": (many_codes, "publications", 3),
    "redemptions of a code": (many_redemptions, "vouchers/CODE-0/redemptions", 5),
}


@pytest.mark.parametrize(("fill", "path", "cost"), LISTS.values(), ids=LISTS)
def test_a_list_costs_the_same_with_twice_as_many_rows(caller, offers_for, fill, path, cost):
    offers_for(fill)
    fill(caller, 8)
    few, ran_few = caller.get(f"{path}?limit=4")
    many, ran_many = caller.get(f"{path}?limit=8")

    rows = "redemption_entries" if "CODE" in path else path
    assert (len(few[rows]), len(many[rows])) == (4, 8)
    assert len(ran_many) == len(ran_few) == cost, ran_many


@pytest.fixture
def offers_for(request):
    """The offers, where the rows are redemptions of them."""

    def made(fill):
        if fill is many_redemptions:
            request.getfixturevalue("offers")

    return made


def test_one_redemption_is_shown_alike_whatever_became_of_it(caller, offers):
    single, _ran = caller.post("redemptions", asked(1, "single"))
    stack, _ran = caller.post("redemptions", asked(4, "stack"))
    taken_back, _ran = caller.post("redemptions", asked(1, "back"))
    caller.post(f"redemptions/{taken_back['redemptions'][0]['id']}/rollback")

    shown = (
        single["redemptions"][0],
        stack["parent_redemption"],
        taken_back["redemptions"][0],
    )
    costs = {len(caller.get(f"redemptions/{one['id']}")[1]) for one in shown}

    assert costs == {3}
    assert Redemption.objects.filter(result="SUCCESS").count() == 7
