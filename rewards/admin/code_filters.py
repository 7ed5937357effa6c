"""What the list of codes can be narrowed by; offers narrow other lists as well."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import clock
from config.shared.text import fold
from rewards.models import Promotion
from rewards.pool import redeemed

MOST_OFFERS = 200


class PromotionFilter(admin.SimpleListFilter):
    title = gettext_lazy("offer")
    parameter_name = "promotion"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """The newest offers, because a shop may have one for every code, and the chosen one."""
        rows = Promotion.objects.values_list("pk", "name")
        offers = dict(rows.order_by("-pk")[:MOST_OFFERS])
        asked = self.used_parameters.get(self.parameter_name) or ""
        if asked.isdecimal() and int(asked) not in offers:
            offers |= dict(rows.filter(pk=asked))
        return sorted(offers.items(), key=lambda offer: fold(offer[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(promotion_id=value) if value.isdecimal() else queryset


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("usable", _("can be redeemed")),
            ("free", _("waits in the pool")),
            ("given", _("given to a customer")),
            ("redeemed", _("redeemed")),
            ("off", _("switched off")),
            ("expired", _("expired")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        now = clock.now()
        match self.value():
            case "usable":
                return queryset.usable(at=now)
            case "free":
                return queryset.in_pool(at=now)
            case "given":
                return queryset.filter(holder__isnull=False)
            case "redeemed":
                return queryset.filter(redeemed())
            case "off":
                return queryset.filter(active=False)
            case "expired":
                return queryset.filter(expires_at__lte=now)
        return queryset


class HolderFilter(admin.SimpleListFilter):
    title = gettext_lazy("holder")
    parameter_name = "holder"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("personal", _("has a holder")), ("public", _("for anybody"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"personal", "public"}:
            return queryset
        return queryset.filter(holder__isnull=self.value() == "public")
