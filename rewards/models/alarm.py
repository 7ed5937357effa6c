from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .promotion import Promotion


class RefusalAlarm(models.Model):
    """That a promotion refuses many attempts by the same rule, and many customers with it.

    Open until somebody has seen to it; while open, further refusals of that rule only raise the
    numbers.
    """

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="alarms")
    rule = models.CharField(_("rule"), max_length=60)
    attempts = models.PositiveIntegerField(_("refused attempts"))
    customers = models.PositiveIntegerField(_("customers"))
    first_at = models.DateTimeField(_("since"))
    last_at = models.DateTimeField(_("last"))
    raised_at = models.DateTimeField(_("raised"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "rule"],
                condition=Q(closed_at__isnull=True),
                name="rewards_alarm_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} {self.rule}"
