from django.db import models
from django.utils.translation import gettext_lazy as _

from .customer import Customer


class PurchaseProfile(models.Model):
    """What a customer's standing orders add up to, in whatever currency.

    A projection of orders, lines and returns, right after every write:
    `customers.services.purchases.rebuild` makes it anew. Gifts count as orders but do not shape
    `favourite_category`, `favourite_brand` and `price_band`. No row: nothing bought.
    `usual_interval_days` is the median number of days between orders on different days.
    `price_band` runs from 1 (economy) to 5 (luxury) within the categories bought.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="purchases"
    )
    orders_count = models.PositiveIntegerField(_("orders"))
    first_order_at = models.DateTimeField(_("first order"))
    last_order_at = models.DateTimeField(_("last order"))
    usual_interval_days = models.FloatField(_("days between orders"), null=True)
    favourite_category = models.CharField(_("favourite category"), max_length=120, blank=True)
    favourite_brand = models.CharField(_("favourite brand"), max_length=120, blank=True)
    price_band = models.PositiveSmallIntegerField(_("price band"), null=True)

    class Meta:
        verbose_name = _("purchases of a customer")
        verbose_name_plural = _("purchases of customers")
        indexes = [models.Index(fields=["last_order_at"], name="customers_purchase_last_order")]

    def __str__(self) -> str:
        return str(self.orders_count)


class PurchaseTotal(models.Model):
    """The same by currency, minor units: `amount` is what standing orders asked for (goods,
    charges and discounts), `returned_amount` what came back, `discount_amount` what was taken off.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="purchase_totals")
    currency = models.CharField(_("currency"), max_length=3)
    orders_count = models.PositiveIntegerField(_("orders"))
    amount = models.BigIntegerField(_("amount"))
    returned_amount = models.BigIntegerField(_("given back"))
    discount_amount = models.BigIntegerField(_("discounts"))

    class Meta:
        verbose_name = _("purchases by currency")
        verbose_name_plural = _("purchases by currency")
        indexes = [models.Index(fields=["currency", "amount"], name="customers_purchase_amount")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency"], name="customers_purchase_total_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class PriceScale(models.Model):
    """What is cheap and dear within a category: unit prices paid, minor units, at four quantiles.

    Made anew by a job from order lines; nobody's data.
    """

    category = models.CharField(_("category"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3)
    p20 = models.BigIntegerField()
    p40 = models.BigIntegerField()
    p60 = models.BigIntegerField()
    p80 = models.BigIntegerField()
    line_count = models.PositiveIntegerField(_("order lines"))
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("price scale")
        verbose_name_plural = _("price scales")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "currency"], name="customers_price_scale_once"
            )
        ]

    def __str__(self) -> str:
        return self.category


class PurchaseRebuild(models.Model):
    """That everybody's purchases are to be added up anew, and how far that is; at most one row."""

    wanted_at = models.DateTimeField(_("wanted"))
    # The highest customer id done: a killed rebuild goes on behind it.
    position = models.BigIntegerField(default=0)
    customers_done = models.PositiveIntegerField(_("customers done"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("rebuild of purchases")
        verbose_name_plural = _("rebuilds of purchases")

    def __str__(self) -> str:
        return str(self.customers_done)
