"""What beat wakes for messages."""

from celery import shared_task

from config.shared import clock
from messaging.services import confirmations, sending


@shared_task(name="messaging.deliver_due")
def deliver_due() -> None:
    """Every 15 seconds, and whenever something was handed over."""
    confirmations.ask_to_confirm(at=clock.now())
    sending.deliver_due(at=clock.now())
