from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id


def new_product_id() -> str:
    return new_id("prod")


class Product(models.Model):
    """Something the shop sells, as far as it told us; `source_id` is the shop's own code for it.

    `price` in minor units of the project's currency; `attributes` names what its variants differ
    in, `metadata` holds the values.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_product_id, editable=False)
    source_id = models.CharField(_("product code"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    category = models.CharField(
        _("category"), max_length=120, blank=True, default="", db_default=""
    )
    categories = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("all categories"),
        default=list,
        blank=True,
        db_default=Value([], ArrayField(models.CharField(max_length=120))),
        help_text=_("The main category is one of them."),
    )
    brand = models.CharField(_("brand"), max_length=120, blank=True, default="", db_default="")
    price = models.BigIntegerField(_("price"), null=True, blank=True)
    image_url = models.URLField(
        _("picture"), max_length=1000, blank=True, default="", db_default=""
    )
    attributes = models.JSONField(
        _("attributes"), default=list, blank=True, db_default=Value([], models.JSONField())
    )
    metadata = models.JSONField(
        _("the shop's own values"),
        default=dict,
        blank=True,
        db_default=Value({}, models.JSONField()),
    )
    search = models.TextField(editable=False, default="")
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"), null=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="customers_product_trgm"),
            GinIndex(fields=["categories"], name="customers_product_categories"),
        ]

    def __str__(self) -> str:
        return self.name or self.source_id


def new_sku_id() -> str:
    return new_id("sku")


class Sku(models.Model):
    """A variant of a product, such as a size; `source_id` is the shop's own code for it.

    `price` in minor units of the project's currency; without one the product's counts.
    `attributes` says what the variant is: {"size": "M"}.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_sku_id, editable=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="skus")
    source_id = models.CharField(_("variant code"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    price = models.BigIntegerField(_("price"), null=True, blank=True)
    image_url = models.URLField(_("picture"), max_length=1000, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    metadata = models.JSONField(_("the shop's own values"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"), null=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or self.source_id


class ProductCategory(models.Model):
    """A category that products name; made when the first product does.

    Products name it exactly as `name`, however the shop wrote it. What looks sensitive by its name
    starts as sensitive; `decided_at` is when a person said what it is.

    What is sensitive (health, weight, pregnancy, religion, politics) is used by no rule, template,
    recommendation or derived attribute.
    """

    name = models.CharField(_("name"), max_length=120)
    key = models.CharField(max_length=120, unique=True, editable=False)  # the folded name
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    class Meta:
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
