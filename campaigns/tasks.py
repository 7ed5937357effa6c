"""What beat wakes for campaigns."""

from celery import shared_task

from campaigns.services import handing_over, ticking
from config.shared import clock


@shared_task(name="campaigns.tick")
def tick() -> None:
    """Every 30 seconds, and when a campaign is launched or resumed."""
    at = clock.now()
    ticking.tick(at=at)
    handing_over.hand_over(at=at)
