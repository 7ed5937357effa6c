"""An order told over the API makes its customer enter, with a web server, a worker and beat.

The promise is two seconds. How long a loaded machine takes is no property of ours, so here it only
has to happen; the statements that it takes are pinned in `tests/segments/keeping`, and how long it
took is measured by `python -m tests.benchmarks membership`.
"""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.servers.launcher import PATIENCE, PROJECT, Launcher, wait_for
from tests.soak.kills import Web, run, wait_for_the_door

ENTERED = """
SELECT f.subject_id, f.data ->> 'because', c.entered, m.inside
FROM shared_fact f
JOIN segments_membershipchange c ON c.customer_id = f.subject_id AND c.at = f.at
JOIN segments_membership m ON m.customer_id = f.subject_id
WHERE f.kind = 'segment.entered' AND (f.data ->> 'segment')::int = %s
"""


@contextmanager
def at_work(environment: dict[str, str]) -> Iterator[None]:
    """A worker and beat, as processes of their own."""
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config.celery", *arguments],
            env=environment | {"LOG_LEVEL": "ERROR", "PYTHONPATH": str(PROJECT)},
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for arguments in (["worker", "--concurrency", "2"], ["beat"])
    ]
    try:
        yield
    finally:
        for process in begun:
            process.send_signal(signal.SIGTERM)
        for process in begun:
            process.wait(PATIENCE)


def order(port: int, headers: dict[str, str]) -> int:
    body = {
        "source_id": "o-1",
        "status": "PAID",
        "currency": "TRY",
        "customer": {"source_id": "ann"},
        "items": [{"source_id": "MUG", "quantity": 1, "price": 900}],
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        content = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/orders", json.dumps(body), headers | content)
        return connection.getresponse().status
    finally:
        connection.close()


def test_an_order_makes_its_customer_enter(launcher: Launcher) -> None:
    running = launcher.start()
    shop = run(running.seen, "-m", "tests.servers.kept_shop")
    web = Web(running.seen)
    try:
        with at_work(running.seen), psycopg.connect(running.seen["DATABASE_URL"]) as database:
            database.autocommit = True
            wait_for_the_door(web.port)
            assert not database.execute(ENTERED, [shop["segment"]]).fetchall()

            assert order(web.port, shop["headers"]) == 200

            wait_for(lambda: database.execute(ENTERED, [shop["segment"]]).fetchall())
            [entered] = database.execute(ENTERED, [shop["segment"]]).fetchall()
            assert entered == (shop["customer"], "write", True, True)
    finally:
        web.kill()
    running.end()
