"""Make the texts that search looks through anew, for instance after they learned to hold more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from customers.services import search_texts


class Command(BaseCommand):
    help = "Make the search texts of all customers anew; safe to run, stop and repeat at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after", type=int, default=0, help="Go on behind the key that was told last."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        written = search_texts.rebuild(after=options["after"], progress=self._tell)
        self.stdout.write(f"{written} search texts made anew.")

    def _tell(self, done: int, highest: int) -> None:
        self.stdout.write(f"up to customer {done} of {highest}")
