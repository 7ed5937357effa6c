"""Kill the web server or the database while a shop redeems: `make soak ARGS="--rounds 20"`.

A round starts the servers, sixteen tills redeem with an Idempotency-Key each, in mid-load all of
the web server or of PostgreSQL is killed with SIGKILL and started again, and the tills repeat what
was not answered. Then every acknowledged redemption must be there once, no order twice, and the
counters must be what the ledgers say. A journal keeps finished rounds, so that a run goes on where
it was ended.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from threading import Event

import psycopg

from tests.servers.launcher import PROJECT, Launcher

TILLS = 16
PATIENCE = 90.0  # seconds after which a till gives up: the round failed
KINDS = ("web", "database")
WRONG_BOOKS = {
    "orders redeemed twice": """
        SELECT count(*) FROM (SELECT 1 FROM rewards_redemption
            WHERE result = 'SUCCESS' AND rolled_back_at IS NULL
            GROUP BY order_source_id HAVING count(*) > 1) AS twice""",
    "codes whose count is not their redemptions": """
        SELECT count(*) FROM rewards_voucher v WHERE redemption_limit IS NOT NULL
            AND redeemed_count <> (SELECT count(*) FROM rewards_redemption r
                WHERE r.voucher_id = v.id AND result = 'SUCCESS' AND rolled_back_at IS NULL)""",
    "budgets whose sums are not their entries": """
        SELECT count(*) FROM rewards_budget b
        WHERE (spent_count, spent_amount) <> (
            SELECT coalesce(sum(count), 0), coalesce(sum(amount), 0)
            FROM rewards_budgetentry e WHERE e.budget_id = b.id)""",
    "budgets that are not their redemptions": """
        SELECT count(*) FROM rewards_budget b
        WHERE period_key = '' AND (spent_count, spent_amount) <> (
            SELECT count(*), coalesce(sum(discount_amount), 0) FROM rewards_redemption r
            WHERE r.promotion_id = b.promotion_id AND result = 'SUCCESS'
                AND rolled_back_at IS NULL)""",
    "redemptions without their fact": """
        SELECT count(*) FROM rewards_redemption r WHERE result = 'SUCCESS' AND NOT EXISTS (
            SELECT 1 FROM shared_fact f
            WHERE f.kind = 'redemption.made' AND f.subject_id = r.id)""",
}


@dataclass(frozen=True, slots=True)
class Round:
    """What became of one round; all but `acknowledged` and `repeated` must be 0."""

    kind: str
    acknowledged: int
    repeated: int
    lost: int
    changed: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Answered:
    till: int
    key: str
    status: int
    redemption: str
    tries: int


class Web:
    """gunicorn with two processes of four threads on a port that stays the same."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start(environment)

    def start(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket"),
                *("--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{self.port}"),
                *("--log-level", "critical"),
            ],
            env=environment | {"LOG_LEVEL": "ERROR", "PYTHONPATH": str(PROJECT)},
            cwd=PROJECT,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """All of its processes at once, without a chance to say goodbye."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Till:
    """Redeems one code for one order after the other, until told to stop."""

    def __init__(self, number: int, port: int, shop: dict, ended: Event) -> None:
        self.number, self.port, self.shop, self.ended = number, port, shop, ended
        self.answers: list[Answered] = []

    def work(self) -> list[Answered]:
        while not self.ended.is_set():
            self.answers.append(self._one(f"{self.number}-{uuid.uuid4()}"))
        return self.answers

    def _one(self, key: str) -> Answered:
        """One redemption, repeated with the same key until it is answered."""
        until, tries = time.monotonic() + PATIENCE, 0
        while time.monotonic() < until:
            tries += 1
            try:
                status, body = self.ask(key)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            if status in (200, 400):
                made = body["redemptions"][0]["id"] if status == 200 else ""
                return Answered(self.number, key, status, made, tries)
            time.sleep(0.1)
        raise AssertionError("a till was never answered")

    def ask(self, key: str) -> tuple[int, dict]:
        code = self.shop["hot"] if self.number % 2 else self.shop["unlimited"]
        body = {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": {"source_id": f"c{self.number}"},
            "order": {"source_id": key, "amount": 5000, "currency": "GBP"},
        }
        headers = self.shop["headers"] | {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/v1/redemptions", json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if response.status in (200, 400) else {}
        finally:
            connection.close()


def one_round(launcher: Launcher, kind: str, *, seconds: float = 3.0) -> Round:
    """One kill with `seconds` of load on each side of it."""
    running = launcher.start()
    shop = run(running.seen, "-m", "tests.soak.shop")
    web = Web(running.seen)
    try:
        wait_for_the_door(web.port)
        ended = Event()
        with ThreadPoolExecutor(TILLS) as threads:
            tills = [Till(number, web.port, shop, ended) for number in range(TILLS)]
            working = [threads.submit(till.work) for till in tills]
            _wait_for_load(tills)
            time.sleep(seconds)
            seen = running.seen
            if kind == "database":
                running.end(signal.SIGKILL)
                for pid in launcher.servers():
                    with suppress(ProcessLookupError):  # it ended with the one before
                        os.kill(pid, signal.SIGKILL)
                running = launcher.start()
            # The web server gets over a database that comes back, but not over a new address.
            if kind == "web" or seen["DATABASE_URL"] != running.seen["DATABASE_URL"]:
                web.kill()
                web.start(running.seen)
            time.sleep(seconds)
            ended.set()
            answers = [answer for each in working for answer in each.result()]
        changed = sum(_again(tills[answer.till], answer) for answer in answers[:: len(tills)])
    finally:
        web.kill()
    result = _audited(running.seen["DATABASE_URL"], kind, answers, changed)
    running.end()
    return result


def run(environment: dict[str, str], *arguments: str) -> dict:
    """What a program of ours says in its last line."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment | {"LOG_LEVEL": "ERROR", "PYTHONPATH": str(PROJECT)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def wait_for_the_door(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the web server did not start")


