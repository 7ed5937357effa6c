from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from config.shared import actors, clock
from config.shared.screens import ConfirmForm, ReadOnlyAdmin, done
from config.shared.templatetags.vesile import EMPTY, moment, number
from customers.models import Customer
from rewards.labels import redemption_result, voucher_state
from rewards.models import Promotion, Redemption, Voucher
from rewards.refusals import refusal_in_words
from rewards.services.vouchers import disable_voucher, enable_voucher

ATTEMPTS_SHOWN = 20


class PromotionFilter(admin.SimpleListFilter):
    title = gettext_lazy("offer")
    parameter_name = "promotion"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(Promotion.objects.order_by("name").values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(promotion_id=value) if value.isdigit() else queryset


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("usable", _("can be redeemed")),
            ("redeemed", _("redeemed")),
            ("off", _("switched off")),
            ("expired", _("expired")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        now = clock.now()
        match self.value():
            case "usable":
                return queryset.usable(at=now)
            case "redeemed":
                return queryset.filter(redeemed_count__gt=0)
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


def customer_link(customer: Customer | None) -> str:
    if customer is None:
        return EMPTY
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return format_html('<a class="v-link" href="{}">{}</a>', url, str(customer))


@admin.register(Voucher)
class VoucherAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Codes are issued with the messages of a campaign.")
    list_display = ("written", "offer", "holder_name", "state", "uses", "expires", "issued")
    list_filter = (PromotionFilter, StateFilter, HolderFilter)
    search_fields = ("code_key",)
    search_help_text = gettext_lazy("The beginning of a code")
    list_select_related = ("promotion", "holder__customer")
    fields = ("written", "state", "offer", "holder_name", "uses", "expires", "issued", "attempts")
    readonly_fields = fields
    actions_detail = ("disable", "enable")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip().lower()
        return (queryset.filter(code_key__startswith=wanted) if wanted else queryset), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def has_switch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rewards.change_voucher")

    def _filter_unfold_actions_by_permissions(
        self, request: HttpRequest, actions: Any, object_id: Any = None
    ) -> Any:
        """Offer only the switch that changes something."""
        allowed = super()._filter_unfold_actions_by_permissions(request, actions, object_id)
        if not object_id or not str(object_id).isdigit():
            return allowed
        active = Voucher.objects.filter(pk=object_id, active=True).exists()
        unwanted = "_enable" if active else "_disable"
        return [one for one in allowed if not one.action_name.endswith(unwanted)]

    @action(
        description=gettext_lazy("Switch off…"),
        icon="block",
        permissions=["switch"],
        url_path="disable",
        dialog={
            "title": gettext_lazy("Switch this code off?"),
            "description": gettext_lazy(
                "The shop refuses it from now on. What was redeemed stays; you can switch the "
                "code on again."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("Switch off"),
        },
    )
    def disable(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        disable_voucher(voucher=Voucher.objects.get(pk=object_id), actor=actors.staff(request))
        return done(request, self._url(object_id), _("The code is switched off."))

    @action(
        description=gettext_lazy("Switch on…"),
        icon="check",
        permissions=["switch"],
        url_path="enable",
        dialog={
            "title": gettext_lazy("Switch this code on?"),
            "description": gettext_lazy("The shop accepts it again, within its limit and expiry."),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("Switch on"),
        },
    )
    def enable(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        enable_voucher(voucher=Voucher.objects.get(pk=object_id), actor=actors.staff(request))
        return done(request, self._url(object_id), _("The code is switched on."))

    def _url(self, object_id: str) -> str:
        return reverse("admin:rewards_voucher_change", args=[object_id])

    @display(description=gettext_lazy("Code"))
    def written(self, voucher: Voucher) -> str:
        style = "v-code v-nowrap" if voucher.active else "v-code v-nowrap v-struck"
        return format_html('<span class="{}">{}</span>', style, voucher.code)

    @display(description=gettext_lazy("Offer"))
    def offer(self, voucher: Voucher) -> str:
        return voucher.promotion.name

    @display(description=gettext_lazy("Holder"))
    def holder_name(self, voucher: Voucher) -> str:
        if voucher.holder is None:
            return _("anybody")
        return customer_link(voucher.holder.customer)

    @display(description=gettext_lazy("State"))
    def state(self, voucher: Voucher) -> str:
        return voucher_state(voucher)

    @display(description=gettext_lazy("Used"))
    def uses(self, voucher: Voucher) -> str:
        if voucher.redemption_limit is None:
            return _("without limit")
        return _("%(used)s of %(limit)s") % {
            "used": number(voucher.redeemed_count),
            "limit": number(voucher.redemption_limit),
        }

    @display(description=gettext_lazy("Expires"))
    def expires(self, voucher: Voucher) -> str:
        return moment(voucher.expires_at) if voucher.expires_at else _("never")

    @display(description=gettext_lazy("Issued"))
    def issued(self, voucher: Voucher) -> str:
        return moment(voucher.created_at)

    @display(description=gettext_lazy("Attempts to redeem"))
    def attempts(self, voucher: Voucher) -> str:
        rows = Redemption.objects.filter(voucher=voucher).order_by("-id")[:ATTEMPTS_SHOWN]
        return format_html_join(
            mark_safe("<br>"),
            '<a class="v-link" href="{}">{}</a> {} {}',
            [
                (
                    reverse("admin:rewards_redemption_change", args=[row.pk]),
                    moment(row.created_at),
                    redemption_result(row),
                    refusal_in_words(row.failure_rule) if row.failure_rule else "",
                )
                for row in rows
            ],
        ) or _("Nobody tried to redeem it so far.")
