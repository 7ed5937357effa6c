from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

from .campaign import Campaign


class DecisionState(models.TextChoices):
    DUE = "due", _("due")
    HANDED_OVER = "handed_over", _("handed to messaging")
    TOO_LATE = "too_late", _("too late")
    NO_IDENTITY = "no_identity", _("merged into another customer")


class Decision(models.Model):
    """A customer's occurrence of a campaign's occasion, written once when its hour has come.

    The unique key (campaign, customer, occurrence) is what makes ticks repeatable: twice, two at
    once or after an outage give the same rows. `occurrence_key` names the nominal date (birthday:
    the year), never the date of sending. What became of a handed-over one stands in its delivery.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="decisions")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="decisions")
    occurrence_key = models.CharField(_("occurrence"), max_length=60)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(
        _("state"), max_length=11, choices=DecisionState.choices, default=DecisionState.DUE
    )
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="due"), name="campaigns_decision_due"),
            models.Index(fields=["customer", "-id"], name="campaigns_decision_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "customer", "occurrence_key"],
                name="campaigns_decision_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.customer_id} {self.occurrence_key}"
