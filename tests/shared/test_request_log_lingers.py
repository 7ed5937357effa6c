"""Requests of a moment go to their log together."""

import time

from config.shared import broker, request_log
from config.shared.request_log import Entry
from tests.factories import NOON


def entry(number):
    return Entry(number, NOON, "GET", "/v1/test", 200, "", 3, f"request-{number}")


def waiting():
    return broker._client().llen(request_log._waiting())


def test_entries_of_a_moment_arrive_together_and_each_once(settings, monkeypatch):
    broker._client().delete(request_log._waiting())
    settings.REQUEST_LOG_LINGER = 0.3
    trips, pushed = [], request_log._pushed
    monkeypatch.setattr(
        request_log, "_pushed", lambda client, lines: (trips.append(1), pushed(client, lines))
    )

    for number in range(5):
        request_log.note(entry(number))
    assert waiting() == 0
    until = time.monotonic() + 60
    while waiting() < 5 and time.monotonic() < until:
        time.sleep(0.05)

    assert waiting() == 5
    assert len(trips) == 1
    request_log.push()  # nothing is left
    assert waiting() == 5
    broker._client().delete(request_log._waiting())
