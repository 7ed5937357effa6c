"""What beat wakes for segments."""

from celery import shared_task

from config.shared import clock
from segments.services import building, following_facts, keeping, passing_time, scoring, sizes


@shared_task(name="segments.follow_facts")
def follow_facts() -> None:
    """Every second: look again at whoever something happened to."""
    following_facts.follow()


@shared_task(name=following_facts.CATCH_UP)
def look_at_many() -> None:
    """Every 15 seconds and when many were concerned: look at those noted down."""
    following_facts.look_at_many()


@shared_task(name="segments.pass_time")
def pass_time() -> None:
    """Every 5 seconds: look again at whom the passing of time concerns."""
    passing_time.pass_time(at=clock.now())


@shared_task(name=keeping.BUILD)
def build_kept() -> None:
    """Every 15 seconds and when something is to be built: build what is kept."""
    building.build()


@shared_task(name=keeping.REVIEW)
def review_kept() -> None:
    """Every minute and when asked: what is to be kept, and what asks something else by now."""
    keeping.review()


@shared_task(name="segments.refresh_scores")
def refresh_scores() -> None:
    """Every minute: make kept scores anew once they are an hour old; look at whose changed."""
    scoring.refresh(at=clock.now())
    scoring.look_at_changed()


@shared_task(name="segments.count_sizes")
def count_sizes() -> None:
    """Every minute: how many are in segments that somebody entered or left."""
    sizes.count_sizes(at=clock.now())


@shared_task(name="segments.record_sizes")
def record_sizes() -> None:
    """Every ten minutes, which notes one size for each hour."""
    sizes.record_sizes(at=clock.now())
