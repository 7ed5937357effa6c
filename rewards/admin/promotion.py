from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from config.shared import actors, clock
from config.shared.screens import BulkList, RecordAdmin
from config.shared.templatetags.vesile import EMPTY, day, label, money, number
from config.shared.usages import usages_of
from rewards.models import Effect, Promotion
from rewards.selectors import PromotionCounts, promotion_counts, promotion_summary
from rewards.services.promotions import save_promotion

from .alarm import alarms_in_words
from .forms import EffectForm, EffectFormSet, PromotionForm


class EffectInline(TabularInline):
    model = Effect
    form = EffectForm
    formset = EffectFormSet
    fields = ("kind", "percent", "amount_off", "cap")
    extra = 0
    min_num = 1
    max_num = 10
    hide_title = True
    verbose_name_plural = gettext_lazy("What the code does to the order")


class PromotionList(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        counts = promotion_counts([row.pk for row in rows])
        for row in rows:
            row.counts = counts.get(row.pk, PromotionCounts())


@admin.register(Promotion)
class PromotionAdmin(RecordAdmin):
    empty_text = gettext_lazy("An offer says what a code gives, such as 15% off for a birthday.")
    form = PromotionForm
    inlines = (EffectInline,)
    list_display = ("offer", "state", "issued", "redeemed", "refused", "given", "validity")
    list_filter = (("active", admin.BooleanFieldListFilter),)
    search_fields = ("name",)
    change_form_before_template = "vesile/offer/summary.html"
    fieldsets = (
        (None, {"fields": ("name", "active", "currency", "minimum")}),
        (
            gettext_lazy("Codes"),
            {"fields": ("code_pattern", "uses_per_code", "code_lifetime_days", "holder_only")},
        ),
        (
            gettext_lazy("Validity"),
            {
                "fields": ("starts_at", "expires_at"),
                "description": gettext_lazy(
                    "On the clock of the project. The offer ends just before “expires”."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).kept().prefetch_related("effects")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return PromotionList

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"currency": request.project.currency}  # type: ignore[attr-defined]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj) or obj is None:
            return fieldsets
        # Who may only look sees the stored column instead of the field to type in.
        return [
            (
                name,
                {
                    **told,
                    "fields": [f if f != "minimum" else "order_minimum" for f in told["fields"]],
                },
            )
            for name, told in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self.has_change_permission(request, obj) or obj is None else ("order_minimum",)

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Promotion:
        promotion = form.instance
        return save_promotion(
            promotion=promotion,
            effects=formsets[0].drafts(promotion.currency),
            actor=actors.staff(request),
            at=clock.now(),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        promotion = kwargs.get("obj")
        if promotion and promotion.pk:
            stored = Promotion.objects.prefetch_related("effects").get(pk=promotion.pk)
            context.update(
                summary=promotion_summary(stored),
                stored=stored,
                counts=promotion_counts([stored.pk])[stored.pk],
                usages=usages_of(stored),
                alarms=alarms_in_words(stored),
            )
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=gettext_lazy("Offer"), ordering="name")
    def offer(self, promotion: Promotion) -> str:
        return format_html(
            '{}<br><span class="v-sub">{}</span>', promotion.name, promotion_summary(promotion)
        )

    @display(description=gettext_lazy("State"))
    def state(self, promotion: Promotion) -> str:
        now = clock.now()
        if not promotion.active:
            return label(_("switched off"), "bad")
        if promotion.expires_at and promotion.expires_at <= now:
            return label(_("expired"))
        if promotion.starts_at and promotion.starts_at > now:
            return label(_("not yet"), "wait")
        return label(_("running"), "good")

    @display(description=gettext_lazy("Codes issued"))
    def issued(self, promotion: Any) -> str:
        return format_html(
            '<a class="v-link" href="{}?promotion={}">{}</a>',
            reverse("admin:rewards_voucher_changelist"),
            promotion.pk,
            number(promotion.counts.issued),
        )

    @display(description=gettext_lazy("Redeemed"))
    def redeemed(self, promotion: Any) -> str:
        return number(promotion.counts.redeemed)

    @display(description=gettext_lazy("Refused"))
    def refused(self, promotion: Any) -> str:
        return number(promotion.counts.refused)

    @display(description=gettext_lazy("Discount given"))
    def given(self, promotion: Any) -> str:
        return money(promotion.counts.discount_amount, promotion.currency)

    @display(description=gettext_lazy("Valid"))
    def validity(self, promotion: Promotion) -> str:
        if promotion.starts_at and promotion.expires_at:
            return _("%(start)s to %(end)s") % {
                "start": day(promotion.starts_at),
                "end": day(promotion.expires_at),
            }
        if promotion.expires_at:
            return _("until %(end)s") % {"end": day(promotion.expires_at)}
        if promotion.starts_at:
            return _("from %(start)s") % {"start": day(promotion.starts_at)}
        return _("always")

    @display(description=gettext_lazy("Order minimum"))
    def order_minimum(self, promotion: Promotion) -> str:
        if promotion.minimum_amount is None:
            return EMPTY
        return money(promotion.minimum_amount, promotion.currency)
