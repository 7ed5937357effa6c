"""What beat wakes for offers and codes."""

from celery import shared_task

from config.shared import clock
from rewards.services import alarms, code_run_work


@shared_task(name="rewards.watch_refusals")
def watch_refusals() -> None:
    """Every minute: raise alarms where an offer refuses many."""
    alarms.watch_refusals(at=clock.now())


@shared_task(name="rewards.work_on_codes")
def work_on_codes() -> None:
    """Every 15 seconds and after somebody asked for codes: generate and import them."""
    code_run_work.work()
