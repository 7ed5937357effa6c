from django.db import models
from django.utils.translation import gettext_lazy as _

from .api_key import ApiKey


class IdempotencyRecord(models.Model):
    """The answer given to a write that carried an Idempotency-Key, to be replayed word for word.

    Inserted in the transaction of the write itself: either both exist or neither. Two requests at
    once meet on the unique key; the second waits for the first's commit and then replays it.
    Personal data: the stored answer may name the customer; forgotten after a day.
    """

    api_key = models.ForeignKey(ApiKey, models.CASCADE)
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "key_hash"], name="shared_idempotency_once_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.api_key_id}/{self.key_hash[:8]}"
