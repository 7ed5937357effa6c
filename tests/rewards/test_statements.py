"""How many statements a redemption costs, and which is the last."""

import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from customers.models import Product
from rewards.models import Promotion, Redemption

from .makers import (
    AT,
    make_generic,
    make_identity,
    make_key,
    make_personal,
    make_promotion,
    percent,
)

# Outside of a test's transaction: savepoints that only a test makes would be counted.
pytestmark = pytest.mark.django_db(transaction=True)

ORDER = {
    "source_id": "536365",
    "items": [
        {"source_id": "85123A", "quantity": 6, "price": 255},
        {"source_id": "71053", "quantity": 6, "price": 339},
        {"source_id": "84406B", "quantity": 8, "price": 275},
    ],
    "metadata": {"currency": "GBP"},
}


def statements(client, code, *, order_id, headers):
    ran = []

    def note(execute, sql, params, many, context):
        ran.append(sql)
        return execute(sql, params, many, context)

    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": "ann"},
        "order": ORDER | {"source_id": order_id},
    }
    with connection.execute_wrapper(note):
        response = client.post("/v1/redemptions", body, format="json", headers=headers)
    return response, ran


@pytest.fixture
def client():
    client = APIClient(headers=make_key())
    client.get("/v1/redemptions")  # notes the key's use, which happens once in five minutes
    return client


@pytest.fixture
def known_products():
    for source_id in ("85123A", "71053", "84406B"):
        Product.objects.create(source_id=source_id, categories=["garden"], created_at=AT)


def test_a_redemption_with_every_limit_is_five_statements_and_takes_them_last(
    client, known_products
):
    offer = make_promotion(
        percent(15, details={"target": {"categories": ["garden"]}}),
        minimum_amount=2500,
        redemption_limit=100,
        limit_per_customer=2,
        budget_amount=100_000,
    )
    voucher = make_personal(offer, make_identity("ann"))

    response, ran = statements(
        client, voucher.code, order_id="1", headers={"Idempotency-Key": "one"}
    )

    assert response.status_code == 200
    tables = [_verb_and_table(sql) for sql in ran]
    assert tables == [
        ("SELECT", "shared_apikey"),
        ("SELECT", "rewards_voucher"),
        ("SELECT", "customers_identity"),
        ("SELECT", "customers_identity"),  # the goods, and the customer's uses, after the lock
        # The answer, the redemption and the outbox; the use, the budget and their ledger.
        ("WITH", "rewards_voucher"),
    ]
    assert "FOR NO KEY UPDATE" in ran[2]
    assert _tables_after("INSERT INTO", ran[4]) == [
        "shared_idempotencyrecord",
        "rewards_redemption",
        "shared_fact",
        "rewards_budgetentry",
    ]
    assert _tables_after("UPDATE", ran[4]) == ["rewards_voucher", "rewards_budget"]


def test_what_is_not_limited_is_not_looked_up(client):
    voucher = make_personal(make_promotion(), make_identity("ann"))

    _response, ran = statements(
        client, voucher.code, order_id="1", headers={"Idempotency-Key": "one"}
    )

    assert len(ran) == 3
    assert not [sql for sql in ran if "FOR NO KEY UPDATE" in sql and "WITH" not in sql]


@pytest.mark.parametrize(
    ("limits", "around"),
    [
        ({"redemption_limit": 100, "budget_amount": 100_000}, []),
        ({"limit_per_customer": 2}, ["BEGIN", "COMMIT"]),
    ],
    ids=["nothing is locked before", "the customer is"],
)
def test_where_nothing_is_locked_before_it_the_last_statement_is_the_transaction(
    client, limits, around
):
    voucher = make_personal(make_promotion(**limits), make_identity("ann"))
    body = {
        "redeemables": [{"object": "voucher", "id": voucher.code}],
        "customer": {"source_id": "ann"},
        "order": ORDER,
    }

    with CaptureQueriesContext(connection) as ran:
        response = client.post("/v1/redemptions", body, format="json")

    assert response.status_code == 200
    assert [one["sql"] for one in ran if one["sql"] in {"BEGIN", "COMMIT"}] == around


def test_other_running_offers_cost_nothing(client):
    voucher = make_personal(make_promotion(), make_identity("ann"))
    for number in range(10):
        make_promotion(name=f"Other {number}")

    response, ran = statements(client, voucher.code, order_id="1", headers={})

    assert response.status_code == 200
    assert len(ran) == 3


def test_an_unlimited_code_is_not_updated(client):
    make_identity("ann")
    voucher = make_generic(limit=None)

    _response, _ran = statements(client, voucher.code, order_id="1", headers={})

    voucher.refresh_from_db()
    assert voucher.redeemed_count == 0


def test_a_repeat_of_a_paid_order_changes_nothing(client):
    voucher = make_personal(make_promotion(), make_identity("ann"))
    first, _ran = statements(client, voucher.code, order_id="1", headers={})

    again, ran = statements(client, voucher.code, order_id="1", headers={})

    assert again.json()["redemptions"] == first.json()["redemptions"]
    assert {_verb_and_table(sql)[0] for sql in ran} == {"SELECT"}
    assert Redemption.objects.count() == 1


def _tables_after(verb, sql):
    """The tables that a statement writes so, in its order."""
    return re.findall(rf"(?<!FOR ){verb} (\w+_\w+)", sql)


def _verb_and_table(sql):
    """The verb of a statement and the first table it names after FROM, INTO or UPDATE."""
    words = sql.replace('"', "").split()
    verb = words[0].upper()
    before_table = {
        "SELECT": "FROM",
        "INSERT": "INTO",
        "UPDATE": "UPDATE",
        "WITH": "UPDATE",
    }[verb]
    tables = [after for word, after in itertools.pairwise(words) if word == before_table]
    # The selects of the outer query come last where subqueries stand in its columns.
    return verb, tables[-1] if verb == "SELECT" else tables[0]


@pytest.mark.parametrize("live", [10, 100, 1_000])
def test_the_statements_are_the_same_whatever_else_runs(client, known_products, live):
    offer = make_promotion(
        percent(15, details={"target": {"categories": ["garden"]}}),
        redemption_limit=100,
        limit_per_customer=2,
        budget_amount=100_000,
    )
    voucher = make_personal(offer, make_identity("ann"))
    others = [
        Promotion(name=f"Other {n}", currency="GBP", created_at=AT, updated_at=AT)
        for n in range(live)
    ]
    Promotion.objects.bulk_create(others)

    response, ran = statements(
        client, voucher.code, order_id="1", headers={"Idempotency-Key": "one"}
    )

    assert response.status_code == 200
    assert len(ran) == 5
