from collections.abc import Sequence
from typing import Final

from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from config.shared.ids import new_id
from config.shared.text import fold
from customers.search_terms import SHORTEST_PART, Terms, read
from customers.values import national_digits

from .adviser import Adviser

DEFAULT_SOURCE = "shop"


def new_customer_id() -> str:
    return new_id("cust")


class ZoneSource(models.TextChoices):
    """Where a customer's zone comes from, most trusted first."""

    EXPLICIT = "explicit", _("told by the customer")
    ADDRESS = "address", _("from the address")
    PHONE = "phone", _("from the phone number")
    DEFAULT = "default", _("project default")


class CustomerKind(models.TextChoices):
    CONSUMER = "consumer", _("consumer")
    BUSINESS = "business", _("business")


class Restriction(models.TextChoices):
    """Why nothing is sent to a person and nothing new is derived about them."""

    RESTRICTED = "restricted", _("processing restricted on request")
    BEREAVED = "bereaved", _("bereavement")


class CustomerQuerySet(models.QuerySet["Customer"]):
    def matching(self, text: str) -> "CustomerQuerySet":
        """Customers in whose names, e-mail, phone, city or external ids each word of `text` is.

        However cased; an empty text leaves everybody in.
        """
        return self.containing(read(text))

    def containing(self, terms: Terms) -> "CustomerQuerySet":
        """As `matching`; digits of a phone number count without what is dialled before them.

        Of a word too short for an index of trigrams, only beginnings are looked for.
        """
        if terms.is_empty:
            return self
        if terms.digits and len(terms.words) > 1:
            return self.filter(search__contains=terms.digits)
        wanted = Q()
        for word in terms.words:
            if len(word) < SHORTEST_PART:
                wanted &= Q(search__startswith=word) | Q(search__contains=f" {word}")
            else:
                wanted &= Q(search__contains=word)
        if len(terms.text) >= SHORTEST_PART and min(map(len, terms.words)) < SHORTEST_PART:
            wanted |= Q(search__contains=terms.text)
        if terms.digits and terms.digits != terms.text:
            wanted |= Q(search__contains=terms.digits)
        return self.filter(wanted)


