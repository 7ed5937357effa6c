from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import clock
from config.shared.screens import ReadOnlyAdmin
from config.shared.screens.history import audit_page
from config.shared.templatetags.vesile import EMPTY, moment, money
from customers.models import Customer
from rewards.code_check import why_not_now
from rewards.codes import code_key
from rewards.labels import redemption_result
from rewards.models import Redemption, RedemptionResult, Voucher
from rewards.redemption_details import can_be_taken_back, details_of
from rewards.refusals import (
    advice,
    conditions_in_words,
    in_words,
    needed_in_words,
    refusal_in_words,
)
from rewards.rules import OF_THE_CODE

from . import redemption_list
from .calculator_answer import in_full
from .code_filters import PromotionFilter
from .giving import may_give
from .redemption_dialogs import TakingBackMixin
from .redemption_filters import AlarmFilter, CodeFilter, ReasonFilter, ResultFilter, SpanFilter
from .remedies import remedies
from .voucher import customer_link

FILTERS = (ResultFilter, ReasonFilter, PromotionFilter, SpanFilter, AlarmFilter, CodeFilter)


@admin.register(Redemption)
class RedemptionAdmin(TakingBackMixin, ReadOnlyAdmin):
    empty_text = gettext_lazy(
        "Each attempt of the shop to redeem a code appears here, also the refused ones, and "
        "each code that was refused when the shop only asked."
    )
    empty_link = (reverse_lazy("admin:shared_apikey_changelist"), gettext_lazy("API keys"))
    empty_link_permission = "shared.view_apikey"
    list_display = ("when", "outcome", "code", "who", "order", "discount", "to_pay", "reason")
    list_filter = FILTERS
    list_before_template = "vesile/redemption/above_list.html"
    search_fields = ("order_source_id", "public_id")
    search_help_text = gettext_lazy("Code, order number or redemption id")
    list_select_related = ("voucher", "promotion", "identity__customer", "api_key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        if voucher := Voucher.objects.filter(code_key=code_key(wanted)).first():
            return queryset.filter(voucher=voucher), False
        field = "public_id" if wanted.startswith(("r_", "rf_")) else "order_source_id"
        return queryset.filter(**{field: wanted}), False

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="rewards_redemption_export"), *super().get_urls()]

    # --- one redemption ---
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        redemption = (
            self.get_queryset(request)
            .select_related("parent", "voucher__promotion", "voucher__holder__customer")
            .filter(pk=object_id)
            .first()
        )
        if redemption is None:
            messages.warning(request, _("There is no such redemption (any more)."))
            return HttpResponseRedirect(reverse("admin:rewards_redemption_changelist"))
        context: dict[str, Any] = {
            "object": redemption,
            "redemption": redemption,
            "customer": redemption.identity.customer if redemption.identity else None,
        }
        if redemption.result == RedemptionResult.FAILURE:
            template = "vesile/redemption/refused.html"
            context["why"] = {
                "reason": refusal_in_words(redemption.failure_rule or redemption.failure_key),
                "seen": _named(redemption.failure_seen, in_words(redemption.failure_seen)),
                "needed": _named(redemption.failure_needed, needed_in_words(redemption)),
                "text": redemption.failure_text,
                "advice": advice(redemption),
                "conditions": conditions_in_words(redemption),
            }
            context |= self._now(request, redemption)
            context["give_url"] = _giving(request, redemption)
        else:
            template = "vesile/redemption/page.html"
            back = can_be_taken_back(redemption)
            context |= {
                "details": details_of(redemption),
                "may_roll_back": back and self.has_roll_back_permission(request),
                "may_return": back
                and bool(redemption.lines)
                and self.has_return_permission(request),
                "changes": audit_page(redemption),
            }
        return self.page(request, template, title=redemption.public_id, **context)

    def _now(self, request: HttpRequest, redemption: Redemption) -> dict[str, Any]:
        """Whether the code would still be refused, and what this person may do about it."""
        voucher, rule = redemption.voucher, redemption.failure_rule
        if voucher is None:
            return {}
        project = request.project  # type: ignore[attr-defined]
        still = why_not_now(voucher, at=clock.now(), project=project)
        return {
            "still": in_full(still) if still else None,
            "is_of_code": rule in OF_THE_CODE,
            "remedies": remedies(
                still.rule if still else rule,
                voucher=voucher,
                promotion=redemption.promotion,
                request=request,
            )
            if still or rule not in OF_THE_CODE
            else [],
        }

    # --- export ---
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm("rewards.export_redemption"):
            raise PermissionDenied
        return redemption_list.export(self, request)

    # --- columns ---
    @display(description=gettext_lazy("When"))
    def when(self, redemption: Redemption) -> str:
        return moment(redemption.created_at)

    @display(description=gettext_lazy("Result"))
    def outcome(self, redemption: Redemption) -> str:
        return redemption_result(redemption)

    @display(description=gettext_lazy("Code"))
    def code(self, redemption: Redemption) -> str:
        if redemption.voucher is None:
            return EMPTY
        return format_html(
            '<a class="v-link v-code v-nowrap" href="{}">{}</a>',
            reverse("admin:rewards_voucher_change", args=[redemption.voucher_id]),
            redemption.voucher.code,
        )

    @display(description=gettext_lazy("Customer"))
    def who(self, redemption: Redemption) -> str:
        return customer_link(redemption.identity.customer if redemption.identity else None)

    @display(description=gettext_lazy("Order"))
    def order(self, redemption: Redemption) -> str:
        return redemption.order_source_id or EMPTY

    @display(description=gettext_lazy("Discount"))
    def discount(self, redemption: Redemption) -> str:
        if redemption.result == RedemptionResult.FAILURE:
            return EMPTY
        return money(redemption.discount_amount, redemption.currency)

    @display(description=gettext_lazy("To pay"))
    def to_pay(self, redemption: Redemption) -> str:
        if redemption.result == RedemptionResult.FAILURE:
            return EMPTY
        return money(redemption.total_amount, redemption.currency)

    @display(description=gettext_lazy("Why refused"))
    def reason(self, redemption: Redemption) -> str:
        if redemption.result == RedemptionResult.SUCCESS:
            return EMPTY
        seen, needed = in_words(redemption.failure_seen), needed_in_words(redemption)
        words = refusal_in_words(redemption.failure_rule or redemption.failure_key)
        if not seen or seen.startswith("cust_"):
            return words
        more = _("Seen: %(seen)s. Needed: %(needed)s.") % {"seen": seen, "needed": needed}
        return format_html('<span>{}<br><span class="v-sub">{}</span></span>', words, more)


def _giving(request: HttpRequest, redemption: Redemption) -> str:
    """Where this person may give the refused customer a code, of the same offer if it runs."""
    identity, offer = redemption.identity, redemption.promotion
    if identity is None or redemption.test or not may_give(request):
        return ""
    url = reverse("admin:rewards_voucher_give", args=[identity.customer_id])
    return f"{url}?promotion={offer.pk}" if offer else url


def _named(value: str, words: str) -> str:
    """A value of a refusal in words; a customer by name, with the way to their page."""
    customer = value.startswith("cust_") and Customer.objects.filter(public_id=value).first()
    return customer_link(customer) if customer else words or EMPTY
