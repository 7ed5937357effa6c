from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models import ApiKey

from .redemption import Redemption


def new_rollback_id() -> str:
    return new_id("rr")


def new_return_id() -> str:
    return new_id("ret")


class Rollback(models.Model):
    """That a redemption was taken back, once: the use, the customer's quota and the budget return.

    Those of a stack are children of the rollback of its parent redemption.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_rollback_id, editable=False
    )
    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="rollback")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    tracking_id = models.CharField(max_length=120, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("rollback")
        verbose_name_plural = _("rollbacks")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.public_id


class Return(models.Model):
    """Units of an order that came back, and the discount that they give back.

    Belongs to the redemption that the shop named (of a stack, its parent). With a `source_id` the
    same return is recorded once. `amount` in minor units of the redemption's currency.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_return_id, editable=False)
    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="returns")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True)
    source_id = models.CharField(_("return"), max_length=120, blank=True)
    amount = models.BigIntegerField(_("discount given back"), default=0)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("return of a redemption")
        verbose_name_plural = _("returns of redemptions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["redemption", "source_id"],
                condition=~Q(source_id=""),
                name="rewards_return_once",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="rewards_return_not_negative"),
        ]

    def __str__(self) -> str:
        return self.public_id


class ReturnLine(models.Model):
    """Units of one line that came back, with what one redemption gives back for them.

    `position` is the line's place in the frozen `lines` of `redemption`, which for a stack is one
    of the children.
    """

    of = models.ForeignKey(Return, models.CASCADE, related_name="lines")
    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="returned_lines")
    position = models.PositiveSmallIntegerField(_("line"))
    quantity = models.PositiveIntegerField(_("units"))
    amount = models.BigIntegerField(_("discount given back"))

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, amount__gte=0), name="rewards_returnline_amounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.quantity}"
