"""What beat wakes for the installation itself."""

from datetime import timedelta

from celery import shared_task

from config.shared import audit, clock, health, request_log
from config.shared.models import Heartbeat, IdempotencyRecord

IDEMPOTENCY_KEPT = timedelta(hours=24)


@shared_task(name="shared.heartbeat")
def heartbeat() -> None:
    """Every 15 seconds: shows that beat ticks and a worker works."""
    Heartbeat.objects.update_or_create(name=health.BEAT, defaults={"at": clock.now()})


@shared_task(name="shared.seal_audit")
def seal_audit() -> None:
    """Every 30 seconds."""
    audit.seal()


@shared_task(name="shared.forget_idempotency")
def forget_idempotency() -> None:
    """Every hour: a repeat is answered from the stored one for a day."""
    IdempotencyRecord.objects.filter(created_at__lt=clock.now() - IDEMPOTENCY_KEPT).delete()


@shared_task(name="shared.keep_request_log")
def keep_request_log() -> None:
    """Every 5 seconds: what was asked of the API since."""
    request_log.keep()


@shared_task(name="shared.forget_request_log")
def forget_request_log() -> None:
    """Every hour."""
    request_log.forget(at=clock.now())
