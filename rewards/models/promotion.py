from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models import ApiKey
from config.shared.models.project import Brand, default_brand_id
from rewards.codes import UNAMBIGUOUS, CodePattern


def new_promotion_id() -> str:
    return new_id("camp")


class Period(models.TextChoices):
    """A calendar period in the zone of the offer."""

    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def kept(self) -> "PromotionQuerySet":
        """Not deleted."""
        return self.filter(deleted_at=None)

    def counting(self) -> "PromotionQuerySet":
        """What people work with: offers that were not made by a key in test mode."""
        return self.filter(test=False)

    def seen_by(self, api_key: ApiKey) -> "PromotionQuerySet":
        """Kept ones of the key's brand; what keys in test mode made only such keys see."""
        found = self.kept().filter(brand=api_key.brand_id)
        return found if api_key.test else found.filter(test=False)

    def running(self, *, at: datetime) -> "PromotionQuerySet":
        """Switched on and inside their validity at that moment, for everybody."""
        return self.filter(
            Q(starts_at__isnull=True) | Q(starts_at__lte=at),
            Q(expires_at__isnull=True) | Q(expires_at__gt=at),
            active=True,
            test=False,
        )


class Promotion(models.Model):
    """What is offered: effects on the order, the pattern of its codes, validity and limits.

    On the wire it is called a campaign. Money in minor units of `currency`. `expires_at` is
    exclusive: "until 31 December" is the first instant of 1 January in the zone meant.
    `window` is a recurring window as `rewards.windows` reads it, `rules` a tree of conditions as
    `rewards.conditions` does; empty means always and everybody. Limits that are not set are not
    counted: nothing of them is locked or written. What counts is in `Budget`. `test` marks what a
    key in test mode made: only such keys can use its codes.

    A deleted offer is switched off for good, found by nobody who looks for offers, and its name is
    free; the row stays, because codes and redemptions refer to it, and codes that are out in the
    world must never begin to mean something else.
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
    code_charset = models.CharField(
        _("characters of codes"),
        max_length=36,
        default=UNAMBIGUOUS,
        help_text=_("What a # may become; capitals and small letters are the same in a code."),
    )
    join_once = models.BooleanField(
        _("one code for each customer"),
        default=False,
        help_text=_("Who asks for another one gets the same code again."),
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
    code_lifetime_hours = models.PositiveIntegerField(
        _("codes expire after (hours)"),
        null=True,
        blank=True,
        help_text=_("Counted from issue, to the second; instead of days."),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    only_from_pool = models.BooleanField(
        _("only codes that exist already"),
        default=False,
        help_text=_("Then nobody gets a new code once the pool is empty."),
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
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_("Of the days and hours at which it runs; empty means the shop's."),
    )
    window = models.JSONField(_("days and hours"), default=dict, blank=True)
    rules = models.JSONField(_("conditions"), default=dict, blank=True)
    refusal_text = models.CharField(
        _("what to tell who is refused"),
        max_length=300,
        blank=True,
        help_text=_("Your own words; the shop gets them with the reason."),
    )
    redemption_limit = models.PositiveIntegerField(_("redemptions in all"), null=True, blank=True)
    limit_per_customer = models.PositiveIntegerField(
        _("redemptions for each customer"), null=True, blank=True
    )
    limit_per_customer_period = models.PositiveIntegerField(
        _("redemptions for each customer and period"), null=True, blank=True
    )
    customer_period = models.CharField(
        _("period of a customer"), max_length=5, choices=Period.choices, blank=True
    )
    budget_amount = models.BigIntegerField(_("budget"), null=True, blank=True)
    budget_period_amount = models.BigIntegerField(_("budget of a period"), null=True, blank=True)
    budget_period = models.CharField(
        _("period of the budget"), max_length=5, choices=Period.choices, blank=True
    )
    exclusive = models.BooleanField(
        _("cannot be combined"), default=False, help_text=_("With other offers on one order.")
    )
    stacking_category = models.CharField(
        _("category"),
        max_length=60,
        blank=True,
        help_text=_("Offers of one category compete: the project says how many of it may combine."),
    )
    priority = models.IntegerField(
        _("priority"), default=0, help_text=_("Where nobody asks in an order, higher comes first.")
    )
    alarm_refusals = models.PositiveIntegerField(
        _("alarm after refusals in an hour"),
        default=50,
        null=True,
        blank=True,
        help_text=_("By the same rule; empty means never."),
    )
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)
    test = models.BooleanField(_("test"), default=False, db_default=False, editable=False)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "name", "test"],
                condition=Q(deleted_at=None),
                name="rewards_promotion_name",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(active=False),
                name="rewards_promotion_deleted_is_off",
            ),
            models.CheckConstraint(
                condition=Q(uses_per_code__isnull=True) | Q(uses_per_code__gte=1),
                name="rewards_promotion_uses_positive",
            ),
            models.CheckConstraint(
                condition=Q(minimum_amount__isnull=True) | Q(minimum_amount__gte=0),
                name="rewards_promotion_minimum_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(code_lifetime_days__isnull=True) | Q(code_lifetime_hours__isnull=True),
                name="rewards_promotion_one_lifetime",
            ),
            models.CheckConstraint(
                condition=Q(limit_per_customer_period__isnull=True) | ~Q(customer_period=""),
                name="rewards_promotion_customer_period",
            ),
            models.CheckConstraint(
                condition=Q(budget_period_amount__isnull=True) | ~Q(budget_period=""),
                name="rewards_promotion_budget_period",
            ),
            models.CheckConstraint(
                condition=(Q(budget_amount__isnull=True) | Q(budget_amount__gte=0))
                & (Q(budget_period_amount__isnull=True) | Q(budget_period_amount__gte=0)),
                name="rewards_promotion_budget_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pattern(self) -> CodePattern:
        """How its codes look."""
        return CodePattern(self.code_pattern, self.code_charset)


class EffectKind(models.TextChoices):
    PERCENT = "percent", _("percent off")
    AMOUNT = "amount", _("amount off")
    FIXED_PRICE = "fixed_price", _("fixed price")
    UNIT = "unit", _("free units of a product")
    BUY_GET = "buy_get", _("buy some, get some")
    BUNDLE = "bundle", _("bundle")
    FREE_SHIPPING = "free_shipping", _("free shipping")


class Effect(models.Model):
    """One thing a promotion does to the order, in the order of `position`.

    `percent`, `amount` (of an amount off, of a fixed price) and `cap_amount` are what people look
    for; all else that the kind needs (target, spread, units, bundle) is in `details`, in the shape
    of `rewards.effects`, which alone reads and writes it. `other_amounts` holds the amounts for
    other currencies: {"EUR": {"amount": 2000, "cap_amount": 5000}}, minor units of theirs.
    """

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
    details = models.JSONField(_("details"), default=dict, blank=True)
    other_amounts = models.JSONField(_("amounts in other currencies"), default=dict, blank=True)

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="percent", percent__gt=0, percent__lte=100, amount__isnull=True)
                | Q(kind="amount", amount__gt=0, percent__isnull=True, cap_amount__isnull=True)
                | Q(
                    kind="fixed_price",
                    amount__gte=0,
                    percent__isnull=True,
                    cap_amount__isnull=True,
                )
                | Q(kind__in=("unit", "buy_get", "bundle"))
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
