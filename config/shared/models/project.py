from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared import localtime, money


class UnpermittedEvents(models.TextChoices):
    """What becomes of an event about data whose use the customer has not allowed."""

    REFUSE = "refuse", _("refuse it")
    ANONYMOUS = "anonymous", _("keep it without the person")


def gated_by_default() -> list[str]:
    """Kinds of data, by their names in `customers.DataCategory`, that need a permission."""
    return ["BROWSE_HISTORY", "SEARCH_HISTORY", "LOCATION", "OFFLINE"]


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

    gated_categories = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("data that needs permission"),
        default=gated_by_default,
        help_text=_("Kinds of data used only for customers who allowed their use."),
    )
    consent_age = models.PositiveSmallIntegerField(
        _("age of consent"),
        default=16,
        help_text=_("Whoever is known to be younger cannot agree without a guardian."),
    )
    # The age by which the consents of before were last looked through; `customers.services.ages`.
    consent_age_applied = models.PositiveSmallIntegerField(default=16, editable=False)
    double_opt_in = models.BooleanField(
        _("confirm e-mail consent"),
        default=True,
        help_text=_("A consent to e-mail given on a public page counts once its link was used."),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("erase inactive customers after (months)"),
        null=True,
        blank=True,
        help_text=_("Empty keeps them until they ask to be erased."),
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
