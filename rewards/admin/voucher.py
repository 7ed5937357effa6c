from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, moment, number
from customers.models import Customer
from rewards.codes import code_key
from rewards.labels import voucher_state
from rewards.models import Voucher

from . import code_lists
from .code_dialogs import CodeDialogsMixin
from .code_filters import HolderFilter, PromotionFilter, StateFilter
from .code_page import code_page
from .giving import give_page


def customer_link(customer: Customer | None) -> str:
    if customer is None:
        return EMPTY
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return format_html('<a class="v-link" href="{}">{}</a>', url, str(customer))


@admin.register(Voucher)
class VoucherAdmin(CodeDialogsMixin, ReadOnlyAdmin):
    empty_text = gettext_lazy(
        "Codes are issued with the messages of a campaign, or generated and imported here."
    )
    empty_link = (reverse_lazy("admin:rewards_coderun_generate"), gettext_lazy("Generate codes"))
    empty_link_permission = "rewards.add_coderun"
    list_before_template = "vesile/code/above_list.html"
    list_display = ("written", "offer", "holder_name", "state", "uses", "expires", "issued")
    list_filter = (PromotionFilter, StateFilter, HolderFilter)
    search_fields = ("code_key",)
    search_help_text = gettext_lazy("The beginning of a code")
    list_select_related = ("promotion", "holder__customer")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("many/", view(self.many_view), name="rewards_voucher_many"),
            path("export/", view(self.export_view), name="rewards_voucher_export"),
            path("give/<int:pk>/", view(self.give_view), name="rewards_voucher_give"),
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

    def give_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return give_page(self, request, pk)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return code_page(self, request, object_id)

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
