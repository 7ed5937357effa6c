from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, DataCategory

from .segment import Segment


class KeepingState(models.TextChoices):
    """How far the kept membership of a segment is."""

    WAITING = "waiting", _("waiting")
    BUILDING = "building", _("being built")
    KEPT = "kept", _("kept")


class Because(models.TextChoices):
    """Why somebody entered or left: for whoever acts on it."""

    WRITE = "write", _("something was told of the customer")
    TIME = "time", _("time passed")
    SCORES = "scores", _("the customer's standing among all customers changed")
    RULES = "rules", _("the rule changed")


class KeptSegment(models.Model):
    """That the membership of a segment is kept in rows, and how far that is.

    Kept because something depends on it, or because somebody asked for its history (`asked`). While
    it is waiting or being built, what the rows say is true of customers up to `position` (a primary
    key); those of the others stem from the rule before. `digest` and `gated` tell the rule, with
    whatever it names, and the kinds of data that needed permission as they are built: where they
    are others now, the rows are built anew. `size` is as of `size_at`.
    """

    segment = models.OneToOneField(
        Segment, models.CASCADE, primary_key=True, related_name="keeping"
    )
    asked = models.BooleanField(_("its history is wanted"), default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=KeepingState.choices, default=KeepingState.WAITING
    )
    version = models.PositiveIntegerField(_("version"), default=1)  # of the rule; one per build
    digest = models.CharField(max_length=64, blank=True)
    because = models.CharField(
        _("built because"), max_length=6, choices=Because.choices, default=Because.RULES
    )
    gated = ArrayField(models.CharField(max_length=16, choices=DataCategory.choices), default=list)
    position = models.BigIntegerField(_("built up to"), default=0)
    since = models.DateTimeField(_("kept since"))
    built_at = models.DateTimeField(_("built"), null=True)
    size = models.PositiveIntegerField(_("customers"), null=True)
    size_at = models.DateTimeField(_("counted"), null=True)

    class Meta:
        verbose_name = _("kept segment")
        verbose_name_plural = _("kept segments")
        indexes = [
            models.Index(fields=["state"], name="segments_kept_unbuilt", condition=~Q(state="kept"))
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.state}"


class Membership(models.Model):
    """That a customer is in a kept segment, or will be looked at again because time passes.

    `since` is the moment of entering; empty where that was before the membership was kept.
    `next_change_at` is the earliest moment at which the mere passing of time can change the answer;
    empty where it cannot. Who is outside for good has no row. Personal data: the membership itself.
    """

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="segment_memberships", db_index=False
    )
    inside = models.BooleanField(_("inside"))
    since = models.DateTimeField(_("since"), null=True)
    next_change_at = models.DateTimeField(_("next change"), null=True)

    class Meta:
        verbose_name = _("membership of a segment")
        verbose_name_plural = _("memberships of segments")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "segment"], name="segments_membership_once"
            ),
            models.CheckConstraint(
                condition=Q(inside=True) | Q(next_change_at__isnull=False),
                name="segments_membership_says_something",
            ),
        ]
        indexes = [
            models.Index(fields=["segment", "inside", "customer"], name="segments_membership_of"),
            models.Index(
                fields=["next_change_at"],
                name="segments_membership_due",
                condition=Q(next_change_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}/{self.customer_id}"


class MembershipChange(models.Model):
    """That a customer entered or left a kept segment. Personal data; goes with the customer.

    `at` is the moment from which the answer was another one; `noticed_at` when that was written.
    """

    segment = models.ForeignKey(
        Segment, models.CASCADE, related_name="membership_changes", db_index=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="segment_changes", db_index=False
    )
    entered = models.BooleanField(_("entered"))
    because = models.CharField(_("because"), max_length=6, choices=Because.choices)
    at = models.DateTimeField(_("when"))
    noticed_at = models.DateTimeField(_("noticed"))

    class Meta:
        verbose_name = _("change of membership")
        verbose_name_plural = _("changes of membership")
        indexes = [
            models.Index(fields=["segment", "at"], name="segments_change_of_segment"),
            models.Index(F("customer"), F("at").desc(), name="segments_change_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}/{self.customer_id} {'+' if self.entered else '-'}"


class SizePoint(models.Model):
    """How many customers were in a kept segment at a moment: hourly for a month, then daily."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="size_points", db_index=False)
    at = models.DateTimeField(_("when"))
    size = models.PositiveIntegerField(_("customers"))

    class Meta:
        verbose_name = _("size of a segment")
        verbose_name_plural = _("sizes of segments")
        constraints = [models.UniqueConstraint(fields=["segment", "at"], name="segments_size_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.size}"


class PendingEvaluation(models.Model):
    """That a customer waits to be looked at again, because many were concerned at once.

    Taken by whichever worker is free, so that an import does not delay what is told of one person.
    `at` is the earliest moment of what happened. Gone once done.
    """

    # Not a foreign key: who is erased or merged meanwhile is found gone.
    customer_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("pending evaluation")
        verbose_name_plural = _("pending evaluations")
        indexes = [models.Index(fields=["at", "customer_id"], name="segments_pending_order")]

    def __str__(self) -> str:
        return str(self.customer_id)
