import gc
import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from campaigns.demo import access, days, loading, serving, setup, tills
from campaigns.demo.figures import figures
from config.shared import clock, dispatch
from config.shared.errors import VesileError


class Command(BaseCommand):
    """Fills a demo shop, lives through its days and serves it."""

    help = "Fill the demo shop and run its day; with --serve, open it for visitors."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--once", action="store_true", help="end with one JSON line of totals")
        what.add_argument("--serve", action="store_true", help="serve it until Ctrl-C")
        parser.add_argument("--port", type=int, default=8000, help="of 127.0.0.1 (8000)")
        parser.add_argument(
            "--at", metavar="INSTANT", help="the moment to run for, such as 2026-03-17T12:00:00Z"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["serve"] and options["at"]:
            raise CommandError("--at goes with --once: what is served runs now.", returncode=2)
        at = _moment(options["at"]) if options["at"] else clock.now()
        gc.freeze()  # the rows of the import would make the collector go through all of Django
        try:
            if options["serve"]:
                serving.check_port(options["port"])
            self._fill(at)
            if options["serve"]:
                self._serve(options["port"])
                return
        except VesileError as error:
            raise CommandError(str(error), returncode=2) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped; start again to go on from here.", returncode=130) from None
        self.stdout.write(json.dumps(figures()))

    def _fill(self, at: datetime) -> None:
        with self._step("Preparing the database"):
            call_command("migrate", verbosity=0, interactive=False)
        with (
            self._step("Loading the shop"),
            clock.use(clock.FrozenClock(at)),
            dispatch.silently(),
        ):
            loading.load(at=at, progress=lambda run, line_count: None)
        with self._step("Setting up campaigns"):
            start = days.beginning(at)
            with clock.use(clock.FrozenClock(start)), dispatch.silently():
                setup.set_up(at=start)
        with self._step("Living through its days"):
            days.live_until(at)
        with self._step("Using codes"):
            tills.sell(api_key=access.api_key().key, at=at)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        self.stderr.write(f"{name} ...", ending="")
        self.stderr.flush()
        yield
        self.stderr.write(f" {time.monotonic() - started:.1f} s")

    def _serve(self, port: int) -> None:
        address = f"http://{serving.HOST}:{port}"
        sign_ins = access.sign_ins()
        shown = access.api_key()

        def ready() -> None:
            curl = access.curl(shown, address=address, at=clock.now())
            rows = [f"\nThe demo shop is open: {address}/\n", "Sign in as"]
            rows += [f"  {one.group:<14} {one.email:<22} {one.password}" for one in sign_ins]
            rows += ["\nAPI key", f"  X-App-Id     {shown.key.app_id}"]
            rows += [f"  X-App-Token  {shown.token}"]
            if curl:
                rows += ["\nRedeem a code that was just sent", curl]
            rows += ["\nCtrl-C stops it; the data stays."]
            self.stdout.write("\n".join(rows))
            self.stdout.flush()

        self.stderr.write("Starting web server, worker and beat ...")
        serving.serve(port=port, ready=ready)
        sys.stdout.flush()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(
            f"--at {text} is not an instant: write it like 2026-03-17T12:00:00Z.", returncode=2
        )
    return moment
