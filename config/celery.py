"""The worker's and beat's application.

Beat only ticks at intervals; when something is due stands in rows.
"""

import os

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from config.environment import settings_or_exit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings_or_exit()

from django.conf import settings  # noqa: E402

app = Celery("vesile")
app.steps["worker"].add(DjangoStructLogInitStep)
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2},
    task_ignore_result=True,  # results are rows; no result backend (it would freeze beat)
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    task_default_queue="vesile",
    timezone="UTC",
    enable_utc=True,
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    beat_max_loop_interval=5,  # seconds
    beat_schedule={
        # Seconds. Each is a sweep over rows, so a lost tick costs nothing.
        "heartbeat": {"task": "shared.heartbeat", "schedule": 15.0},
        "seal-audit": {"task": "shared.seal_audit", "schedule": 30.0},
        "tidy-idempotency": {"task": "shared.forget_idempotency", "schedule": 3600.0},
        "keep-request-log": {"task": "shared.keep_request_log", "schedule": 5.0},
        "forget-request-log": {"task": "shared.forget_request_log", "schedule": 3600.0},
        "async-actions": {"task": "shared.work_on_async_actions", "schedule": 15.0},
        "forget-async-actions": {"task": "shared.forget_async_actions", "schedule": 3600.0},
        "follow-interests": {"task": "customers.follow_interests", "schedule": 5.0},
        "forget-interests": {"task": "customers.forget_unpermitted_interests", "schedule": 86400.0},
        "forget-merged": {"task": "customers.forget_merged", "schedule": 86400.0},
        "consent-age": {"task": "customers.apply_consent_age", "schedule": 60.0},
        "list-erasures": {"task": "customers.list_erasures", "schedule": 60.0},
        "import-files": {"task": "customers.work_on_imports", "schedule": 15.0},
        "rebuild-purchases": {"task": "customers.rebuild_purchases", "schedule": 60.0},
        "measure-prices": {"task": "customers.measure_prices", "schedule": 86400.0},
        "exports": {"task": "customers.work_on_exports", "schedule": 30.0},
        "expire-exports": {"task": "customers.delete_expired_exports", "schedule": 3600.0},
        "erase-inactive": {"task": "customers.erase_inactive", "schedule": 900.0},
        "follow-facts": {"task": "segments.follow_facts", "schedule": 1.0},
        "look-at-many": {"task": "segments.look_at_many", "schedule": 15.0},
        "pass-time": {"task": "segments.pass_time", "schedule": 5.0},
        "build-kept": {"task": "segments.build_kept", "schedule": 15.0},
        "review-kept": {"task": "segments.review_kept", "schedule": 60.0},
        "refresh-scores": {"task": "segments.refresh_scores", "schedule": 60.0},
        "count-sizes": {"task": "segments.count_sizes", "schedule": 60.0},
        "record-sizes": {"task": "segments.record_sizes", "schedule": 600.0},
        "watch-refusals": {"task": "rewards.watch_refusals", "schedule": 60.0},
        "campaign-tick": {"task": "campaigns.tick", "schedule": 30.0},
        "codes": {"task": "rewards.work_on_codes", "schedule": 15.0},
        "deliver": {"task": "messaging.deliver_due", "schedule": 15.0},
    },
)
for _entry in app.conf.beat_schedule.values():
    # A tick that waited longer than its interval is worthless: the next one does its work.
    _entry["options"] = {"expires": _entry["schedule"]}
app.autodiscover_tasks(
    ["config.shared", "customers", "segments", "messaging", "rewards", "campaigns"]
)


@setup_logging.connect
def _keep_django_logging(**_kwargs: object) -> None:
    """Celery would replace the handlers; having a receiver here makes it leave them alone."""
    import logging.config

    logging.config.dictConfig(settings.LOGGING)
