"""The log of a key's requests: what is in it, what never is, and that no request pays for it."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from config.shared import broker, clock, keys, request_log
from config.shared.actors import SYSTEM
from config.shared.clock import FrozenClock
from config.shared.models import ApiKey, ApiRequest
from config.shared.tasks import forget_request_log, keep_request_log
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shared.fronts")]

SHOP = "https://shop.example.com"


@pytest.fixture(autouse=True)
def noon():
    broker._client().delete(request_log._waiting())
    with clock.use(FrozenClock(NOON)) as frozen:
        yield frozen


def server(**more):
    new = keys.create_api_key(**{"name": "shop", "kind": "secret", "actor": SYSTEM, **more})
    return APIClient(headers={"X-App-Id": new.key.app_id, "X-App-Token": new.token})


def browser(origin=SHOP):
    new = keys.create_api_key(name="pages", kind="publishable", origins=[SHOP], actor=SYSTEM)
    headers = {"X-Client-Application-Id": new.key.app_id, "X-Client-Token": new.token}
    return APIClient(headers=headers | {"Origin": origin})


def kept():
    keep_request_log()
    return list(ApiRequest.objects.order_by("id"))


def test_a_request_is_kept_with_its_template_and_how_it_was_answered():
    client = browser()
    client.post(
        "/client/v1/test/guess/SECRET-CODE?email=ann@example.com",
        {"code": "SECRET-CODE", "customer": {"source_id": "ann-of-cork"}},
        format="json",
        headers={"X-Request-ID": "0123456789abcdef"},
    )
    client.post("/client/v1/test/redeem", {}, format="json")

    first, second = kept()
    assert (first.method, first.route) == ("POST", "/client/v1/test/guess/{code}")
    assert (first.status, first.error_key) == (200, "")
    assert (first.at, first.request_id) == (NOON, "0123456789abcdef")
    assert (second.status, second.error_key) == (403, "forbidden")
    stored = json.dumps(list(ApiRequest.objects.values()), default=str)
    for personal in ("SECRET", "ann", "example.com", "127.0.0.1"):
        assert personal not in stored


def test_why_a_right_token_was_refused_stands_in_the_log_and_nowhere_else():
    answer = browser(origin="https://evil.example").post("/client/v1/test/guess", {})
    assert answer.json()["key"] == "unauthorized"
    server(addresses=["203.0.113.9"]).get("/v1/test/echo")
    assert [(row.status, row.error_key) for row in kept()] == [
        (401, "origin_not_allowed"),
        (401, "address_not_allowed"),
    ]


def test_strangers_leave_nothing():
    APIClient().get("/v1/test/echo")
    new = keys.create_api_key(name="shop", kind="secret", actor=SYSTEM)
    APIClient(headers={"X-App-Id": new.key.app_id, "X-App-Token": "sk_x"}).get("/v1/test/echo")
    assert kept() == []


def test_the_request_pays_no_statement_for_limits_and_log():
    client = server()
    client.get("/v1/test/echo")  # notes the use, once in five minutes
    with CaptureQueriesContext(
        connection,
    ) as ran:
        assert client.get("/v1/test/echo").status_code == 200
    assert len(ran) == 1  # the key


def test_nothing_is_kept_twice_when_a_worker_is_killed_before_it_removed_what_it_kept(monkeypatch):
    client = server()
    client.get("/v1/test/echo")
    client.get("/v1/test/echo")
    with monkeypatch.context() as killed:
        killed.setattr(request_log, "_REMOVE", "return 0")
        assert len(kept()) == 2
    client.get("/v1/test/echo")
    assert len(kept()) == 3
    assert broker._client().llen(request_log._waiting()) == 0


def test_a_second_worker_removes_nothing_that_it_did_not_keep():
    server().get("/v1/test/echo")
    lines = broker._client().lrange(request_log._waiting(), 0, 0)
    broker._client().eval(request_log._REMOVE, 1, request_log._waiting(), b"taken before", 1)
    assert broker._client().lrange(request_log._waiting(), 0, 0) == lines


def test_of_a_key_that_is_gone_nothing_is_kept():
    server().get("/v1/test/echo")
    ApiKey.objects.all().delete()
    assert kept() == []
    assert broker._client().llen(request_log._waiting()) == 0


def rows(key, number, *, at):
    entry = {"method": "GET", "route": "/v1/x", "status": 200, "duration_ms": 1}
    ApiRequest.objects.bulk_create(
        ApiRequest(api_key=key, at=at, request_id="x", entry=request_log.uuid.uuid4(), **entry)
        for _ in range(number)
    )


def test_the_log_ends_after_days_and_with_the_newest_of_each_key(monkeypatch):
    monkeypatch.setattr(request_log, "MOST_OF_A_KEY", 3)
    busy, quiet, full = (
        keys.create_api_key(name=name, kind="secret", actor=SYSTEM).key
        for name in ("busy", "quiet", "full")
    )
    rows(busy, 4, at=NOON)
    rows(quiet, 2, at=NOON - timedelta(days=settings.REQUEST_LOG_DAYS, seconds=1))
    rows(quiet, 1, at=NOON)
    rows(full, 3, at=NOON)
    oldest = busy.requests.order_by("id").first()

    forget_request_log()

    assert [key.requests.count() for key in (busy, quiet, full)] == [3, 1, 3]
    assert not ApiRequest.objects.filter(pk=oldest.pk).exists()
