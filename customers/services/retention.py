"""Erasing people who were inactive for longer than the project keeps them; off by default.

Activity is what the person did: a standing order, an event of theirs, a consent given, and what
upper apps add (a redemption, a click). An opened mail is none: mail programs open by themselves.
Whose processing is restricted is kept: they asked for that.

One run a day, in batches by ascending id; each batch and the position are one transaction, so a
killed run goes on where it was.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

import structlog
from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import SYSTEM, Actor
from config.shared.errors import BadInput
from config.shared.models import Project
from customers.models import ConsentEvent, Customer, CustomerQuerySet, Event, Order, RetentionRun

from .consent_checks import ALLOWING
from .erasure import ErasureReason, ImportUnfinished, erase_customers

log = structlog.get_logger("vesile.retention")

BATCH: Final = 100  # customers
LONGEST_RUN: Final = 240.0  # seconds; the next tick goes on
BETWEEN_RUNS: Final = timedelta(hours=23)
SHORTEST: Final = 6  # months: less is more likely a slip of the finger
LONGEST: Final = 240

Activity = Callable[[datetime], Exists]
"""From a moment to the condition on a customer that they did something since."""

_activities: list[Activity] = []


def add_activity(since: Activity) -> None:
    """Called in an app's `ready()`: what else shows that a customer is still there."""
    _activities.append(since)


def limit_of(months: int, *, at: datetime) -> datetime:
    """Whoever did nothing since then is inactive."""
    since: datetime = at - relativedelta(months=months)
    return since


def inactive(since: datetime) -> CustomerQuerySet:
    """Customers who did nothing since that moment and were known before it."""
    whose = {"identity__customer": OuterRef("pk")}
    return Customer.objects.filter(
        ~Exists(Order.objects.standing().filter(placed_at__gte=since, **whose)),
        ~Exists(Event.objects.filter(occurred_at__gte=since, **whose)),
        ~Exists(ConsentEvent.objects.filter(received_at__gte=since, action__in=ALLOWING, **whose)),
        *(~activity(since) for activity in _activities),
        created_at__lt=since,
        restriction="",
    ).order_by()


def set_retention(*, months: int | None, actor: Actor) -> None:
    """Keep inactive customers for so many months, or (None) until they ask. Raises BadInput."""
    if months is not None and not SHORTEST <= months <= LONGEST:
        raise BadInput(
            _("Use a whole number from %(least)d to %(most)d.")
            % {"least": SHORTEST, "most": LONGEST}
        )
    with transaction.atomic():
        project = Project.objects.select_for_update().get()
        if project.retention_months != months:
            project.retention_months = months
            project.save(update_fields=["retention_months"])
            audit.record(
                actor=actor, action="project.changed", of=project, fields=["retention_months"]
            )


def erase_inactive(*, at: datetime, longest: float = LONGEST_RUN) -> int:
    """Go on with the day's run, or begin it; returns how many were erased now.

    Nothing happens where the project keeps everybody. While an import is unfinished it waits.
    """
    months = Project.objects.get().retention_months
    if months is None or not _begun(at, limit_of(months, at=at)):
        return 0
    ends, erased = monotonic() + longest, 0
    try:
        while (done := _erase_some(at)) is not None:
            erased += done
            if monotonic() >= ends:
                break
    except ImportUnfinished:
        log.info("retention_waits_for_import")
    return erased


def _begun(at: datetime, since: datetime) -> bool:
    """Whether a run is unfinished, or one may begin and now has."""
    with transaction.atomic():
        Project.objects.select_for_update().get()  # one begins, whoever comes at the same time
        if RetentionRun.objects.filter(finished_at=None).exists():
            return True
        if RetentionRun.objects.filter(started_at__gt=at - BETWEEN_RUNS).exists():
            return False
        RetentionRun.objects.create(inactive_since=since, started_at=at)
        return True


def _erase_some(at: datetime) -> int | None:
    """The next batch of the run: how many were erased; None when the run is over or another
    worker has it.
    """
    with transaction.atomic():
        run = (
            RetentionRun.objects.select_for_update(skip_locked=True)
            .filter(finished_at=None)
            .order_by("id")
            .first()
        )
        if run is None:
            return None
        months = Project.objects.get().retention_months
        # A longer time that was set meanwhile counts from now on; a shorter one from tomorrow.
        since = limit_of(months, at=at) if months is not None else None
        if since is None:
            _over(run, at)
            return None
        waiting = inactive(min(since, run.inactive_since))
        ids = list(
            waiting.filter(pk__gt=run.position).order_by("pk").values_list("pk", flat=True)[:BATCH]
        )
        if not ids:
            _over(run, at)
            return None
        erased = erase_customers(
            customer_ids=ids,
            actor=SYSTEM,
            reason=ErasureReason.RETENTION,
            at=at,
            still=waiting,
        )
        run.position, run.erased_count = ids[-1], run.erased_count + erased
        run.save(update_fields=["position", "erased_count"])
        return erased


def _over(run: RetentionRun, at: datetime) -> None:
    run.finished_at = at
    run.save(update_fields=["finished_at"])
