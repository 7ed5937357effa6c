from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from .api_key import ApiKey


class ApiRequestQuerySet(models.QuerySet["ApiRequest"]):
    def since(self, at: datetime) -> "ApiRequestQuerySet":
        return self.filter(at__gte=at)


class ApiRequest(models.Model):
    """A call with a key, for whoever builds the shop: what was asked, and how it was answered.

    Holds no personal data: the template of the address instead of the address, no values. Rows come
    a few seconds after the answer, by way of Redis, and are kept for some days.
    """

    entry = models.UUIDField(unique=True)  # made with the answer: the same is never kept twice
    api_key = models.ForeignKey(
        ApiKey, models.CASCADE, related_name="requests", db_index=False, verbose_name=_("API key")
    )
    at = models.DateTimeField(_("when"))
    method = models.CharField(_("method"), max_length=10)
    route = models.CharField(_("address"), max_length=200)
    status = models.PositiveSmallIntegerField(_("status"))
    error_key = models.CharField(_("error"), max_length=60, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration"))
    request_id = models.CharField(_("request id"), max_length=64)

    objects = ApiRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes = [
            models.Index(fields=["api_key", "-id"], name="shared_request_of_key"),
            models.Index(fields=["api_key", "at"], name="shared_request_of_key_at"),
            models.Index(fields=["at"], name="shared_request_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"
