from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from customers.models import Identity

from .promotion import Promotion

Cause = tuple[str, int | None, int | None, str]
"""What a personal code was issued for: kind, id, holder and key."""


def new_voucher_id() -> str:
    return new_id("v")


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def usable(self, *, at: datetime) -> "VoucherQuerySet":
        """Vouchers that could still be redeemed at that moment, as far as they themselves say."""
        return self.filter(
            Q(starts_at__isnull=True) | Q(starts_at__lte=at),
            Q(expires_at__isnull=True) | Q(expires_at__gt=at),
            Q(redemption_limit__isnull=True) | Q(redeemed_count__lt=F("redemption_limit")),
            active=True,
        )

    def counting(self) -> "VoucherQuerySet":
        """What figures count: codes that were not made by a key in test mode."""
        return self.filter(test=False)

    def in_pool(self, *, at: datetime, test: bool = False) -> "VoucherQuerySet":
        """Codes that wait for a holder and could be given to one at that moment.

        `test`: those that keys in test mode made, which never are among the others.
        """
        waiting = self.usable(at=at).filter(pooled=True, holder__isnull=True, redeemed_count=0)
        return waiting.filter(test=test)

    def issued_for(self, causes: Iterable[Cause]) -> "VoucherQuerySet":
        """Vouchers of causes (kind, id, holder, key), and perhaps others of the same parts."""
        kinds, ids, holders, keys = map(set, zip(*causes, strict=True))
        return self.filter(
            issued_kind__in=kinds, issued_id__in=ids, holder__in=holders, issued_key__in=keys
        )


class Voucher(models.Model):
    """A code that can be redeemed, personal (with a holder) or generic.

    `code` is shown as made; `code_key` (folded) is what is unique and looked up. The database
    refuses a count above the limit whatever the code above it does. `redeemed_count` is kept only
    where there is a limit: an unlimited code must not make redemptions wait for each other, and
    its uses are counted from its redemptions. `reserved_until` is the last moment at which some
    checkout may still hold a use of it (see `Reservation`); after it the row alone decides.
    `pooled` codes were made to be given out; until they have a holder they wait in the pool of
    their offer. `test` codes were made by a key in test mode, and only such keys can use them.
    `issued_*` names what caused a personal code, so that the same
    occurrence cannot get two.
    Personal data: through `holder`; the code itself is a secret of its holder.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_voucher_id, editable=False)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="vouchers")
    code = models.CharField(_("code"), max_length=60)
    code_key = models.CharField(max_length=60, unique=True, editable=False)
    holder = models.ForeignKey(
        Identity, models.PROTECT, null=True, blank=True, related_name="vouchers"
    )
    active = models.BooleanField(_("active"), default=True)
    redemption_limit = models.PositiveIntegerField(_("limit"), null=True, blank=True)
    redeemed_count = models.PositiveIntegerField(_("redeemed"), default=0)
    reserved_until = models.DateTimeField(null=True, editable=False)
    pooled = models.BooleanField(_("waits for a customer"), default=False)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    issued_kind = models.CharField(max_length=40, blank=True, editable=False)
    issued_id = models.BigIntegerField(null=True, editable=False)
    issued_key = models.CharField(max_length=60, blank=True, editable=False)
    created_at = models.DateTimeField(_("issued"))
    test = models.BooleanField(_("test"), default=False, db_default=False, editable=False)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["-id"]
        permissions = [
            ("export_voucher", "Can export codes"),
            ("mend_voucher", "Can switch a code and move its end"),
            ("give_voucher", "Can give a customer a code"),
        ]
        indexes = [
            models.Index(fields=["promotion", "-id"], name="rewards_voucher_promotion"),
            models.Index(
                fields=["promotion", "id"],
                condition=Q(pooled=True, holder__isnull=True, active=True),
                name="rewards_voucher_pool",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(redemption_limit__isnull=True)
                | Q(redeemed_count__lte=F("redemption_limit")),
                name="rewards_voucher_within_limit",
            ),
            models.UniqueConstraint(
                fields=["issued_kind", "issued_id", "holder", "issued_key"],
                condition=Q(issued_id__isnull=False),
                name="rewards_voucher_issued_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def cause(self) -> Cause:
        """What a personal code was issued for: kind, id, holder, key; unique."""
        return (self.issued_kind, self.issued_id, self.holder_id, self.issued_key)
