from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.values import Definition

from .consent import DataCategory


class AttributeType(models.TextChoices):
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    MONEY = "money", _("money")
    BOOLEAN = "boolean", _("yes or no")
    DATE = "date", _("date")
    SET = "set", _("several of a list")


class AttributeQuerySet(models.QuerySet["Attribute"]):
    def in_use(self, keys: Iterable[str] | None = None) -> "AttributeQuerySet":
        """Attributes that are not retired; with `keys`, those of them."""
        active = self.filter(retired_at__isnull=True)
        return active if keys is None else active.filter(key__in=set(keys))


class Attribute(models.Model):
    """A custom attribute of customers as the marketer defined it; values are in their `metadata`.

    A value is stored as text, number, minor units of `currency`, true or false, YYYY-MM-DD, or a
    list of texts. What is stored but does not fit its type counts as not known.
    """

    key = models.CharField(
        _("key"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Za-z][A-Za-z0-9_.-]*$", _("Begin with a letter; no blanks."))
        ],
        help_text=_("The name under which the shop sends it in metadata."),
    )
    name = models.CharField(_("name"), max_length=120)
    type = models.CharField(_("type"), max_length=7, choices=AttributeType.choices)
    choices = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("allowed values"),
        default=list,
        blank=True,
        help_text=_("For a list: one value per line; empty allows any."),
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    data_category = models.CharField(
        _("kind of data"),
        max_length=16,
        choices=DataCategory.choices,
        default=DataCategory.PROFILE,
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_(
            "Health, weight, pregnancy, religion, politics: no rule, template or offer may use it."
        ),
    )
    purpose = models.CharField(_("what it is needed for"), max_length=300)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    objects = AttributeQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom attribute")
        verbose_name_plural = _("custom attributes")
        ordering = ["name"]
        permissions = [("view_sensitive_attribute", "Can see sensitive values of customers")]
        constraints = [
            models.CheckConstraint(
                condition=Q(type=AttributeType.MONEY) ^ Q(currency=""),
                name="customers_attribute_money_has_currency",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> Definition:
        """What a value must look like."""
        return Definition(self.key, self.type, tuple(self.choices), self.currency)
