"""What beat wakes for customers."""

from celery import shared_task

from config.shared import clock
from customers.services import interests


@shared_task(name="customers.follow_interests")
def follow_interests() -> None:
    """Every 5 seconds: derive again what new facts may have changed."""
    interests.follow(at=clock.now())


@shared_task(name="customers.forget_unpermitted_interests")
def forget_unpermitted_interests() -> None:
    """Every day: permissions that ran out, and kinds of data that need one since."""
    interests.forget_unpermitted(at=clock.now())
