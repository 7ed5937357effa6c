from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared import localtime, money


class UnpermittedEvents(models.TextChoices):
    """What becomes of an event about data whose use the customer has not allowed."""

    REFUSE = "refuse", _("refuse it")
    ANONYMOUS = "anonymous", _("keep it without the person")


class Project(models.Model):
    """This installation: what holds where a customer, an offer or an order says nothing of its own.

    One row. Amounts without a currency are in `currency`; customers without a zone live in `zone`.
    """

    name = models.CharField(_("name"), max_length=120, default="Vesile")
    currency = models.CharField(_("default currency"), max_length=3, default="TRY")
    country = models.CharField(_("default country"), max_length=2, default="TR")
    zone = models.CharField(_("default time zone"), max_length=64, default="Europe/Istanbul")
    language = models.CharField(_("default language"), max_length=5, default="tr")
    unpermitted_events = models.CharField(
        _("events without permission"),
        max_length=9,
        choices=UnpermittedEvents.choices,
        default=UnpermittedEvents.REFUSE,
        help_text=_(
            "Page views, searches, positions and store visits of people who did not agree."
        ),
    )

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("project")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="shared_project_single_row")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from django.core.exceptions import ValidationError

        problems = {}
        if not money.is_currency(self.currency):
            problems["currency"] = _("This is not an ISO 4217 currency code such as EUR.")
        if not localtime.is_zone(self.zone):
            problems["zone"] = _("This is not an IANA time zone such as Europe/Istanbul.")
        if problems:
            raise ValidationError(problems)


class Brand(models.Model):
    """A name under which customers are addressed; keys, segments, templates, offers and campaigns
    belong to one. Most installations have only the default brand.
    """

    name = models.CharField(_("name"), max_length=120)
    is_default = models.BooleanField(_("default brand"), default=False)
    sender_name = models.CharField(_("sender name"), max_length=120, blank=True)
    sender_email = models.EmailField(_("sender e-mail"), blank=True)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#7c3aed",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour such as #7c3aed."))],
    )
    website = models.URLField(_("website"), blank=True)
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="shared_brand_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.name


def default_brand_id() -> int:
    """The primary key of the default brand (made by the first migration)."""
    return Brand.objects.only("pk").get(is_default=True).pk
