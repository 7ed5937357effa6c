"""Make the states of all consents anew from the ledger, or say whether they agree with it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.services import consent


class Command(BaseCommand):
    help = "Make the states of all consents anew from the events; safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Change nothing: say how many states differ from what the events add up to.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            different = consent.differences()
            if different:
                raise CommandError(
                    f"{different} states are not what the events add up to; run without --check."
                )
            self.stdout.write("Every state is what the events add up to.")
            return
        rows = consent.rebuild(progress=self._tell)
        self.stdout.write(f"{rows} states made anew.")

    def _tell(self, done: int, total: int) -> None:
        self.stdout.write(f"{done} of {total} customers")
