"""Idempotency-Key: a write that is sent again is answered, not repeated."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from config.shared import clock, idempotency
from config.shared.errors import Locked, Throttled, Unavailable
from config.shared.models import IdempotencyRecord
from config.shared.tasks import forget_idempotency
from rewards.api import views
from rewards.models import Redemption, Rollback
from tests.rewards.makers import make_generic, make_key

pytestmark = pytest.mark.django_db

BODY = {
    "redeemables": [{"object": "voucher", "id": "SPRING-15"}],
    "order": {"amount": 1000, "currency": "GBP"},
}


@pytest.fixture
def client():
    make_generic()
    return APIClient(headers=make_key())


def send(client, key, body=BODY):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/redemptions", body, format="json", headers=headers)


def test_a_repeat_gets_the_stored_answer_word_for_word(client):
    first, second = send(client, "receipt-1"), send(client, "receipt-1")

    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert Redemption.objects.count() == 1


def test_without_a_key_or_with_another_it_is_a_new_request(client):
    for key in (None, None, "receipt-1", "receipt-2"):
        assert send(client, key).status_code == 200

    assert Redemption.objects.count() == 4


def test_the_same_key_with_another_body_is_a_conflict(client):
    first = send(client, "receipt-1")

    other = send(client, "receipt-1", BODY | {"order": {"amount": 1001, "currency": "GBP"}})

    assert other.status_code == 409
    assert other.json()["key"] == "idempotency_key_reused"
    # The first answer is still there.
    assert send(client, "receipt-1").content == first.content
    assert Redemption.objects.count() == 1


def test_the_order_of_the_keys_in_the_body_does_not_matter(client):
    first = send(client, "receipt-1")

    second = send(client, "receipt-1", dict(reversed(BODY.items())))

    assert second.content == first.content


def test_a_key_belongs_to_the_caller(client):
    send(client, "receipt-1")

    other = send(APIClient(headers=make_key()), "receipt-1")

    assert other.status_code == 200
    assert "Idempotent-Replayed" not in other.headers
    assert Redemption.objects.count() == 2


def test_a_refusal_is_an_answer_too(client):
    body = BODY | {"order": {"amount": 1000, "currency": "EUR"}}

    first, second = send(client, "receipt-1", body), send(client, "receipt-1", body)

    assert first.status_code == second.status_code == 400
    assert first.content == second.content
    assert Redemption.objects.count() == 1


def test_an_unknown_code_stays_unknown_for_that_key(client):
    body = BODY | {"redeemables": [{"object": "voucher", "id": "LATER"}]}
    first = send(client, "receipt-1", body)
    from tests.rewards.makers import make_promotion

    make_generic(make_promotion(name="Later", holder_only=False), code="LATER")

    assert first.status_code == 404
    assert send(client, "receipt-1", body).content == first.content
    assert send(client, "receipt-2", body).status_code == 200


def test_malformed_input_does_not_use_up_the_key(client):
    assert send(client, "receipt-1", BODY | {"order": {"amount": -1}}).status_code == 400

    assert send(client, "receipt-1").status_code == 200


@pytest.mark.parametrize("error", [Throttled(), Unavailable(), Locked(), ZeroDivisionError()])
def test_what_may_go_differently_next_time_is_not_stored(client, monkeypatch, error):
    def fail(**_asked):
        raise error

    stored = isinstance(error, Locked)
    with monkeypatch.context() as broken:
        broken.setattr(views, "redeem", fail)
        client.raise_request_exception = False
        failed = send(client, "receipt-1")

    assert failed.status_code == getattr(error, "status", 500)
    assert IdempotencyRecord.objects.exists() is stored


def test_nothing_of_a_failed_request_remains(client, monkeypatch):
    """An error after the writing, of the kind that is an answer, takes the writing back."""
    made = send(client, None).json()["redemptions"][0]["id"]
    roll_back = views.roll_back

    def write_then_refuse(**asked):
        roll_back(**asked)
        raise Locked

    def sent():
        headers = {"Idempotency-Key": "receipt-1"}
        return client.post(f"/v1/redemptions/{made}/rollback", format="json", headers=headers)

    monkeypatch.setattr(views, "roll_back", write_then_refuse)

    assert sent().status_code == 423
    assert Rollback.objects.count() == 0
    assert sent().headers["Idempotent-Replayed"] == "true"


def test_a_redemption_whose_answer_cannot_be_made_is_none(client, monkeypatch):
    """It is answered before its only statement, which stores the answer as well."""

    def refuse(_made):
        raise Locked

    monkeypatch.setattr(views.Redeeming.answer, "__defaults__", (refuse,))

    assert send(client, "receipt-1").status_code == 423
    assert Redemption.objects.count() == 0
    assert send(client, "receipt-1").headers["Idempotent-Replayed"] == "true"


def test_begins_again_when_overtaken_and_gives_up_after_a_while(client, monkeypatch):
    redeem, calls = views.redeem, []

    def overtaken(**asked):
        calls.append(1)
        if len(calls) < 3:
            raise idempotency.Overtaken
        return redeem(**asked)

    monkeypatch.setattr(views, "redeem", overtaken)
    assert send(client, "receipt-1").status_code == 200
    assert len(calls) == 3

    def always(**_asked):
        calls.append(1)
        raise idempotency.Overtaken

    calls.clear()
    monkeypatch.setattr(views, "redeem", always)
    assert send(client, "receipt-2").status_code == 409
    assert len(calls) == idempotency.ATTEMPTS
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "\t"])
def test_a_malformed_key_is_refused(client, key):
    response = send(client, key)

    assert response.status_code == 400
    assert response.json()["key"] == "invalid_idempotency_key"
    assert Redemption.objects.count() == 0


def test_keys_are_stored_as_hashes(client):
    send(client, "receipt-of-ann")

    record = IdempotencyRecord.objects.get()
    assert "ann" not in record.key_hash
    assert "SPRING" not in record.request_hash


def test_a_key_is_forgotten_after_a_day(client):
    start = clock.now()
    with clock.use(clock.FrozenClock(start)) as frozen:
        send(client, "receipt-1")
        frozen.advance(timedelta(hours=23))
        forget_idempotency()
        assert send(client, "receipt-1").headers["Idempotent-Replayed"] == "true"
        frozen.advance(timedelta(hours=2))
        forget_idempotency()
        assert "Idempotent-Replayed" not in send(client, "receipt-1").headers