def _wait_for_load(tills: list[Till]) -> None:
    """On a slow machine it takes a while until a killed request would be one of many."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not all(till.answers for till in tills):
        time.sleep(0.1)


def _again(till: Till, answer: Answered) -> bool:
    """Whether a repeat of an acknowledged request is answered otherwise."""
    status, body = till.ask(answer.key)
    made = body["redemptions"][0]["id"] if status == 200 else ""
    return (status, made) != (answer.status, answer.redemption)


def _audited(url: str, kind: str, answers: list[Answered], changed: int) -> Round:
    acknowledged = {answer.redemption: answer.key for answer in answers if answer.redemption}
    with psycopg.connect(url) as connection:
        stored = dict(
            connection.execute(
                "SELECT public_id, order_source_id FROM rewards_redemption WHERE result = 'SUCCESS'"
            ).fetchall()
        )
        wrong = 0
        for what, sql in WRONG_BOOKS.items():
            row = connection.execute(sql).fetchone()
            if row and row[0]:
                print(f"{row[0]} {what}", file=sys.stderr)
                wrong += row[0]
    return Round(
        kind=kind,
        acknowledged=len(acknowledged),
        repeated=sum(answer.tries > 1 for answer in answers),
        lost=sum(stored.get(made) != key for made, key in acknowledged.items()),
        changed=changed,
        wrong=wrong,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--afresh", action="store_true", help="forget the rounds that were done")
    asked = parser.parse_args()
    folder = PROJECT / ".data" / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / "kills.jsonl"
    if asked.afresh:
        journal.unlink(missing_ok=True)
    done = len(journal.read_text().splitlines()) if journal.exists() else 0
    launcher = Launcher(folder / "kills")
    for number in range(done, asked.rounds):
        result = one_round(launcher, KINDS[number % len(KINDS)])
        with journal.open("a") as written:
            written.write(json.dumps(asdict(result)) + "\n")
        print(f"round {number + 1}: {result}", flush=True)
    rounds = [Round(**json.loads(line)) for line in journal.read_text().splitlines()]
    print(
        f"{len(rounds)} rounds, {sum(one.acknowledged for one in rounds)} acknowledged,"
        f" {sum(one.repeated for one in rounds)} repeated,"
        f" {sum(one.lost for one in rounds)} lost, {sum(one.changed for one in rounds)} answered"
        f" otherwise, {sum(one.wrong for one in rounds)} wrong in the books"
    )
    return 1 if any(one.lost or one.changed or one.wrong for one in rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