class Customer(models.Model):
    """A person (or business) who buys from the shop.

    Personal data: everything but the ids and timestamps. `zone` is always filled, so that "which
    customers have nine o'clock now" is one index look-up; `zone_source` says how far to trust it.
    A birth date may lack its year; `month_day` is month * 100 + day. `latitude` and `longitude` are
    of the address, in degrees; whoever uses them needs the permission for LOCATION.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=new_customer_id, editable=False
    )
    first_name = models.CharField(_("first name"), max_length=120, blank=True)
    last_name = models.CharField(_("last name"), max_length=120, blank=True)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=CustomerKind.choices,
        default=CustomerKind.CONSUMER,
        db_default=CustomerKind.CONSUMER,
    )
    company = models.CharField(_("company"), max_length=160, blank=True, default="", db_default="")
    gender = models.CharField(
        _("gender"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("In the customer's own words, or empty."),
    )
    adviser = models.ForeignKey(
        Adviser, models.SET_NULL, null=True, blank=True, verbose_name=_("sales adviser")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("birth month"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("birth day"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("birth year"), null=True, blank=True)
    month_day = models.GeneratedField(
        expression=F("birth_month") * 100 + F("birth_day"),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    zone = models.CharField(_("time zone"), max_length=64)
    zone_source = models.CharField(
        _("zone known"), max_length=8, choices=ZoneSource.choices, default=ZoneSource.DEFAULT
    )
    zone_problem = models.CharField(
        _("unusable zone"),
        max_length=64,
        blank=True,
        help_text=_("What was given as time zone but is none; the default is used instead."),
    )
    address_line_1 = models.CharField(
        _("address"), max_length=200, blank=True, default="", db_default=""
    )
    address_line_2 = models.CharField(
        _("address, second line"), max_length=200, blank=True, default="", db_default=""
    )
    postal_code = models.CharField(
        _("postal code"), max_length=20, blank=True, default="", db_default=""
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    description = models.CharField(
        _("description"), max_length=500, blank=True, default="", db_default=""
    )
    metadata = models.JSONField(
        _("custom attributes"),
        default=dict,
        blank=True,
        db_default=Value({}, models.JSONField()),
        help_text=_("Values by the key of the attribute; without a definition they are only kept."),
    )
    restriction = models.CharField(
        _("restriction"),
        max_length=10,
        choices=Restriction.choices,
        blank=True,
        default="",
        db_default="",
    )
    restricted_at = models.DateTimeField(_("restricted since"), null=True, blank=True)
    signed_up_at = models.DateTimeField(_("signed up"), null=True, blank=True)
    search = models.TextField(editable=False, default="")
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["-id"]
        permissions = [
            ("export_customer", "Can export customers"),
            ("restrict_customer", "Can restrict the processing of customers"),
            ("erase_customer", "Can erase customers"),
        ]
        indexes = [
            models.Index(fields=["zone", "month_day"], name="customers_zone_month_day"),
            models.Index(fields=["zone", "country"], name="customers_zone_country"),
            models.Index(fields=["email"], condition=~Q(email=""), name="customers_customer_email"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="customers_customer_phone"),
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="customers_search_trgm"),
            # Filters of the list, newest first: also where only a few fit.
            models.Index(fields=["country", "id"], name="customers_customer_country"),
            models.Index(fields=["created_at", "id"], name="customers_customer_created"),
            models.Index(
                fields=["id"],
                condition=Q(kind=CustomerKind.BUSINESS),
                name="customers_customer_business",
            ),
            models.Index(
                fields=["id"],
                condition=Q(birth_month__isnull=True),
                name="customers_customer_no_birthday",
            ),
            GinIndex(fields=["metadata"], name="customers_customer_metadata"),
            GistIndex(
                Func(F("longitude"), F("latitude"), function="point"),
                condition=Q(latitude__isnull=False),
                name="customers_customer_position",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="customers_birth_month_and_day",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__isnull=True) | Q(birth_month__isnull=False),
                name="customers_birth_year_needs_day",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="customers_position_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.public_id

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def search_text(self, external_ids: list[str]) -> str:
        """What search looks through, folded: names, e-mail, phone, city and external ids.

        The phone also as people of its country write it.
        """
        return searched([getattr(self, name) for name in SEARCHED], external_ids)


SEARCHED: Final = ("first_name", "last_name", "company", "email", "phone", "city")


def searched(values: Sequence[str], external_ids: Sequence[str]) -> str:
    """The folded text that search looks through, from the values of `SEARCHED` in this order."""
    first_name, last_name, company, email, phone, city = values
    digits = national_digits(phone) if phone else ""
    parts = [first_name, last_name, company, email, phone, digits, city, *external_ids]
    return fold(" ".join(filter(None, parts)))


class Address(models.Model):
    """A further address of a customer beside the one on the profile; personal data throughout."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=40)
    recipient = models.CharField(_("recipient"), max_length=160, blank=True)
    line_1 = models.CharField(_("address"), max_length=200, blank=True)
    line_2 = models.CharField(_("address, second line"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "label"], name="customers_address_label")
        ]

    def __str__(self) -> str:
        return self.label


class Identity(models.Model):
    """One way in which a source knows a customer; orders, consents and codes hang on identities.

    Merging two customers re-points identities, and so takes everything along. Every customer has
    at least one. Personal data: `external_id`.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="identities")
    source = models.CharField(_("source"), max_length=40, default=DEFAULT_SOURCE)
    external_id = models.CharField(_("external id"), max_length=120)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        # The other index begins with the source, which somebody who searches does not know.
        indexes = [models.Index(fields=["external_id"], name="customers_identity_external")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="customers_identity_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
