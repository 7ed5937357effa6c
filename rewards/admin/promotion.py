"""The list of offers, their form with its summary and calculator, and the page of one."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from config.shared import actors, clock
from config.shared.screens import BulkList, RecordAdmin
from config.shared.templatetags.vesile import day, label, money, number
from rewards.candidates import rules_of
from rewards.models import Promotion
from rewards.named_goods import unknown_goods
from rewards.offer_words import offer_in_words, segment_names
from rewards.selectors import (
    PromotionCounts,
    next_opening_of,
    promotion_counts,
    promotion_summary,
)
from rewards.services.promotions import drafts_of, save_promotion
from rewards.trying import TriedOffer

from . import calculator
from .offer_form import PromotionForm
from .offer_page import SwitchingMixin, duplicate, offer_page, page_of


class PromotionList(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        counts = promotion_counts([row.pk for row in rows])
        names = segment_names(rows)
        for row in rows:
            row.counts = counts.get(row.pk, PromotionCounts())
            row.summary = promotion_summary(row, names=names)

    def url_for_result(self, result: Any) -> str:
        return page_of(result.pk)


@admin.register(Promotion)
class PromotionAdmin(SwitchingMixin, RecordAdmin):
    empty_text = gettext_lazy("An offer says what a code gives, such as 15% off for a birthday.")
    form = PromotionForm
    list_display = ("offer", "state", "issued", "redeemed", "refused", "given", "validity")
    list_filter = (("active", admin.BooleanFieldListFilter),)
    search_fields = ("name",)
    change_form_template = "vesile/offer/form.html"
    change_form_outer_after_template = "vesile/offer/calculator.html"
    fieldsets = (
        (None, {"fields": ("name", "description", ("active", "currency"), "minimum")}),
        (
            gettext_lazy("Days and hours"),
            {
                "fields": (
                    "starts_at",
                    "expires_at",
                    "zone",
                    "weekdays",
                    ("hours_from", "hours_to"),
                    ("more_hours_from", "more_hours_to"),
                    "window_json",
                ),
                "description": gettext_lazy(
                    "Start and end are on the clock of the project, the hours on that of the "
                    "zone. The offer ends just before “expires”."
                ),
            },
        ),
        (
            gettext_lazy("Limits"),
            {
                "fields": (
                    "redemption_limit",
                    "limit_per_customer",
                    ("limit_per_customer_period", "customer_period"),
                    "budget",
                    ("budget_in_period", "budget_period"),
                    "alarm_refusals",
                )
            },
        ),
        (
            gettext_lazy("Codes"),
            {
                "fields": (
                    "code_pattern",
                    "code_charset",
                    "uses_per_code",
                    ("code_lifetime_days", "code_lifetime_hours"),
                    "holder_only",
                    "only_from_pool",
                    "join_once",
                )
            },
        ),
        (
            gettext_lazy("With other offers"),
            {"fields": ("exclusive", ("stacking_category", "priority"))},
        ),
        (
            gettext_lazy("Who is refused"),
            {"fields": ("refusal_text",)},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).kept().prefetch_related("effects")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return PromotionList

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"currency": request.project.currency}  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, shown: Any, name: str, *, post: bool = False) -> URLPattern:
            view = self.admin_site.admin_view(require_POST(shown) if post else shown)
            return path(route, view, name=f"rewards_promotion_{name}")

        return [
            own("check/", self.check_view, "check", post=True),
            own("<int:pk>/check/", self.check_view, "check_of", post=True),
            own("calculator/", self.calculator_view, "calculator", post=True),
            own("<int:pk>/calculator/", self.calculator_view, "calculator_of", post=True),
            own("<int:pk>/page/", self.page_view, "page"),
            own("<int:pk>/duplicate/", self.duplicate_view, "duplicate", post=True),
            *super().get_urls(),
        ]

    # --- writing ---
    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Promotion:
        return save_promotion(
            promotion=form.instance,
            effects=form.drafts,
            actor=actors.staff(request),
            at=clock.now(),
        )

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return duplicate(request, pk)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj.pk))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj.pk))

    # --- reading ---
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; who may only look is led to the page of the offer."""
        offer = self.get_object(request, object_id)
        if offer and not self.has_change_permission(request, offer):
            self._may_view(request)
            return HttpResponseRedirect(page_of(offer.pk))
        return super().change_view(request, object_id, form_url, extra_context)

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_view(request)
        return offer_page(self, request, pk)

    def check_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """The offer as typed, in words, and how much of it is still wrong; asked while typing."""
        form = self._typed(request, pk)
        return TemplateResponse(request, "vesile/offer/words.html", self._words(request, form))

    def calculator_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """What a cart gets: from the offer as typed where its form is sent, else as stored."""
        if "name" in request.POST:
            form = self._typed(request, pk)
            promotion, drafts = form.instance, form.drafts
            wrong = not form.is_valid()
        else:
            self._may_view(request)
            stored = self.get_queryset(request).filter(pk=pk).first()
            if stored is None:
                return HttpResponseRedirect(reverse("admin:rewards_promotion_changelist"))
            promotion, drafts, wrong = stored, drafts_of(stored), False
        at_hand = TriedOffer(promotion, drafts)
        context = (
            {"problems": [_("The offer cannot be used as it is typed; look at its fields.")]}
            if wrong
            else calculator.answer(request, calculator.sent(request), at_hand=[at_hand])
        )
        if "HX-Request" in request.headers:
            return TemplateResponse(request, "vesile/offer/calculated.html", context)
        return self.page(
            request, "vesile/offer/calculated_page.html", title=_("Calculator"), **context
        )

    def _typed(self, request: HttpRequest, pk: int | None) -> Any:
        stored = None if pk is None else self.get_queryset(request).filter(pk=pk).first()
        if not (
            self.has_change_permission(request) if stored else self.has_add_permission(request)
        ):
            raise PermissionDenied
        form = self.get_form(request, stored, change=stored is not None)
        typed = form(request.POST, instance=stored)
        typed.is_valid()
        return typed

    def _words(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        promotion = form.instance
        if not form.is_bound:
            return {}
        return {
            "words": offer_in_words(
                promotion,
                form.drafts,
                names=segment_names([promotion]),
                rules=rules_of(promotion.brand_id),
            )
            if promotion.currency
            else None,
            "problems": sum(
                len(one.errors) for one in (form, *form.effects.forms, *form.conditions.forms)
            ),
            "unknown": unknown_goods(form.drafts, promotion.rules),
            "opening": next_opening_of(
                promotion,
                at=clock.now(),
                zone=request.project.zone,  # type: ignore[attr-defined]
            ),
        }

    def _may_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        promotion = kwargs.get("obj")
        form = context["adminform"].form
        stored = promotion if promotion and promotion.pk else None
        at = [stored.pk] if stored else []
        suffix = "_of" if stored else ""
        context.update(
            offer_form=form,
            check_url=reverse(f"admin:rewards_promotion_check{suffix}", args=at),
            calculator_url=reverse(f"admin:rewards_promotion_calculator{suffix}", args=at),
            stored=stored,
            cart=calculator.CalculatorForm(prefix="calc"),
            cart_rows=calculator.CartRows(prefix="calc-rows"),
            goods=calculator.some_goods(),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    # --- columns ---
    @display(description=gettext_lazy("Offer"), ordering="name")
    def offer(self, promotion: Any) -> str:
        return format_html('{}<br><span class="v-sub">{}</span>', promotion.name, promotion.summary)

    @display(description=gettext_lazy("State"))
    def state(self, promotion: Promotion) -> str:
        return format_html("{} {}", _state(promotion), label(_("test")) if promotion.test else "")

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


def _state(promotion: Promotion) -> str:
    now = clock.now()
    if not promotion.active:
        return label(_("switched off"), "bad")
    if promotion.expires_at and promotion.expires_at <= now:
        return label(_("expired"))
    if promotion.starts_at and promotion.starts_at > now:
        return label(_("not yet"), "wait")
    return label(_("running"), "good")
