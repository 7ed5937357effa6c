"""Filters of the list of customers, each with an index behind it."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import clock, money
from config.shared.localtime import to_local
from config.shared.templatetags.vesile import country
from config.shared.templatetags.vesile import money as in_money
from config.shared.text import fold
from customers.models import (
    Adviser,
    Attribute,
    AttributeType,
    Channel,
    ConsentState,
    CustomerKind,
    PurchaseProfile,
    PurchaseTotal,
)
from customers.selectors import allowing_consents, countries_in_use

UNKNOWN: Final = "-"
# What was spent at least, in whole units of the project's currency.
SPENT: Final = (100, 500, 1_000, 5_000, 20_000)
DAYS: Final = (30, 90, 365)


class CountryFilter(admin.SimpleListFilter):
    """Countries that occur, by name; “not known” where we were told none."""

    title = gettext_lazy("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = sorted(
            ((country(code), code) for code in countries_in_use() if code),
            key=lambda pair: fold(pair[0]),
        )
        return [(code, name) for name, code in named] + [(UNKNOWN, _("not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(country="" if value == UNKNOWN else value)


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in CustomerKind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class MayEmailFilter(admin.SimpleListFilter):
    title = gettext_lazy("may be written to by e-mail")
    parameter_name = "may_email"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("yes")), ("no", _("no, or never asked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"yes", "no"}:
            return queryset
        allowing = Exists(
            ConsentState.objects.filter(
                allowing_consents(at=clock.now()), customer=OuterRef("pk"), channel=Channel.EMAIL
            )
        )
        return queryset.filter(allowing if self.value() == "yes" else ~allowing)


class BirthdayFilter(admin.SimpleListFilter):
    title = gettext_lazy("birthday")
    parameter_name = "birthday"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("this-month", _("this month")), ("unknown", _("not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unknown":
            return queryset.filter(birth_month=None)
        if self.value() == "this-month":
            zone = request.project.zone  # type: ignore[attr-defined]
            return queryset.filter(birth_month=to_local(clock.now(), zone).month)
        return queryset


class SpentFilter(admin.SimpleListFilter):
    """What was spent at least, in the project's currency; other currencies are not converted."""

    title = gettext_lazy("spent at least")
    parameter_name = "spent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        currency = request.project.currency  # type: ignore[attr-defined]
        return [(str(one), in_money(money.to_minor(one, currency), currency)) for one in SPENT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value not in {str(one) for one in SPENT}:
            return queryset
        currency = request.project.currency  # type: ignore[attr-defined]
        return queryset.filter(
            Exists(
                PurchaseTotal.objects.filter(
                    customer=OuterRef("pk"),
                    currency=currency,
                    amount__gte=money.to_minor(int(value), currency),
                )
            )
        )


class LastOrderFilter(admin.SimpleListFilter):
    title = gettext_lazy("last order")
    parameter_name = "last_order"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        within = [(f"within-{n}", _("in the last %(days)d days") % {"days": n}) for n in DAYS]
        return [
            *within,
            ("before-365", _("more than %(days)d days ago") % {"days": 365}),
            ("never", _("never ordered")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        how, _dash, days = (self.value() or "").partition("-")
        bought = PurchaseProfile.objects.filter(customer=OuterRef("pk"))
        if how == "never":
            return queryset.filter(~Exists(bought))
        if days not in {str(n) for n in DAYS} or how not in {"within", "before"}:
            return queryset
        since = clock.now() - timedelta(days=int(days))
        wanted = Q(last_order_at__gte=since) if how == "within" else Q(last_order_at__lt=since)
        return queryset.filter(Exists(bought.filter(wanted)))


class AdviserFilter(admin.SimpleListFilter):
    """Shown where there are advisers."""

    title = gettext_lazy("sales adviser")
    parameter_name = "adviser"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(one.pk), one.name) for one in Adviser.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(adviser=value) if value in known else queryset


def attribute_filters(gated: list[str]) -> list[type[admin.SimpleListFilter]]:
    """A filter for each attribute with a list of values, but sensitive ones and those whose use
    needs the customer's permission; one statement.
    """
    usable = (
        Attribute.objects.filter(is_sensitive=False, retired_at=None)
        .exclude(data_category__in=gated)
        .filter(Q(type=AttributeType.BOOLEAN) | ~Q(choices=[]))
        .order_by("name")
    )
    return [_filter_of(attribute) for attribute in usable]


def _filter_of(attribute: Attribute) -> type[admin.SimpleListFilter]:
    """Values are named by their place in the address, so that it holds no one's data."""
    if attribute.type == AttributeType.BOOLEAN:
        values: list[tuple[Any, str]] = [(True, _("yes")), (False, _("no"))]
    else:
        values = [(value, value) for value in attribute.choices]
    stored = {str(place): value for place, (value, _name) in enumerate(values)}
    is_set = attribute.type == AttributeType.SET

    class AttributeFilter(admin.SimpleListFilter):
        title = attribute.name
        parameter_name = f"attribute_{attribute.pk}"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(str(place), name) for place, (_value, name) in enumerate(values)]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            value = self.value()
            if value not in stored:
                return queryset
            wanted = [stored[value]] if is_set else stored[value]
            return queryset.filter(metadata__contains={attribute.key: wanted})

    return AttributeFilter
