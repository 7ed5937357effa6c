"""Refusals speak to their reader: in the language asked for, with the place and a remedy."""

import json

import pytest
from rest_framework.test import APIClient

from tests.rewards.makers import make_key

pytestmark = pytest.mark.django_db

ITEM = {"source_id": "mug", "quantity": 1, "price": 900}


@pytest.fixture
def shop():
    return APIClient(headers=make_key())


def details(shop, body, language, path="/v1/validations", kind="application/json"):
    content = body if isinstance(body, str) else json.dumps(body)
    response = shop.post(path, content, content_type=kind, HTTP_ACCEPT_LANGUAGE=language)
    assert response.status_code == 400, response.content
    return response.json()["details"]


def order(**told):
    return {"redeemables": [{"object": "voucher", "id": "SPRING"}], "order": told}


@pytest.mark.parametrize(
    "body",
    [
        order(amount=-1),
        order(amount=10**16),
        order(items=[ITEM | {"quantity": 0}]),
        order(items=[ITEM] * 501),
        order(source_id="x" * 121),
        {"redeemables": []},
        {"redeemables": [{"object": "voucher", "id": "X"}] * 31},
        order(amount=1) | {"session": {"type": "LOCK", "ttl": -1}},
    ],
    ids=lambda body: json.dumps(body)[-40:],
)
def test_numbers_in_a_refusal_do_not_freeze_its_language(shop, body):
    english, turkish, again = (details(shop, body, language) for language in ("en", "tr", "en"))
    assert english == again != turkish
    assert english.split(":")[0] == turkish.split(":")[0]  # the place


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"redeemables": [', "look at line 1, column 18."),
        ("", "redeemables: This field is required."),
        ('{"order": {"amount": ' + "9" * 5_000 + "}}", "a number is too large."),
        ('{"order": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply."),
        ('{"order": {"amount": NaN}}', "NaN is no JSON number."),
    ],
    ids=["cut", "empty", "digits", "deep", "nan"],
)
def test_what_is_no_json_is_told_in_our_words(shop, body, told):
    assert details(shop, body, "en").endswith(told)


def test_an_unknown_type_of_body_says_what_to_send(shop):
    told = details(shop, "amount=1", "en", kind="application/x-www-form-urlencoded")
    assert told == "Send it with Content-Type: application/json."
    told = details(shop, "[]", "en", path="/v1/customers/importCSV")
    assert told == "Send it with Content-Type: multipart/form-data."


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_a_method_that_is_none_says_which_there_are(shop, method):
    response = getattr(shop, method)("/v1/validations")
    assert response.status_code == 405
    assert response.json()["details"] == "Use POST."
