from django.db import models
from django.utils.translation import gettext_lazy as _

from .consent import DataCategory
from .customer import DEFAULT_SOURCE, Identity
from .product import Product


class Event(models.Model):
    """Something that happened in the shop: a page viewed, a search, a review, or a name of its own.

    `external_id` is the source's own id of it, so that telling it twice changes nothing.
    `occurred_at` is when it happened, `received_at` when we learned of it. Without an identity it
    happened to nobody we may know: then it holds no properties either.
    Personal data: `identity`, `properties`.
    """

    # No index of its own here: a longer one begins with the same column.
    identity = models.ForeignKey(
        Identity, models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, db_index=False)
    name = models.CharField(_("event"), max_length=300)
    data_category = models.CharField(_("data"), max_length=16, choices=DataCategory.choices)
    source = models.CharField(_("source"), max_length=40, default=DEFAULT_SOURCE)
    external_id = models.CharField(_("external id"), max_length=120, null=True, blank=True)  # noqa: DJ001
    occurred_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    properties = models.JSONField(_("properties"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-occurred_at", "-id"]
        indexes = [
            models.Index(
                fields=["identity", "name", "occurred_at"], name="customers_event_identity"
            ),
            models.Index(
                fields=["identity", "data_category", "occurred_at"], name="customers_event_timeline"
            ),
            models.Index(fields=["product", "name", "occurred_at"], name="customers_event_product"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="customers_event_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.name
