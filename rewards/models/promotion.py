from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models.project import Brand, default_brand_id


def new_promotion_id() -> str:
    return new_id("camp")


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def running(self, *, at: datetime) -> "PromotionQuerySet":
        """Switched on and inside their validity at that moment."""
        return self.filter(
            Q(starts_at__isnull=True) | Q(starts_at__lte=at),
            Q(expires_at__isnull=True) | Q(expires_at__gt=at),
            active=True,
        )


class Promotion(models.Model):
    """What is offered: effects on the order, the pattern of its codes, validity and limits.

    On the wire it is called a campaign. Money in minor units of `currency`. `expires_at` is
    exclusive: "until 31 December" is the first instant of 1 January in the zone meant.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_promotion_id, editable=False
    )
    brand = models.ForeignKey(
        Brand, models.PROTECT, default=default_brand_id, verbose_name=_("brand")
    )
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)
    currency = models.CharField(_("currency"), max_length=3)
    code_pattern = models.CharField(
        _("code pattern"),
        max_length=40,
        default="####-####-####",
        help_text=_("Each # becomes a random letter or digit, for instance BDAY-####-####-####."),
    )
    uses_per_code = models.PositiveIntegerField(
        _("uses per code"),
        default=1,
        null=True,
        blank=True,
        help_text=_("Empty means as often as anyone likes."),
    )
    code_lifetime_days = models.PositiveIntegerField(
        _("codes expire after (days)"),
        null=True,
        blank=True,
        help_text=_("Counted from issue to the end of that day where the customer lives."),
    )
    minimum_amount = models.BigIntegerField(
        _("order minimum"),
        null=True,
        blank=True,
        help_text=_("In minor units: 2500 is 25.00. The order must reach it without shipping."),
    )
    holder_only = models.BooleanField(
        _("only the holder may use the code"),
        default=True,
        help_text=_("Then the shop must say which customer redeems."),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="rewards_promotion_name"),
            models.CheckConstraint(
                condition=Q(uses_per_code__isnull=True) | Q(uses_per_code__gte=1),
                name="rewards_promotion_uses_positive",
            ),
            models.CheckConstraint(
                condition=Q(minimum_amount__isnull=True) | Q(minimum_amount__gte=0),
                name="rewards_promotion_minimum_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EffectKind(models.TextChoices):
    PERCENT = "percent", _("percent off the order")
    AMOUNT = "amount", _("amount off the order")
    FREE_SHIPPING = "free_shipping", _("free shipping")


class Effect(models.Model):
    """One thing a promotion does to the order, in the order of `position`."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="effects")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("effect"), max_length=13, choices=EffectKind.choices)
    percent = models.DecimalField(
        _("percent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    amount = models.BigIntegerField(
        _("amount"), null=True, blank=True, help_text=_("In minor units: 2000 is 20.00.")
    )
    cap_amount = models.BigIntegerField(
        _("at most"), null=True, blank=True, help_text=_("In minor units: 50000 is 500.00.")
    )

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="percent", percent__gt=0, percent__lte=100, amount__isnull=True)
                | Q(kind="amount", amount__gt=0, percent__isnull=True, cap_amount__isnull=True)
                | Q(
                    kind="free_shipping",
                    percent__isnull=True,
                    amount__isnull=True,
                    cap_amount__isnull=True,
                ),
                name="rewards_effect_shape",
            ),
            models.CheckConstraint(
                condition=Q(cap_amount__isnull=True) | Q(cap_amount__gt=0),
                name="rewards_effect_cap_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
