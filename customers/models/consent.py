from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id

from .customer import Customer, Identity


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    PUSH = "push", _("push")
    WEB = "web", _("web")


class DataCategory(models.TextChoices):
    """What kind of knowledge about a person a field, a variable or a decision uses."""

    PROFILE = "PROFILE", _("profile")
    PURCHASE_HISTORY = "PURCHASE_HISTORY", _("purchases")
    BROWSE_HISTORY = "BROWSE_HISTORY", _("pages viewed")
    SEARCH_HISTORY = "SEARCH_HISTORY", _("searches")
    LOCATION = "LOCATION", _("location")
    ENGAGEMENT = "ENGAGEMENT", _("messages and redemptions")
    OFFLINE = "OFFLINE", _("store visits")


class ConsentAction(models.TextChoices):
    SERVED = "served", _("was asked")
    GRANTED = "granted", _("granted")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OBJECTED = "objected", _("objected")
    EXPIRED = "expired", _("expired")
    IMPORTED = "imported", _("imported")


class ConsentBasis(models.TextChoices):
    CONSENT = "consent", _("consent")
    SOFT_OPT_IN = "soft_opt_in", _("existing customer")
    TRANSACTIONAL = "transactional", _("contract")


def _one_subject() -> Q:
    """A consent is about one channel or about one category of data, never both, never neither."""
    return Q(channel="") ^ Q(data_category="")


class TextOrigin(models.TextChoices):
    """Who wrote the words: the shop told us what people read there, or they were written here."""

    SHOP = "shop", _("by the shop")
    HERE = "here", _("here")


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def offered(self, *, at: datetime) -> "ConsentTextQuerySet":
        """The newest published text written here of each subject and language: those in force."""
        newest = (
            self.filter(origin=TextOrigin.HERE, published_at__lte=at)
            .order_by("purpose", "channel", "data_category", "locale", "-published_at", "-id")
            .distinct("purpose", "channel", "data_category", "locale")
        )
        return self.filter(pk__in=newest.values("pk"))


class ConsentText(models.Model):
    """The words a person agreed to; immutable once an event refers to them (by a trigger).

    One that is not published yet is a draft. Our own pages show the newest published one that was
    written here.
    """

    purpose = models.CharField(_("purpose"), max_length=40, default="marketing")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices, blank=True)
    data_category = models.CharField(
        _("data"), max_length=16, choices=DataCategory.choices, blank=True
    )
    locale = models.CharField(_("language"), max_length=10)
    body = models.TextField(_("text"))
    sha256 = models.CharField(max_length=64, editable=False)
    origin = models.CharField(
        _("written"),
        max_length=5,
        choices=TextOrigin.choices,
        default=TextOrigin.SHOP,
        db_default=TextOrigin.SHOP,
        editable=False,
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.CheckConstraint(condition=_one_subject(), name="customers_text_one_subject")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel or self.data_category} {self.locale}"


class ConsentEvent(models.Model):
    """One thing that happened to a person's consent. Append-only: the database refuses the rest.

    `captured_at` is when the person acted, `received_at` when we learned of it; the source that
    gives an `external_id` may tell of it twice.
    Personal data: `identity`, `proof`.
    """

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="consent_events")
    purpose = models.CharField(_("purpose"), max_length=40, default="marketing")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices, blank=True)
    data_category = models.CharField(
        _("data"), max_length=16, choices=DataCategory.choices, blank=True
    )
    action = models.CharField(_("action"), max_length=9, choices=ConsentAction.choices)
    basis = models.CharField(
        _("basis"), max_length=13, choices=ConsentBasis.choices, default=ConsentBasis.CONSENT
    )
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, blank=True)
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("external id"), max_length=120, null=True, blank=True)  # noqa: DJ001
    captured_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    actor_kind = models.CharField(_("by"), max_length=12)
    actor_id = models.CharField(_("actor"), max_length=40, blank=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    proof = models.JSONField(_("proof"), default=dict)

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["identity", "received_at"], name="customers_consent_ident")]
        constraints = [
            models.CheckConstraint(condition=_one_subject(), name="customers_event_one_subject"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(external_id__isnull=False),
                name="customers_consent_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.channel or self.data_category}"


def new_opt_in_id() -> str:
    return new_id("optin")


class OptIn(models.Model):
    """A grant that waits for its confirmation (double opt-in); pending never allows anything.

    The link carries `public_id` and a signature, no address; it works once, until `expires_at`.
    Personal data: `identity`, `evidence`.
    """

    public_id = models.CharField(max_length=30, unique=True, default=new_opt_in_id, editable=False)
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="opt_ins")
    purpose = models.CharField(_("purpose"), max_length=40, default="marketing")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, blank=True)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    source = models.CharField(_("source"), max_length=60)
    evidence = models.JSONField(_("evidence"), default=dict)
    requested_at = models.DateTimeField(_("requested"))
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("asked"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        verbose_name = _("pending consent")
        verbose_name_plural = _("pending consents")
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(sent_at__isnull=True),
                name="customers_optin_unsent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.public_id}"


class ConsentState(models.Model):
    """What the events add up to for one customer, purpose and channel or data category.

    A projection: `customers.services.consent.rebuild` makes it anew. No row is *no*.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=40)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices, blank=True)
    data_category = models.CharField(
        _("data"), max_length=16, choices=DataCategory.choices, blank=True
    )
    allowed = models.BooleanField(_("allowed"))
    basis = models.CharField(_("basis"), max_length=13, choices=ConsentBasis.choices, blank=True)
    since = models.DateTimeField(_("since"))
    valid_until = models.DateTimeField(_("valid until"), null=True)
    event = models.ForeignKey(ConsentEvent, models.PROTECT, verbose_name=_("decided by"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                F("customer"),
                F("purpose"),
                F("channel"),
                F("data_category"),
                name="customers_consent_state_once",
            ),
            models.CheckConstraint(condition=_one_subject(), name="customers_state_one_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.channel or self.data_category}: {self.allowed}"

    def says_yes(self, at: datetime) -> bool:
        """Whether it allows at that moment."""
        return self.allowed and (self.valid_until is None or self.valid_until > at)
