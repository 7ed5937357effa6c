"""A voucher on an order of three lines, against how peers place theirs, in turn.

Ours is the whole call in process, from the WSGI environment to the answer: key, idempotency,
limits, log. A peer runs the services behind its checkout, without its web layer, as a program of
its own on a database of its own. Its Python is one that has it and nothing of ours: `BENCH_OSCAR`
or `BENCH_PRETIX` names it, else an environment is made in the user's cache folder. A peer that
cannot be had is said so.
"""

import json
import os
import subprocess
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from rest_framework.test import APIClient

from tests.benchmarks import till
from tests.benchmarks.pairs import RATE, Figure, Result, in_turns

ORDERS: Final = int(os.environ.get("PEER_ORDERS", "30"))  # of a turn of the peer
_OURS: Final = 10  # times as many of ours, so that both turns take about as long
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Peer:
    """What our redemption is compared with; `goal` is how many times as quick it is to be."""

    name: str
    packages: tuple[str, ...]
    goal: float

    @property
    def short_name(self) -> str:
        return self.name.removeprefix("django-")

    @property
    def program(self) -> Path:
        return _HERE / f"peer_{self.short_name}.py"


PEERS: Final = (
    Peer("django-oscar", ("django-oscar==4.2.1", "psycopg[binary]>=3.2"), goal=10),
    Peer("pretix", ("pretix==2026.8.0",), goal=15),
)


class Running:
    """A peer's program, which places orders when it is asked to."""

    def __init__(self, python: str, program: Path, url: str) -> None:
        self._process = subprocess.Popen(
            [python, str(program)],
            env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said()

    def place(self, orders: int) -> dict[str, Any]:
        """How many seconds it took, and what the last order costs."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{orders}\n")
        self._process.stdin.flush()
        return self._said()

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the peer ended")
        said: dict[str, Any] = json.loads(line)
        return said


def _python(peer: Peer) -> str | None:
    """The interpreter that has the peer; None where it cannot be installed."""
    named = os.environ.get(f"BENCH_{peer.short_name.upper()}")
    if named:
        return named
    folder = Path.home() / ".cache" / "vesile-bench" / peer.short_name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", *peer.packages], check=False)
        if done.returncode:
            return None
        (folder / "complete").touch()
    return str(python)


@contextmanager
def _database(name: str) -> Iterator[str]:
    """An empty database beside ours, gone afterwards."""
    ours = os.environ["DATABASE_URL"]
    with psycopg.connect(ours, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(ours)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(ours, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run() -> Iterator[Result]:
    shop = till.set_up()
    for peer in PEERS:
        python = _python(peer)
        if python is None:
            print(f"| orders of {peer.name} | not installed: pip could not get it |", flush=True)
            continue
        with _database(f"bench_{peer.short_name}") as url:
            running = Running(python, peer.program, url)
            try:
                yield from _against(peer, running, shop)
            finally:
                running.stop()
    till.empty()


def _against(peer: Peer, running: Running, shop: till.Till) -> list[Result]:
    headers = {"X-App-Id": shop.key.app_id, "X-App-Token": shop.token}
    client = APIClient(headers=headers, SERVER_NAME="127.0.0.1")
    numbers = iter(range(10**9))

    def redeem() -> int:
        number = next(numbers)
        body = {
            "redeemables": [{"object": "voucher", "id": till.HOT}],
            "customer": {"source_id": "till-1"},
            "order": {
                "source_id": f"{peer.name}-{number}",
                "currency": "GBP",
                "items": [
                    {"source_id": f"till-product-{line}", "quantity": 2, "price": 2500}
                    for line in range(3)
                ],
            },
        }
        headers = {"Idempotency-Key": f"{peer.name}-{number}"}
        answer = client.post("/v1/redemptions", body, format="json", headers=headers)
        costs: int = answer.json()["order"]["total_amount"]
        return costs

    costs = running.place(1)["costs"]
    if redeem() != costs:
        raise AssertionError("the peer's order costs something else")

    def ours() -> tuple[float]:
        started = time.perf_counter()
        for _number in range(ORDERS * _OURS):
            redeem()
        return (ORDERS * _OURS / (time.perf_counter() - started),)

    figure = Figure(f"voucher and 3 lines, against {peer.name}", peer.goal, RATE, at_least=True)
    return in_turns(
        [figure], floor=lambda: (ORDERS / running.place(ORDERS)["seconds"],), product=ours
    )
