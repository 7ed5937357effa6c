import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.services import handing_over, ticking
from config.shared import clock
from messaging.services import sending


class Command(BaseCommand):
    help = "Decide who is due, hand over and send, once; prints the counts as one line of JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="the moment to act at, such as 2026-03-17T09:00:00+00:00")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _moment(options["at"]) if options["at"] else clock.now()
        with clock.use(clock.FrozenClock(at), all_threads=False):
            ticked = ticking.tick(at=at)
            handing_over.hand_over(at=at)
            sent = sending.deliver_due(at=at)
        self.stdout.write(
            json.dumps(
                {
                    "at": at.isoformat(),
                    "due": ticked.due,
                    "too_late": ticked.too_late,
                    "sent": sent.sent,
                    "skipped": dict(sorted(sent.skipped.items())),
                    "failed": dict(sorted(sent.failed.items())),
                    "unknown": sent.unknown,
                }
            )
        )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"--at {text} is not a moment. Write it as 2026-03-17T09:00:00+00:00."
        ) from None
    if moment.tzinfo is None:
        raise CommandError(f"--at {text} lacks its offset from UTC. Add +00:00, for example.")
    return moment
