"""Redis: one connection for each thread, and what becomes of it."""

from threading import Thread

import pytest
import redis
from django.conf import settings

from config.shared import broker


@pytest.fixture
def administrator(monkeypatch):
    """Somebody else's connection."""
    monkeypatch.setattr(broker, "_away_until", 0.0)
    with redis.Redis.from_url(settings.REDIS_URL) as other:
        yield other


def own_connection():
    return broker.ask(lambda client: client.client_id(), purpose="test")


def test_a_thread_keeps_its_connection():
    assert own_connection() == own_connection()


def test_who_finds_the_connection_ended_is_answered_over_a_new_one(administrator):
    """Redis was started anew: every thread finds that out for itself, and none goes without."""
    before = own_connection()
    administrator.client_kill_filter(_id=before)

    after = own_connection()
    assert after is not None
    assert after != before


def test_the_connection_of_a_thread_that_ended_is_another_threads_next(administrator):
    used = []

    def in_a_thread():
        thread = Thread(target=lambda: used.append(own_connection()))
        thread.start()
        thread.join()

    for _time in range(5):
        in_a_thread()

    assert len(set(used)) == 1
