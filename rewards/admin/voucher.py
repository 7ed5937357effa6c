from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import ConfirmForm, ReadOnlyAdmin, done
from config.shared.screens.dialogs import refused
from config.shared.templatetags.vesile import EMPTY, moment, number
from customers.models import Customer
from rewards.codes import code_key
from rewards.labels import redemption_result, voucher_state
from rewards.models import Promotion, Redemption, Voucher
from rewards.pool import redeemed
from rewards.refusals import refusal_in_words
from rewards.services.voucher_changes import change_expiry, disable_voucher, enable_voucher

from . import code_lists
from .code_forms import EndForm

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


def customer_link(customer: Customer | None) -> str:
    if customer is None:
        return EMPTY
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return format_html('<a class="v-link" href="{}">{}</a>', url, str(customer))


@admin.register(Voucher)
class VoucherAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy(
        "Codes are issued with the messages of a campaign, or generated and imported here."
    )
    list_before_template = "vesile/code/above_list.html"
    list_display = ("written", "offer", "holder_name", "state", "uses", "expires", "issued")
    list_filter = (PromotionFilter, StateFilter, HolderFilter)
    search_fields = ("code_key",)
    search_help_text = gettext_lazy("The beginning of a code")
    list_select_related = ("promotion", "holder__customer")
    fields = ("written", "state", "offer", "holder_name", "uses", "expires", "issued", "attempts")
    readonly_fields = fields
    actions_detail = ("disable", "enable", "extend")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("many/", view(self.many_view), name="rewards_voucher_many"),
            path("export/", view(self.export_view), name="rewards_voucher_export"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request,
            {
                "may_make_codes": request.user.has_perm("rewards.add_coderun"),
                "may_change_codes": self.has_switch_permission(request),
                "may_export_codes": self.may_export(request),
                "filters_of_list": code_lists.query_of(request),
                **(extra_context or {}),
            },
        )

    def many_view(self, request: HttpRequest) -> HttpResponse:
        """What can be done to all codes of the list, and to how many it would happen."""
        if not self.has_switch_permission(request):
            raise PermissionDenied
        return code_lists.change(self, request)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may_export(request) or request.method != "POST":
            raise PermissionDenied
        return code_lists.export(self, request)

    def may_export(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("rewards.export_voucher"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = code_key(search_term)
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

    @action(
        description=gettext_lazy("Change the end…"),
        icon="event",
        permissions=["switch"],
        url_path="extend",
        dialog={
            "title": gettext_lazy("Until when shall this code be valid?"),
            "description": gettext_lazy(
                "One code is changed. It never outlives its offer. What was redeemed stays."
            ),
            "form_class": EndForm,
            "form_submit_text": gettext_lazy("Change the end"),
        },
    )
    def extend(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        try:
            change_expiry(
                voucher=Voucher.objects.get(pk=object_id),
                expires_at=form.cleaned_data["expires_at"],
                actor=actors.staff(request),
                at=clock.now(),
            )
        except VesileError as error:
            return refused(request, self._url(object_id), error)
        return done(request, self._url(object_id), _("The end of the code is changed."))

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
            return _("nobody yet") if voucher.pooled else _("anybody")
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
