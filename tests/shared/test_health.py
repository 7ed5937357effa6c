"""Health: what a load balancer and a monitor are told."""

from datetime import timedelta

import pytest
from django.test import Client

from config.shared import clock, health, tasks
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def ready(client: Client, query: str = "") -> tuple[int, dict]:
    with clock.use(clock.FrozenClock(NOON)):
        answer = client.get(f"/health/ready{query}")
    return answer.status_code, answer.json()


def beat(ago: timedelta) -> None:
    with clock.use(clock.FrozenClock(NOON - ago)):
        tasks.heartbeat()


def test_live_needs_nothing(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/health/live").json() == {"status": "ok"}


def test_ready_when_everything_answers(client: Client) -> None:
    beat(timedelta(seconds=20))
    status, told = ready(client)
    assert (status, told["status"], told["beat"]["seconds_ago"]) == (200, "ok", 20)
    assert told["tzdb"].startswith("20")


@pytest.mark.parametrize("ago", [None, timedelta(minutes=5)])
def test_without_beat_it_is_degraded_and_still_serves(
    client: Client, ago: timedelta | None
) -> None:
    if ago:
        beat(ago)
    status, told = ready(client)
    assert (status, told["status"]) == (200, "degraded")
    assert ready(client, "?strict")[0] == 503


def test_without_the_broker_it_is_degraded(client: Client, settings: object) -> None:
    beat(timedelta(seconds=1))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    status, told = ready(client)
    assert (status, told["broker"]) == (200, "down")


def test_without_the_database_it_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_database", lambda: "down")
    status, told = ready(client)
    assert (status, told["status"]) == (503, "down")


def test_every_answer_carries_a_request_id(client: Client) -> None:
    assert len(client.get("/health/live")["X-Request-ID"]) == 32
    given = client.get("/health/live", headers={"X-Request-ID": "shop-12345678"})
    assert given["X-Request-ID"] == "shop-12345678"
    odd = client.get("/health/live", headers={"X-Request-ID": "a b\tc" * 40})
    assert len(odd["X-Request-ID"]) == 32


def test_a_wrong_host_is_answered_in_the_shape_of_whoever_asks(client: Client) -> None:
    page = client.get("/admin/", headers={"Host": "evil.example"})
    told = client.get("/v1/redemptions", headers={"Host": "evil.example"})
    assert (page.status_code, page["Content-Type"].partition(";")[0]) == (400, "text/html")
    assert (told.status_code, told.json()["key"]) == (400, "invalid_payload")


def test_a_defect_is_answered_in_json_to_programs(client: Client, monkeypatch: object) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(  # type: ignore[attr-defined]
        "config.shared.keys.find_api_key", lambda **_asked: 1 / 0
    )
    told = client.get("/v1/redemptions")
    assert (told.status_code, told.json()["key"]) == (500, "internal_error")
