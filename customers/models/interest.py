from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from .consent import DataCategory
from .customer import Customer


class InterestKind(models.TextChoices):
    CATEGORY = "category", _("category")
    BRAND = "brand", _("brand")


class InterestOrigin(models.TextChoices):
    """How an interest is known; the first that speaks about a topic wins over the later ones."""

    DECLARED = "declared", _("told by the customer")
    OBSERVED = "observed", _("from purchases")
    INFERRED = "inferred", _("from views and searches")


class Interest(models.Model):
    """What a customer likes, per topic and per kind of data that it was learned from.

    `strength` is as of `as_of` and halves in a fixed time; a declared one does not decay and may be
    a dislike. `evidence` counts what it was learned from. Each row may be used only where its
    `data_category` may. Personal data throughout.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="interests")
    kind = models.CharField(_("kind"), max_length=8, choices=InterestKind.choices)
    topic = models.CharField(_("topic"), max_length=120)
    topic_key = models.CharField(max_length=120, editable=False)  # folded
    origin = models.CharField(_("known"), max_length=8, choices=InterestOrigin.choices)
    data_category = models.CharField(_("kind of data"), max_length=16, choices=DataCategory.choices)
    is_liked = models.BooleanField(_("likes it"), default=True)
    strength = models.FloatField(_("strength"))
    as_of = models.DateTimeField(_("as of"))
    evidence = models.JSONField(_("evidence"), default=dict)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints = [
            models.UniqueConstraint(
                F("customer"),
                F("kind"),
                F("topic_key"),
                F("data_category"),
                name="customers_interest_once",
            )
        ]
        indexes = [models.Index(fields=["kind", "topic_key"], name="customers_interest_topic")]

    def __str__(self) -> str:
        return self.topic
