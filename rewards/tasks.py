"""What beat wakes for offers and codes."""

from celery import shared_task

from config.shared import clock
from rewards.services import alarms


@shared_task(name="rewards.watch_refusals")
def watch_refusals() -> None:
    """Every minute: raise alarms where an offer refuses many."""
    alarms.watch_refusals(at=clock.now())
