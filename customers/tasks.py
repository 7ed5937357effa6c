"""What beat wakes for customers."""

from celery import shared_task

from config.shared import clock
from customers.services import (
    ages,
    erasure_list,
    exports,
    file_import_work,
    interest_following,
    interests,
    merging,
    price_scales,
    purchase_rebuilds,
    retention,
)


@shared_task(name="customers.follow_interests")
def follow_interests() -> None:
    """Every 5 seconds: derive again what new facts may have changed."""
    interest_following.follow(at=clock.now())


@shared_task(name="customers.forget_unpermitted_interests")
def forget_unpermitted_interests() -> None:
    """Every day: permissions that ran out, and kinds of data that need one since."""
    interests.forget_unpermitted(at=clock.now())


@shared_task(name="customers.apply_consent_age")
def apply_consent_age() -> None:
    """Every minute: end consents that a raised age of consent makes void; mostly one question."""
    ages.apply_consent_age(at=clock.now())


@shared_task(name="customers.list_erasures")
def list_erasures() -> None:
    """Every minute: write the erasures that are not in the list outside the database yet."""
    erasure_list.write_unlisted()


@shared_task(name="customers.work_on_imports")
def work_on_imports() -> None:
    """Every 15 seconds and after somebody queued one: checks and imports of files."""
    file_import_work.work()


@shared_task(name="customers.forget_merged")
def forget_merged() -> None:
    """Every day: what waited thirty days for the undo of a merge."""
    merging.forget_merged(at=clock.now())


@shared_task(name="customers.rebuild_purchases")
def rebuild_purchases() -> None:
    """Every minute and when somebody wants it: go on with the rebuild of everybody's purchases."""
    purchase_rebuilds.work(at=clock.now())


@shared_task(name="customers.measure_prices")
def measure_prices() -> None:
    """Every day: what is cheap and dear within each category."""
    price_scales.measure_prices(at=clock.now())


@shared_task(name=exports.TASK)
def work_on_exports() -> None:
    """When one was asked for, and every 30 seconds: write exports, or what a killed worker left."""
    exports.work_on_exports()


@shared_task(name="customers.delete_expired_exports")
def delete_expired_exports() -> None:
    """Every hour: delete the files whose time is over."""
    exports.delete_expired(at=clock.now())


@shared_task(name="customers.erase_inactive")
def erase_inactive() -> None:
    """Every 15 minutes: go on with the day's run, or begin it."""
    retention.erase_inactive(at=clock.now())
