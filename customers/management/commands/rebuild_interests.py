"""Derive the interests of everybody again; killed anywhere, it goes on where it was."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.shared import clock
from customers.services import interests


class Command(BaseCommand):
    help = "Derive the interests of all customers again; safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after",
            type=int,
            default=0,
            metavar="ID",
            help="Go on after this customer, the last that an earlier run named.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = interests.rebuild(at=clock.now(), after=options["after"], progress=self._tell)
        self.stdout.write(f"The interests of {done} customers are derived again.")

    def _tell(self, last: int, done: int) -> None:
        self.stdout.write(f"{done} customers done; go on with --after {last}")
