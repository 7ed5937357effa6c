from datetime import datetime, time, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.models.project import Brand, default_brand_id
from messaging.models import Template
from rewards.models import Promotion
from segments.models import Segment

SIX_HOURS = 6 * 60  # minutes


def new_marketing_id() -> str:
    return new_id("mkt")


class CampaignState(models.TextChoices):
    DRAFT = "draft", _("draft")
    LIVE = "live", _("live")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")


class OccasionKind(models.TextChoices):
    BIRTHDAY = "birthday", _("birthday")
    HOLIDAY = "holiday", _("holiday")


class LeapPolicy(models.TextChoices):
    """When somebody born on 29 February celebrates in a common year."""

    FEB_28 = "feb_28", _("28 February")
    MAR_1 = "mar_1", _("1 March")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def live(self, *, at: datetime) -> "CampaignQuerySet":
        """Campaigns the tick at that moment works on."""
        return self.filter(state=CampaignState.LIVE, launched_at__lte=at)


class Campaign(models.Model):
    """Who gets what, when and in which words: an audience, an offer, an occasion, a message.

    `ticked_until` is the watermark: everything due up to then has its decision. `max_lateness`
    (minutes) bounds how long after its hour a message may still leave.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_marketing_id, editable=False
    )
    brand = models.ForeignKey(
        Brand, models.PROTECT, default=default_brand_id, verbose_name=_("brand")
    )
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(
        _("state"), max_length=7, choices=CampaignState.choices, default=CampaignState.DRAFT
    )
    segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, verbose_name=_("audience")
    )
    promotion = models.ForeignKey(
        Promotion, models.PROTECT, null=True, blank=True, verbose_name=_("offer")
    )
    template = models.ForeignKey(
        Template, models.PROTECT, null=True, blank=True, verbose_name=_("message")
    )
    occasion = models.CharField(
        _("occasion"), max_length=8, choices=OccasionKind.choices, default=OccasionKind.BIRTHDAY
    )
    holiday_country = models.CharField(_("country of the holiday"), max_length=2, blank=True)
    holiday_key = models.CharField(_("holiday"), max_length=80, blank=True)
    only_in_country = models.BooleanField(
        _("only customers of that country"),
        default=True,
        help_text=_("By the customer's country, wherever they live now."),
    )
    leap_policy = models.CharField(
        _("born on 29 February"),
        max_length=6,
        choices=LeapPolicy.choices,
        default=LeapPolicy.FEB_28,
        help_text=_("When they celebrate in a year without that day."),
    )
    offset_days = models.SmallIntegerField(
        _("days after the occasion"),
        default=0,
        validators=[MinValueValidator(-60), MaxValueValidator(60)],
        help_text=_("Negative means before: -3 is three days before."),
    )
    send_time = models.TimeField(
        _("local hour"), default=time(9), help_text=_("On each customer's own clock.")
    )
    max_lateness = models.PositiveIntegerField(
        _("at most this late (minutes)"),
        default=SIX_HOURS,
        validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)],
        help_text=_("What could not leave in that time is recorded as too late and not sent."),
    )
    launched_at = models.DateTimeField(_("launched"), null=True, blank=True)
    ticked_until = models.DateTimeField(_("handled until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["name"]
        permissions = [("launch_campaign", "Can launch, pause and stop campaigns")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="campaigns_campaign_name"),
            models.CheckConstraint(
                condition=~Q(state="live")
                | Q(launched_at__isnull=False, ticked_until__isnull=False),
                name="campaigns_live_is_launched",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(template__isnull=False),
                name="campaigns_launched_has_message",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lateness(self) -> timedelta:
        """How long after its hour a message may still leave."""
        return timedelta(minutes=self.max_lateness)
