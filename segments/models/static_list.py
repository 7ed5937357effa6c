from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models.project import Brand, default_brand_id
from customers.models import Customer, DataCategory


def new_list_id() -> str:
    return new_id("list")


class StaticList(models.Model):
    """Customers that somebody chose one by one: pasted or uploaded, and changed only by hand.

    `categories` are the kinds of data the choice was made from, as whoever made it says; a rule
    asks about the list only where the customer allows all of them.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_list_id, editable=False)
    brand = models.ForeignKey(
        Brand, models.PROTECT, default=default_brand_id, verbose_name=_("brand")
    )
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    categories = ArrayField(
        models.CharField(max_length=16, choices=DataCategory.choices),
        verbose_name=_("made from"),
        default=list,
    )
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("list of customers")
        verbose_name_plural = _("lists of customers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="segments_list_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """That a customer is on a list. Personal data: the membership itself."""

    list = models.ForeignKey(StaticList, models.CASCADE, related_name="members", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="list_memberships")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("member of a list")
        verbose_name_plural = _("members of lists")
        constraints = [
            models.UniqueConstraint(fields=["list", "customer"], name="segments_list_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.list_id}/{self.customer_id}"
