from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models import ApiKey
from customers.models import Identity

from .promotion import Promotion
from .voucher import Voucher


def new_redemption_id() -> str:
    return new_id("r")


class RedemptionResult(models.TextChoices):
    SUCCESS = "SUCCESS", _("accepted")
    FAILURE = "FAILURE", _("refused")


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    def with_its_objects(self) -> "RedemptionQuerySet":
        """With all that the answer to a redemption shows, in the same statement."""
        return self.select_related(
            "voucher__holder__customer",
            "voucher__promotion",
            "promotion",
            "identity__customer",
            "api_key",
            "parent",
        )

    def of_brand(self, brand_id: int | None) -> "RedemptionQuerySet":
        """Those of codes of a brand, and the parents of stacks of such codes."""
        codes = Redemption.objects.filter(parent=OuterRef("pk"), promotion__brand=brand_id)
        return self.filter(Q(promotion__brand=brand_id) | Q(promotion=None) & Exists(codes))

    def attempts(self) -> "RedemptionQuerySet":
        """Without the refusals of questions whether a code works."""
        return self.filter(only_asked=False)

    def leaves(self) -> "RedemptionQuerySet":
        """Attempts with a code, without the parents that sum up a stack."""
        return self.filter(voucher__isnull=False)

    def wholes(self) -> "RedemptionQuerySet":
        """One for each order: single redemptions and the parents that sum up a stack."""
        return self.filter(parent__isnull=True)

    def counting(self) -> "RedemptionQuerySet":
        """What figures count: attempts that were not rolled back, none made in test mode."""
        return self.filter(rolled_back_at__isnull=True, test=False)


class Redemption(models.Model):
    """One attempt to use a code, accepted or refused, with what it gave or why not; or
    (`only_asked`) the refusal of a validation, by which a shop asks whether a code would work.

    Amounts in minor units of `currency`. `lines` is the split frozen at redemption: a list of
    {source_id, product_id, sku_id, quantity, price, amount, discount_amount, shipping} in the
    order's own order; `effects` what each effect took: {kind, percent, amount, cap_amount,
    discount_amount}, the percent as text. `shipping_discount_amount` is part of
    `discount_amount`. Nothing of it is ever computed again.
    Several codes used together are one parent without a voucher, which holds the whole, and one
    child for each code, with the order as the codes before it left it.
    For a refusal `failure_*` hold the rule, the value seen and the value needed, in words, and the
    marketer's own text. `paid_key` names an order with what it was paid with: as long as that is
    not rolled back it cannot be paid so a second time. `test` marks what a key in test mode did;
    it takes no use and no budget, and no figure counts it.
    Personal data: `identity` (and whatever the shop put into `metadata`).
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_redemption_id, editable=False
    )
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="redemptions")
    promotion = models.ForeignKey(Promotion, models.PROTECT, null=True, related_name="redemptions")
    identity = models.ForeignKey(Identity, models.PROTECT, null=True, related_name="redemptions")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", editable=False
    )
    test = models.BooleanField(_("test"), default=False, editable=False)
    only_asked = models.BooleanField(_("only asked"), default=False, editable=False)
    paid_key = models.CharField(max_length=64, blank=True, editable=False)
    session_key = models.CharField(max_length=120, blank=True, editable=False)
    rolled_back_at = models.DateTimeField(_("rolled back"), null=True, editable=False)
    result = models.CharField(_("result"), max_length=7, choices=RedemptionResult.choices)
    currency = models.CharField(_("currency"), max_length=3)
    order_source_id = models.CharField(_("order"), max_length=120, blank=True)
    order_amount = models.BigIntegerField(_("order amount"), default=0)
    discount_amount = models.BigIntegerField(_("discount"), default=0)
    shipping_discount_amount = models.BigIntegerField(_("discount on shipping"), default=0)
    total_amount = models.BigIntegerField(_("to pay"), default=0)
    lines = models.JSONField(_("lines"), default=list)
    effects = models.JSONField(_("effects"), default=list)
    metadata = models.JSONField(_("metadata"), default=dict)
    failure_key = models.CharField(_("refused because"), max_length=60, blank=True)
    failure_rule = models.CharField(_("rule"), max_length=60, blank=True)
    failure_seen = models.CharField(_("seen"), max_length=200, blank=True)
    failure_needed = models.CharField(_("needed"), max_length=200, blank=True)
    failure_text = models.CharField(_("own words"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("when"), db_index=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["voucher", "-id"], name="rewards_redemption_voucher"),
            models.Index(fields=["identity", "-id"], name="rewards_redemption_identity"),
            # How often a customer used an offer; how often an offer refused lately.
            models.Index(
                fields=["promotion", "identity", "created_at"], name="rewards_redemption_uses"
            ),
            models.Index(fields=["order_source_id"], name="rewards_redemption_order"),
            # Refusals alone: of an offer since a moment, for alarms; by one rule, for lists.
            models.Index(
                fields=["promotion", "created_at"],
                condition=Q(result="FAILURE", test=False),
                name="rewards_refusal_recent",
            ),
            models.Index(
                fields=["failure_rule", "-id"],
                condition=Q(result="FAILURE"),
                name="rewards_refusal_rule",
            ),
            # Whether the same was asked and refused a moment ago.
            models.Index(
                fields=["voucher", "identity", "created_at"],
                condition=Q(only_asked=True),
                name="rewards_refusal_asked",
            ),
        ]
        permissions = [
            ("roll_back_redemption", "Can roll back a redemption"),
            ("return_redemption", "Can record a return of a redemption"),
            ("export_redemption", "Can export redemptions"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_amount__gte=0, total_amount__gte=0),
                name="rewards_redemption_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(result="FAILURE") | Q(failure_key=""),
                name="rewards_redemption_success_has_no_failure",
            ),
            models.CheckConstraint(
                condition=Q(result="FAILURE") | Q(only_asked=False),
                name="rewards_redemption_asked_is_refused",
            ),
            models.CheckConstraint(
                condition=Q(result="FAILURE")
                | Q(
                    order_amount=F("discount_amount") + F("total_amount"),
                    shipping_discount_amount__gte=0,
                    shipping_discount_amount__lte=F("discount_amount"),
                ),
                name="rewards_redemption_sums",
            ),
            models.UniqueConstraint(
                fields=["paid_key"],
                condition=Q(result="SUCCESS", rolled_back_at__isnull=True) & ~Q(paid_key=""),
                name="rewards_redemption_order_paid_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
