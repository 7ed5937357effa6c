from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, moment, money, number
from customers.models import Customer
from rewards.labels import redemption_result
from rewards.models import Redemption, RedemptionResult, Voucher
from rewards.refusals import advice, in_words, refusal_in_words
from rewards.rules import Rule

from .voucher import PromotionFilter, customer_link


class ReasonFilter(admin.SimpleListFilter):
    title = gettext_lazy("refused because")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(rule.value, refusal_in_words(rule)) for rule in Rule]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(failure_rule=self.value()) if self.value() else queryset


class ResultFilter(admin.SimpleListFilter):
    title = gettext_lazy("result")
    parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in RedemptionResult.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(result=self.value()) if self.value() else queryset


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy(
        "Each attempt of the shop to redeem a code appears here, also the refused ones."
    )
    list_display = ("when", "outcome", "code", "who", "order", "discount", "to_pay", "reason")
    list_filter = (ResultFilter, ReasonFilter, PromotionFilter)
    search_fields = ("order_source_id", "public_id")
    search_help_text = gettext_lazy("Code, order number or redemption id")
    list_select_related = ("voucher", "promotion", "identity__customer", "api_key")
    readonly_fields = (
        "redemption_id",
        "when",
        "outcome",
        "reason",
        "seen",
        "needed",
        "what_to_do",
        "code",
        "offer",
        "who",
        "order",
        "amount",
        "discount",
        "to_pay",
        "split",
        "asked_by",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        if voucher := Voucher.objects.filter(code_key=wanted.lower()).first():
            return queryset.filter(voucher=voucher), False
        field = "public_id" if wanted.startswith(("r_", "rf_")) else "order_source_id"
        return queryset.filter(**{field: wanted}), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        whose = ["code", "offer", "who", "asked_by"]
        told = [(None, {"fields": ["redemption_id", "when", "outcome", *whose]})]
        if obj is not None and obj.result == RedemptionResult.FAILURE:
            why = {"fields": ["reason", "seen", "needed", "what_to_do"]}
            return [*told, (_("Why it was refused"), why)]
        order = {"fields": ["order", "amount", "discount", "to_pay", "split"]}
        return [*told, (_("What it gave"), order)]

    @display(description=gettext_lazy("Redemption id"))
    def redemption_id(self, redemption: Redemption) -> str:
        return redemption.public_id

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

    @display(description=gettext_lazy("Offer"))
    def offer(self, redemption: Redemption) -> str:
        return redemption.promotion.name if redemption.promotion else EMPTY

    @display(description=gettext_lazy("Customer"))
    def who(self, redemption: Redemption) -> str:
        return customer_link(redemption.identity.customer if redemption.identity else None)

    @display(description=gettext_lazy("Order"))
    def order(self, redemption: Redemption) -> str:
        return redemption.order_source_id or EMPTY

    @display(description=gettext_lazy("Order amount"))
    def amount(self, redemption: Redemption) -> str:
        return money(redemption.order_amount, redemption.currency)

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
        return refusal_in_words(redemption.failure_rule)

    @display(description=gettext_lazy("Value seen"))
    def seen(self, redemption: Redemption) -> str:
        return _named(redemption.failure_seen)

    @display(description=gettext_lazy("Value needed"))
    def needed(self, redemption: Redemption) -> str:
        return _named(redemption.failure_needed)

    @display(description=gettext_lazy("What to do"))
    def what_to_do(self, redemption: Redemption) -> str:
        return advice(redemption) or EMPTY

    @display(description=gettext_lazy("Asked by"))
    def asked_by(self, redemption: Redemption) -> str:
        return str(redemption.api_key) if redemption.api_key else EMPTY

    @display(description=gettext_lazy("Discount by line"))
    def split(self, redemption: Redemption) -> str:
        rows = format_html_join(
            "",
            '<tr><td>{}</td><td class="v-num">{}</td><td class="v-num">{}</td>'
            '<td class="v-num">{}</td></tr>',
            [
                (
                    line.get("source_id") or line.get("product_id") or EMPTY,
                    number(line.get("quantity")),
                    money(line.get("amount"), redemption.currency),
                    money(line.get("discount_amount"), redemption.currency),
                )
                for line in redemption.lines
            ],
        )
        if not rows:
            return _("The shop sent the amount of the order without its lines.")
        return format_html(
            '<div class="v-scroll"><table class="v-table"><thead><tr><th scope="col">{}</th>'
            '<th scope="col" class="v-num">{}</th><th scope="col" class="v-num">{}</th>'
            '<th scope="col" class="v-num">{}</th></tr></thead><tbody>{}</tbody></table></div>',
            _("Line"),
            _("Quantity"),
            _("Amount"),
            _("Discount"),
            rows,
        )


def _named(value: str) -> str:
    """A value of a refusal in words; a customer by name, with the way to their page."""
    customer = value.startswith("cust_") and Customer.objects.filter(public_id=value).first()
    return customer_link(customer) if customer else in_words(value) or EMPTY
