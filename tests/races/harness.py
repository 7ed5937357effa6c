"""Many clients who begin at the same moment, each with a thread and a connection of its own."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local

from django.db import connection
from rest_framework.test import APIClient

CLIENTS = 64
ROUNDS = int(os.environ.get("VESILE_RACE_ROUNDS", "2"))
PATIENCE = 60  # seconds after which a race that does not come about is an error


def at_once(work, *, clients=CLIENTS):
    """What `work(number)` returns for each of the clients, who all start together."""
    barrier = Barrier(clients)

    def one(number):
        try:
            connection.ensure_connection()
        except Exception:
            barrier.abort()
            raise
        try:
            barrier.wait(timeout=60)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(one, range(clients)))


class Meeting:
    """Where clients wait for each other, each once: all have read before anybody writes.

    A broken variant that meets breaks for certain. A client that comes again, because it begins
    again, goes past.
    """

    def __init__(self, clients):
        self._barrier, self._been = Barrier(clients), local()

    def wait(self):
        if getattr(self._been, "there", False):
            return
        self._been.there = True
        self._barrier.wait(timeout=PATIENCE)

    def after(self, function):
        """`function`, with the meeting behind it."""

        def met(*args, **kwargs):
            done = function(*args, **kwargs)
            self.wait()
            return done

        return met


def wait_until_somebody_waits_for_us():
    """Return once another connection needs what this transaction holds."""
    _wait_until(
        "SELECT count(*) > 0 FROM pg_locks "
        "WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )


def wait_until_waiting(count):
    """Return once so many connections wait for a lock, for whomever."""
    _wait_until(
        "SELECT count(DISTINCT pid) >= %s FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND datname = current_database()",
        [count],
    )


def _wait_until(question, values=()):
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(question, values)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waited: it did not happen at once.")


def redeem(headers, code, *, customer=None, **order):
    """One redemption over the whole stack but the socket: (status, headers, body)."""
    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "order": {"amount": 3000, "currency": "GBP", **order},
    }
    if customer:
        body["customer"] = {"source_id": customer}
    response = APIClient(headers=headers).post("/v1/redemptions", body, format="json")
    return response.status_code, response.headers, response.content
