"""What beat wakes for the installation itself."""

from datetime import timedelta

from celery import shared_task

from config.shared import async_actions, audit, clock, health, request_log
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


@shared_task(name=async_actions.TASK)
def work_on_async_actions() -> None:
    """Every 15 seconds and after somebody asked for one."""
    async_actions.work()


@shared_task(name="shared.forget_async_actions")
def forget_async_actions() -> None:
    """Every hour: a shop can ask for a month what became of what it told."""
    async_actions.forget(at=clock.now())
