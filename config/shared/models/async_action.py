from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id

from .api_key import ApiKey
from .file import StoredFile


def new_action_id() -> str:
    return new_id("aa")


class AsyncActionState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("failed")


UNFINISHED = (AsyncActionState.WAITING, AsyncActionState.RUNNING)


class AsyncActionQuerySet(models.QuerySet["AsyncAction"]):
    def unfinished(self) -> "AsyncActionQuerySet":
        return self.filter(state__in=UNFINISHED)


class AsyncAction(models.Model):
    """Many things that a shop told in one request, worked on in the background.

    `kind` says what they are (`config.shared.async_actions`). They wait in `file`, one a line;
    `common` is what is told of every one of them. Each batch is one transaction with its
    checkpoint: `done` items, up to `position` in the file, with what became of them in `counts`
    and the first that were rejected in `errors`. `attempts` counts those at the next batch.

    Personal data: whatever `file`, `common` and `errors` say of people, where `holds_people`; the
    first two go with the end of the work, and nobody is erased before it.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_action_id, editable=False)
    kind = models.CharField(max_length=40)
    api_key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=8, choices=AsyncActionState.choices, default=AsyncActionState.WAITING
    )
    holds_people = models.BooleanField(default=False)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    common = models.JSONField(default=dict)
    wanted = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    language = models.CharField(max_length=10)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = AsyncActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("async action")
        verbose_name_plural = _("async actions")
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=UNFINISHED), name="shared_async_action_open"
            )
        ]

    def __str__(self) -> str:
        return self.public_id
