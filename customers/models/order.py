from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id

from .customer import DEFAULT_SOURCE, Identity
from .product import Product


def new_order_id() -> str:
    return new_id("ord")


class OrderStatus(models.TextChoices):
    CREATED = "CREATED", _("created")
    PAID = "PAID", _("paid")
    FULFILLED = "FULFILLED", _("fulfilled")
    CANCELED = "CANCELED", _("cancelled")


class LineKind(models.TextChoices):
    PRODUCT = "product", _("product")
    SHIPPING = "shipping", _("shipping")
    FEE = "fee", _("fee")
    DISCOUNT = "discount", _("discount")
    ADJUSTMENT = "adjustment", _("adjustment")


class OrderQuerySet(models.QuerySet["Order"]):
    def standing(self) -> "OrderQuerySet":
        """Orders that count as bought: paid or fulfilled, not cancelled or merely created."""
        return self.filter(status__in=[OrderStatus.PAID, OrderStatus.FULFILLED])


class Order(models.Model):
    """What a customer bought in one go. Amounts in minor units of `currency`.

    Without an identity the customer was erased: money without a person.
    `is_gift` says that it was bought for somebody else, so it tells nothing about the taste.

    `amount` sums the product lines, `charges_amount` the others (shipping, fees, discounts,
    adjustments; may be negative), both as ordered: returns stand beside it and do not change it.
    `received_at` is when we learned of it, `placed_at` when the customer ordered, `changed_at` when
    the shop says that it last changed it: what is older than that changes nothing any more.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_order_id, editable=False)
    # No index of its own here and below where a longer one begins with the same column.
    identity = models.ForeignKey(
        Identity, models.PROTECT, null=True, related_name="orders", db_index=False
    )
    source = models.CharField(_("source"), max_length=40, default=DEFAULT_SOURCE)
    source_id = models.CharField(_("order number"), max_length=120)
    status = models.CharField(
        _("status"), max_length=9, choices=OrderStatus.choices, default=OrderStatus.PAID
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    charges_amount = models.BigIntegerField(_("charges"), default=0)
    cancel_reason = models.CharField(
        _("reason of cancellation"), max_length=200, blank=True, default="", db_default=""
    )
    is_gift = models.BooleanField(_("gift"), default=False, db_default=False)
    gift_reason = models.CharField(
        _("reason of the gift"), max_length=200, blank=True, default="", db_default=""
    )
    metadata = models.JSONField(
        _("the shop's own values"),
        default=dict,
        blank=True,
        db_default=Value({}, models.JSONField()),
    )
    changed_at = models.DateTimeField(_("changed in the shop"), null=True, blank=True)
    placed_at = models.DateTimeField(_("placed"))
    received_at = models.DateTimeField(_("received"))

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["identity", "placed_at"], name="customers_order_identity"),
            models.Index(fields=["placed_at"], name="customers_order_placed"),
            GinIndex(
                fields=["source_id"], opclasses=["gin_trgm_ops"], name="customers_order_number_trgm"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], name="customers_order_source_id"
            )
        ]

    def __str__(self) -> str:
        return self.source_id

    @property
    def total_amount(self) -> int:
        """What the customer was asked for, minor units."""
        return self.amount + self.charges_amount


class OrderLine(models.Model):
    """One position of an order. `unit_amount` and `amount` (= quantity * unit) in minor units.

    `line_key` tells the lines of an order apart in its source, so that sending an order again
    changes nothing. `returned_quantity` is kept by the matching of returns.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    line_key = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind.choices)
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, db_index=False)
    name = models.CharField(_("name"), max_length=300)
    quantity = models.IntegerField(_("quantity"))
    unit_amount = models.BigIntegerField(_("unit price"))
    amount = models.BigIntegerField(_("amount"))
    returned_quantity = models.IntegerField(_("returned"), default=0)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        indexes = [models.Index(fields=["product", "order"], name="customers_line_product")]
        constraints = [
            models.UniqueConstraint(fields=["order", "line_key"], name="customers_line_key"),
            models.CheckConstraint(
                condition=Q(kind=LineKind.PRODUCT, product__isnull=False)
                | (~Q(kind=LineKind.PRODUCT) & Q(product__isnull=True)),
                name="customers_line_product_or_charge",
            ),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0)
                & (Q(returned_quantity=0) | Q(returned_quantity__lte=F("quantity"))),
                name="customers_line_returned_at_most_bought",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class Return(models.Model):
    """Goods given back or positions cancelled after the order, a document of its own.

    Without an identity the person was erased, or the order it belongs to has not arrived yet.
    """

    identity = models.ForeignKey(
        Identity, models.PROTECT, null=True, related_name="returns", db_index=False
    )
    source = models.CharField(_("source"), max_length=40, default=DEFAULT_SOURCE)
    source_id = models.CharField(_("document number"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # The order that the shop says it belongs to; without one the matching finds the lines.
    order_source_id = models.CharField(
        _("order number"), max_length=120, blank=True, default="", db_default=""
    )
    returned_at = models.DateTimeField(_("returned"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = [
            models.Index(fields=["identity", "returned_at"], name="customers_return_ident"),
            models.Index(
                fields=["order_source_id"],
                condition=~Q(order_source_id=""),
                name="customers_return_order",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], name="customers_return_source_id"
            )
        ]

    def __str__(self) -> str:
        return self.source_id

    @property
    def public_id(self) -> str:
        return f"ret_{self.pk}"


class ReturnLine(models.Model):
    """One position of a return; quantity and amount (minor units) given back are positive."""

    document = models.ForeignKey(Return, models.CASCADE, related_name="lines", db_index=False)
    line_key = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind.choices)
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    name = models.CharField(_("name"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_amount = models.BigIntegerField(_("unit price"))
    amount = models.BigIntegerField(_("amount"))
    matched_quantity = models.PositiveIntegerField(_("matched"), default=0)

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        constraints = [
            models.UniqueConstraint(fields=["document", "line_key"], name="customers_return_key"),
            models.CheckConstraint(
                condition=Q(matched_quantity__lte=F("quantity")),
                name="customers_return_matched_at_most_returned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class ReturnMatch(models.Model):
    """So many units of a returned line belong to this order line."""

    return_line = models.ForeignKey(
        ReturnLine, models.CASCADE, related_name="matches", db_index=False
    )
    order_line = models.ForeignKey(OrderLine, models.CASCADE, related_name="matches")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("matched return")
        verbose_name_plural = _("matched returns")
        constraints = [
            models.UniqueConstraint(
                fields=["return_line", "order_line"], name="customers_match_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="customers_match_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity}"
