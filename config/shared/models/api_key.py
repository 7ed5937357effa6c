from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .project import Brand, default_brand_id


class KeyKind(models.TextChoices):
    SECRET = "secret", _("Secret: the shop's server")
    PUBLISHABLE = "publishable", _("Publishable: the shop's pages")
    RESTRICTED = "restricted", _("Restricted: named scopes only")
    MANAGEMENT = "management", _("Management: keys and project")


# What a key that everybody can read on the shop's pages may do; redeeming only where it is allowed.
PUBLISHABLE_SCOPES = frozenset({"validations:write", "events:write"})
REDEEMING = "redemptions:write"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, *, at: datetime) -> "ApiKeyQuerySet":
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True
        )

    def for_pages_of(self, origin: str) -> "ApiKeyQuerySet":
        """The publishable keys that may be used on the pages of this web origin."""
        return self.filter(kind=KeyKind.PUBLISHABLE, origins__contains=[origin])


class ApiKey(models.Model):
    """What a program presents to the API: a public `app_id` and a token, kept only as a hash.

    SHA-512 without a salt is enough: the token has 256 random bits, so there is nothing to guess.
    After a rotation the token before it works until `previous_until`. A limit that is empty is the
    usual one of the kind of key (`config.shared.limits`), 0 is none.
    """

    name = models.CharField(_("name"), max_length=120)
    brand = models.ForeignKey(
        Brand, models.PROTECT, default=default_brand_id, verbose_name=_("brand")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=KeyKind.choices)
    app_id = models.CharField(_("application id"), max_length=36, unique=True, editable=False)
    token_hash = models.CharField(max_length=128, editable=False)
    token_hint = models.CharField(_("token ends in"), max_length=4, editable=False)
    origins = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("origins")
    )
    scopes = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("scopes")
    )
    may_redeem = models.BooleanField(_("may redeem on the shop's pages"), default=False)
    addresses = ArrayField(
        models.CharField(max_length=49),
        default=list,
        blank=True,
        verbose_name=_("allowed addresses"),
    )
    test = models.BooleanField(
        _("test mode"),
        default=False,
        help_text=_("Everything works, but its redemptions take nothing and never count."),
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    previous_hash = models.CharField(max_length=128, blank=True, editable=False)
    previous_until = models.DateTimeField(
        _("previous token until"), null=True, blank=True, editable=False
    )
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    requests_per_customer = models.PositiveIntegerField(
        _("requests a minute of one customer"), null=True, blank=True
    )
    requests_per_address = models.PositiveIntegerField(
        _("requests a minute from one address"), null=True, blank=True
    )
    wrong_codes = models.PositiveIntegerField(
        _("wrong codes in ten minutes"), null=True, blank=True
    )
    wrong_codes_per_caller = models.PositiveIntegerField(
        _("wrong codes in ten minutes of one customer or address"), null=True, blank=True
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=KeyKind.values), name="shared_apikey_known_kind"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def overlaps(self, *, at: datetime) -> bool:
        """Whether the token before the last rotation still works."""
        return bool(self.previous_hash) and bool(self.previous_until and self.previous_until > at)

    def is_usable(self, *, at: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)

    def may(self, scope: str) -> bool:
        """Whether the key is made for what this scope stands for."""
        match self.kind:
            case KeyKind.SECRET:
                return True
            case KeyKind.PUBLISHABLE:
                return scope in PUBLISHABLE_SCOPES or (self.may_redeem and scope == REDEEMING)
            case KeyKind.RESTRICTED:
                return scope in self.scopes
        return False
