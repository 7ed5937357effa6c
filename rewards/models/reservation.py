from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.shared.models.project import Brand
from customers.models import Identity

from .promotion import Promotion
from .voucher import Voucher


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def held(self, *, at: datetime) -> "ReservationQuerySet":
        """Not expired at that moment."""
        return self.filter(expires_at__gt=at)


class Reservation(models.Model):
    """A use that a checkout holds for a while: of the code, of the customer's quota, of the budget.

    All reservations of one `session_key` are one session. It ends by itself at `expires_at`,
    exclusive, without any job; a redemption in the session, or its release, deletes it.
    `amount` is what it holds of a money budget, minor units of the promotion's currency.
    """

    brand = models.ForeignKey(Brand, models.PROTECT)
    session_key = models.CharField(_("session"), max_length=120)
    voucher = models.ForeignKey(Voucher, models.CASCADE, related_name="reservations")
    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="reservations")
    identity = models.ForeignKey(Identity, models.CASCADE, null=True, related_name="reservations")
    amount = models.BigIntegerField(_("amount"), default=0)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    created_at = models.DateTimeField(_("made"))

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        indexes = [
            models.Index(fields=["promotion", "expires_at"], name="rewards_reservation_promotion"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "session_key", "voucher"], name="rewards_reservation_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
