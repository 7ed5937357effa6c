"""What holds for every call of the storefront API: keys, bad input, the description of itself."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from config.shared import clock, keys
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey
from rewards.models import Redemption
from tests.rewards.makers import (
    make_generic,
    make_key,
)

pytestmark = pytest.mark.django_db

PATHS = ["/v1/validations", "/v1/redemptions"]
BODY = {
    "redeemables": [{"object": "voucher", "id": "SPRING-15"}],
    "order": {"amount": 1000, "currency": "GBP"},
}


@pytest.fixture
def client():
    make_generic()
    return APIClient(headers=make_key())


def changed(**order):
    return BODY | {"order": BODY["order"] | order}


# --- keys -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-App-Id": "00000000-0000-4000-8000-000000000000", "X-App-Token": "sk_x"},
        {"X-App-Id": "\x00", "X-App-Token": "é"},
        {"X-Client-Application-Id": "x", "X-Client-Token": "y"},
    ],
)
def test_without_a_valid_key_there_is_no_answer(path, headers):
    response = APIClient(headers=headers).post(path, BODY, format="json")

    assert response.status_code == 401
    assert response.json()["key"] == "unauthorized"


def test_an_ended_key_and_a_key_for_pages_are_refused():
    made = keys.create_api_key(name="old", kind="secret", actor=SYSTEM)
    keys.revoke_api_key(key=made.key, actor=SYSTEM)
    expired = make_key()
    ApiKey.objects.filter(app_id=expired["X-App-Id"]).update(
        expires_at=clock.now() - timedelta(seconds=1)
    )
    for headers in (
        {"X-App-Id": made.key.app_id, "X-App-Token": made.token},
        expired,
        make_key("publishable", origins=["https://shop.example.com"]),
        make_key("management"),
    ):
        for path in PATHS:
            response = APIClient(headers=headers).post(path, BODY, format="json")
            assert response.status_code == 401


def test_a_restricted_key_does_what_its_scopes_say():
    make_generic()
    reader = APIClient(headers=make_key("restricted", scopes=["redemptions:read"]))
    validator = APIClient(headers=make_key("restricted", scopes=["validations:write"]))

    assert reader.get("/v1/redemptions").status_code == 200
    assert reader.get("/v1/redemptions/r_nobody").status_code == 404
    for path in PATHS:
        refused = reader.post(path, BODY, format="json")
        assert refused.status_code == 403
        assert refused.json()["key"] == "forbidden"
    assert validator.post("/v1/validations", BODY, format="json").status_code == 200
    assert validator.post("/v1/redemptions", BODY, format="json").status_code == 403
    assert validator.get("/v1/redemptions").status_code == 403


def test_other_methods_are_no_methods(client):
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)("/v1/redemptions").status_code in (403, 405)


@pytest.mark.parametrize("accept", ["text/html", "x", "application/xml", ""])
def test_answers_are_json_or_none(client, accept):
    response = client.post("/v1/redemptions", BODY, format="json", headers={"Accept": accept})

    assert response.status_code in (200, 406)
    assert response.json()


# --- bad input ------------------------------------------------------------------------------------
RAW = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"SPRING-15"',
    "null": b"null",
    "NaN": b'{"order": {"amount": NaN}}',
    "Infinity": b'{"order": {"amount": Infinity}}',
    "a number that is infinite": b'{"metadata": {"x": 1e999}}',
    "NUL": b'{"metadata": {"x": "\\u0000"}}',
    "half a character": b'{"metadata": {"x": "\\ud800"}}',
    "no UTF-8": b'{"metadata": {"x": "\xff"}}',
    "too deep": b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "too many digits": b'{"order": {"amount": ' + b"9" * 5_000 + b"}}",
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW.keys())
@pytest.mark.parametrize("path", PATHS)
def test_bodies_that_are_no_request(client, path, raw):
    response = client.post(path, raw, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["key"] == "invalid_payload"
    assert response.json()["details"]
    assert Redemption.objects.count() == 0


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "x"])
def test_bodies_of_another_kind(client, kind):
    assert client.post("/v1/redemptions", b"id=SPRING-15", content_type=kind).status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_a_body_of_more_than_ten_megabytes(client, path):
    raw = json.dumps(BODY | {"metadata": {"x": "y" * 10 * 1024**2}}).encode()

    response = client.post(path, raw, content_type="application/json")

    assert response.status_code == 413
    assert response.json()["key"] == "query_too_large"
    assert response.json()["details"] == "Send at most 10 MB; split a batch."


BAD_AMOUNTS = [-1, 1.5, 1000.0, "1000", True, 10**15 + 1, 10**30, [], {}]


@pytest.mark.parametrize("bad", BAD_AMOUNTS, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_amounts_that_are_none(client, path, bad):
    item = {"source_id": "P1", "quantity": 1}
    for body, where in (
        (changed(amount=bad), "order.amount"),
        (changed(amount=None, items=[item | {"amount": bad}]), "order.items[0].amount"),
        (changed(amount=None, items=[item | {"price": bad}]), "order.items[0].price"),
        (
            changed(amount=None, items=[{"quantity": bad, "price": 1}]),
            "order.items[0].quantity",
        ),
    ):
        response = client.post(path, body, format="json")
        assert response.status_code == 400, body
        assert response.json()["key"] == "invalid_payload"
        assert where in response.json()["details"]


@pytest.mark.parametrize(
    ("body", "key", "says"),
    [
        (changed(amount=1001, items=[{"amount": 1000}]), "invalid_order", "1001"),
        (
            changed(amount=None, items=[{"amount": 7, "price": 3, "quantity": 2}]),
            "invalid_order",
            "items[0]",
        ),
        (changed(amount=None, items=[{"amount": 1}] * 501), "invalid_payload", "500"),
        (changed(amount=None, items=[{"price": 10**15, "quantity": 2}]), "invalid_payload", ""),
        (changed(amount=None, items=[{"amount": 10**15}] * 2), "invalid_payload", ""),
        (changed(currency="QQQ"), "invalid_order", "currency"),
        (changed(currency="POUND"), "invalid_payload", "currency"),
        (changed(currency=None, metadata={"currency": 7}), "invalid_order", "currency"),
        (changed(source_id="x" * 121), "invalid_payload", "source_id"),
        (changed(source_id=5), "invalid_payload", "source_id"),
        (changed(metadata=[]), "invalid_payload", "metadata"),
        (BODY | {"metadata": {"x": "y" * 20_001}}, "invalid_payload", "metadata"),
        (BODY | {"metadata": {"x": [[[[[[[[1]]]]]]]]}}, "invalid_payload", "metadata"),
        (BODY | {"redeemables": []}, "invalid_payload", "redeemables"),
        (BODY | {"redeemables": BODY["redeemables"] * 2}, "duplicated_redeemables", "twice"),
        (BODY | {"redeemables": BODY["redeemables"] * 31}, "invalid_payload", "30"),
        (
            BODY
            | {"redeemables": [*BODY["redeemables"], {"object": "promotion_stack", "id": "B"}]},
            "invalid_redeemables",
            "voucher",
        ),
        (
            BODY | {"redeemables": [{"object": "promotion_tier", "id": "promo_1"}]},
            "invalid_redeemables",
            "voucher",
        ),
        (
            BODY | {"redeemables": [{"object": "coupon", "id": "A"}]},
            "invalid_payload",
            "redeemables[0].object",
        ),
        (BODY | {"redeemables": [{"object": "voucher"}]}, "invalid_payload", "redeemables[0].id"),
        (BODY | {"customer": {}}, "invalid_customer", "source_id"),
        (BODY | {"customer": {"source_id": "  "}}, "invalid_customer", "source_id"),
        (BODY | {"customer": "ann"}, "invalid_payload", "customer"),
        (
            changed(customer={"source_id": "bob"}) | {"customer": {"source_id": "ann"}},
            "invalid_customer",
            "different",
        ),
        (BODY | {"session": {"type": "OPEN"}}, "invalid_payload", "session.type"),
        (BODY | {"session": {"ttl": 32}}, "invalid_session", "31 days"),
        (BODY | {"session": {"ttl": 10**30, "ttl_unit": "HOURS"}}, "invalid_session", "31 days"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_requests_that_contradict_or_exceed(client, path, body, key, says):
    response = client.post(path, body, format="json")

    assert response.status_code == 400
    answer = response.json()
    assert answer["key"] == key
    assert says in answer["message"] + answer["details"]
    assert Redemption.objects.count() == 0


def test_five_hundred_items_and_the_largest_amount_are_fine(client):
    many = changed(amount=None, items=[{"amount": 1}] * 500)
    large = changed(amount=10**15)

    assert client.post("/v1/redemptions", many, format="json").status_code == 200
    assert client.post("/v1/redemptions", large, format="json").status_code == 200


def test_null_counts_as_absent(client):
    body = {
        "redeemables": BODY["redeemables"],
        "order": {
            "amount": 1000,
            "items": None,
            "currency": "GBP",
            "source_id": None,
            "customer": None,
            "metadata": None,
        },
        "customer": None,
        "metadata": None,
        "session": None,
    }

    assert client.post("/v1/redemptions", body, format="json").status_code == 200


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["SPRING-15", "voucher", "GBP", "prod_5h1pp1ng", "ann", "İ", "\u0000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NEARLY_ITEM = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.integers(-1, 3) | ODD,
        "price": st.integers(-1, 10**16) | ODD,
        "amount": st.integers(-1, 10**16) | ODD,
        "product_id": st.just("prod_5h1pp1ng") | ODD,
        "source_id": ODD,
        "sku_id": ODD,
    },
)
NEARLY_CUSTOMER = st.fixed_dictionaries({}, optional={"id": ODD, "source_id": st.text() | ODD})
NEARLY_ORDER = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.integers(-1, 10**16) | ODD,
        "currency": st.just("GBP") | ODD,
        "source_id": st.text() | ODD,
        "items": st.lists(NEARLY_ITEM | ODD, max_size=4) | ODD,
        "customer": NEARLY_CUSTOMER | ODD,
        "metadata": st.dictionaries(st.text(max_size=8), ODD, max_size=3) | ODD,
    },
)
NEARLY_REDEEMABLE = st.fixed_dictionaries(
    {"object": st.just("voucher") | ODD, "id": st.just("SPRING-15") | ODD}
)
NEARLY = st.fixed_dictionaries(
    {"redeemables": st.lists(NEARLY_REDEEMABLE, min_size=1, max_size=2) | ODD},
    optional={
        "order": NEARLY_ORDER | ODD,
        "customer": NEARLY_CUSTOMER | ODD,
        "metadata": st.dictionaries(st.text(max_size=8), ODD, max_size=3) | ODD,
        "session": st.none() | ODD,
        "options": ODD,
    },
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=150)
@given(body=NEARLY | ODD)
def test_no_json_at_all_makes_a_server_error(body):
    from rewards.models import Voucher

    if not Voucher.objects.exists():
        make_generic()
    headers = make_key()
    for path in PATHS:
        response = APIClient(headers=headers).post(
            path, json.dumps(body), content_type="application/json"
        )
        assert response.status_code < 500
        assert response.json()


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/redemptions/%00", "/v1/redemptions/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_leads_nowhere(client, path, method):
    response = getattr(client, method)(path)

    assert response.status_code == 404
    assert response.json()["key"] == "not_found"


@pytest.mark.parametrize("path", PATHS)
def test_a_database_that_is_away_is_said_in_the_published_shape(client, path, monkeypatch):
    def away(**_asked):
        raise OperationalError("connection to 10.1.2.3 refused")

    monkeypatch.setattr("rewards.api.views.preview", away)
    monkeypatch.setattr("rewards.api.views.redeem", away)

    response = client.post(path, BODY, format="json")

    assert response.status_code == 503
    assert response.json()["key"] == "service_unavailable"
    assert "10.1.2.3" not in response.content.decode()


def test_every_answer_carries_a_request_id(client):
    for response in (
        client.post("/v1/redemptions", BODY, format="json"),
        client.post("/v1/redemptions", {}, format="json"),
    ):
        assert response.headers["X-Request-ID"]
