"""Waiting for what other tests do at the same time on the same servers."""

import time

from django.db import connection

PATIENCE = 300  # seconds: a property test of another worker is one long transaction


def until_facts_are_readable() -> None:
    """Wait until no transaction that started before now is still running, in any database.

    Readers of facts stop at the oldest running transaction of the whole server, and the tests of
    the other workers run there too.
    """
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (mine,) = cursor.fetchone()
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8", [mine])
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise TimeoutError("a transaction somewhere on the server does not end")
