"""`manage.py replay_erasures`: erase again whom a restored backup brought back."""

from typing import Any

from django.core.management.base import BaseCommand

from config.shared import clock
from customers.services.replaying import replay_erasures


class Command(BaseCommand):
    help = "After restoring a backup: erase again whom the list of erasures names."

    def handle(self, *args: Any, **options: Any) -> None:
        unknown, erased = replay_erasures(at=clock.now())
        self.stdout.write(
            f"{unknown} erasures were made after this backup; {erased} people were erased again."
        )
