"""Limits of a key: of all its callers, of a customer, of an address, and of wrong codes."""

from datetime import timedelta

import pytest
import redis
from rest_framework.test import APIClient

from config.shared import broker, clock, keys
from config.shared.actors import SYSTEM
from config.shared.clock import FrozenClock
from config.shared.models import ApiKey
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shared.fronts")]

SHOP = "https://shop.example.com"
GUESS = "/client/v1/test/guess"


@pytest.fixture(autouse=True)
def noon():
    with clock.use(FrozenClock(NOON)) as frozen:
        yield frozen


def server(**limits):
    new = keys.create_api_key(name="shop", kind="secret", actor=SYSTEM)
    ApiKey.objects.filter(pk=new.key.pk).update(**limits)
    return APIClient(headers={"X-App-Id": new.key.app_id, "X-App-Token": new.token})


def browser(**limits):
    new = keys.create_api_key(name="pages", kind="publishable", origins=[SHOP], actor=SYSTEM)
    ApiKey.objects.filter(pk=new.key.pk).update(**limits)
    headers = {"X-Client-Application-Id": new.key.app_id, "X-Client-Token": new.token}
    return APIClient(headers=headers | {"Origin": SHOP})


def guess(client, code="WRONG", *, customer=None, address="203.0.113.7"):
    body = {"code": code} | ({"customer": {"source_id": customer}} if customer else {})
    return client.post(GUESS, body, format="json", REMOTE_ADDR=address)


def test_every_answer_says_how_the_limit_stands(noon):
    client = server(requests_per_minute=3)

    answers = [client.get("/v1/test/echo") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["X-Rate-Limit-Limit"] for answer in answers] == ["3"] * 5
    left = [answer.headers["X-Rate-Limit-Remaining"] for answer in answers]
    assert left == ["2", "1", "0", "0", "0"]
    assert int(answers[0].headers["X-Rate-Limit-Reset"]) == int(NOON.timestamp()) + 60
    assert answers[3].headers["Retry-After"] == "60"
    assert answers[3].json()["key"] == "too_many_requests"
    assert "Retry-After" not in answers[0].headers

    noon.advance(timedelta(seconds=60))
    assert client.get("/v1/test/echo").status_code == 200


def test_a_refusal_is_an_answer_too():
    forbidden = browser().post("/client/v1/test/redeem", {}, format="json")
    assert forbidden.status_code == 403
    assert forbidden.headers["X-Rate-Limit-Remaining"] == "119"


def test_keys_do_not_share_their_limits():
    first, second = server(requests_per_minute=1), server(requests_per_minute=1)
    assert first.get("/v1/test/echo").status_code == 200
    assert second.get("/v1/test/echo").status_code == 200
    assert first.get("/v1/test/echo").status_code == 429


def test_zero_is_no_limit_and_the_headers_are_there():
    client = server(requests_per_minute=0)
    answer = client.get("/v1/test/echo")
    assert answer.status_code == 200
    assert int(answer.headers["X-Rate-Limit-Remaining"]) > 1_000_000


def test_one_customer_does_not_use_up_what_others_may():
    client = server(requests_per_customer=2)
    for customer, expected in (("ann", 200), ("ann", 200), ("ann", 429), ("bea", 200)):
        body = {"customer": {"source_id": customer}}
        assert client.post("/v1/test/echo", body, format="json").status_code == expected


def test_one_address_does_not_use_up_what_others_may():
    client = browser(requests_per_address=2)
    for address, expected in (
        ("203.0.113.7", 200),
        ("203.0.113.7", 200),
        ("203.0.113.7", 429),
        ("203.0.113.8", 200),
        ("2001:db8::1", 200),
        ("2001:db8::2", 200),
        ("2001:db8::3", 429),  # one household has a whole /64
        ("2001:db8:0:1::1", 200),
    ):
        assert guess(client, "RIGHT", address=address).status_code == expected, address


# --- guessing -------------------------------------------------------------------------------------
def test_ten_thousand_guesses_are_ended_at_once_also_when_one_is_right():
    client = browser()
    statuses = [guess(client).status_code for _ in range(20)]
    assert statuses == [200] * 10 + [429] * 10

    right = guess(client, "RIGHT")
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 60


def test_right_codes_do_not_count_as_guesses():
    client = browser(requests_per_address=0)
    assert {guess(client, "RIGHT").status_code for _ in range(30)} == {200}


def test_guesses_of_a_customer_count_from_everywhere_and_those_of_an_address_for_everybody():
    client = browser(wrong_codes_per_caller=3)
    for number in range(3):
        guess(client, customer="ann", address=f"203.0.113.{number}")
    assert guess(client, customer="ann", address="203.0.113.9").status_code == 429

    for customer in ("bea", "cem", "dil"):
        guess(client, customer=customer, address="198.51.100.1")
    assert guess(client, customer="eli", address="198.51.100.1").status_code == 429


def test_guesses_of_the_whole_key_have_an_end():
    client = browser(wrong_codes=5)
    for number in range(5):
        guess(client, customer=f"c{number}", address=f"203.0.113.{number}")
    assert guess(client, customer="new", address="198.51.100.9").status_code == 429


# --- Redis ----------------------------------------------------------------------------------------
@pytest.fixture
def redis_away(monkeypatch):
    gone = redis.Redis(port=1, socket_connect_timeout=0.1)
    monkeypatch.setattr(broker, "_client", lambda: gone)
    monkeypatch.setattr(broker, "_away_until", 0.0)


def test_without_redis_everything_is_answered(redis_away, caplog):
    client = server(requests_per_minute=1)
    answers = [client.get("/v1/test/echo") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["X-Rate-Limit-Limit"] == "1"


def test_redis_knows_no_customer_and_no_address():
    client = browser()
    guess(client, customer="ann-of-cork", address="203.0.113.77")
    keys_there = broker._client().keys(broker.name("limit", "*"))
    told = b" ".join(keys_there).decode()
    assert keys_there
    assert "ann" not in told
    assert "203.0.113" not in told
