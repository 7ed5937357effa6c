from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RfmScore(models.Model):
    """The scores of a buyer among all buyers, as kept memberships read them.

    As of the moment in `RfmMoment`. Empty scores are of somebody who is no buyer any more.
    `pending`: they changed, and the kept segments that ask for them have still to look at this
    customer. Personal data.
    """

    # Not a foreign key: everybody is scored in one statement, which must not fail because one of
    # them is being erased or merged. Such rows go with the erasure or the next refresh.
    customer_id = models.BigIntegerField(primary_key=True)
    recency = models.PositiveSmallIntegerField(_("recency score"), null=True)
    frequency = models.PositiveSmallIntegerField(_("frequency score"), null=True)
    monetary = models.PositiveSmallIntegerField(_("monetary score"), null=True)
    pending = models.BooleanField(_("to be looked at again"))

    class Meta:
        verbose_name = _("RFM scores")
        verbose_name_plural = _("RFM scores")
        indexes = [
            models.Index(
                fields=["customer_id"], name="segments_rfm_pending", condition=Q(pending=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class RfmMoment(models.Model):
    """The one row that says as of when scores are kept; without it none are."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("moment of the RFM scores")
        verbose_name_plural = _("moments of the RFM scores")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="segments_one_rfm_moment")]

    def __str__(self) -> str:
        return self.at.isoformat()
