"""How offers combine on one order: the rules that hold for all of them, in words and tried out."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.models import Brand
from config.shared.screens import ReadOnlyAdmin
from config.shared.screens.history import audit_page
from rewards.models import Promotion, StackingRules
from rewards.services.combining import save_stacking_rules
from rewards.stacking_rules import StackingRules as Rules
from rewards.stacking_words import rules_in_words

from . import calculator
from .combining_form import CategoryRows, CombiningForm, rows_shown, rules_typed, shown

_CATEGORIES_SHOWN = 100
_LONGEST_ID = 18  # digits


@admin.register(StackingRules)
class CombiningAdmin(ReadOnlyAdmin):
    """Each brand has its own rules; most installations have one brand."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.page_view), name="rewards_stackingrules_changelist"),
            path(
                "check/",
                view(require_POST(self.check_view)),
                name="rewards_stackingrules_check",
            ),
            path(
                "calculator/",
                view(require_POST(self.calculator_view)),
                name="rewards_stackingrules_calculator",
            ),
            path(
                "<path:object_id>/change/",
                view(self.of_row_view),
                name="rewards_stackingrules_change",
            ),
        ]

    def page_view(self, request: HttpRequest) -> HttpResponse:
        """The rules of a brand; saving them is a POST to the same address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        brands = list(Brand.objects.order_by("-is_default", "name"))
        brand = _chosen(brands, request.GET.get("brand", ""))
        stored = StackingRules.objects.filter(brand=brand).first()
        form, rows, rules = self._forms(request, stored, categories := _categories(brand))
        if request.method == "POST":
            if not may_change(request):
                raise PermissionDenied
            if rules is not None and self._saved(request, brand, form, rules):
                return HttpResponseRedirect(request.get_full_path())
        return self.page(
            request,
            "vesile/combining/page.html",
            title=_("How codes combine"),
            brand=brand,
            brands=brands if len(brands) > 1 else [],
            form=form,
            rows=rows,
            may_change=may_change(request),
            words=rules_in_words(rules) if rules else [],
            categories=categories,
            problems=form.non_field_errors() if form.is_bound else [],
            cart=calculator.OffersForm(prefix="calc"),
            cart_rows=calculator.CartRows(prefix="calc-rows"),
            goods=calculator.some_goods(),
            calculator_url=f"{reverse('admin:rewards_stackingrules_calculator')}?brand={brand.pk}",
            changes=audit_page(stored, before=request.GET.get("before", "")) if stored else None,
        )

    def _forms(
        self, request: HttpRequest, stored: StackingRules | None, categories: dict[str, int]
    ) -> tuple[CombiningForm, Any, Rules | None]:
        """The forms and what they say: as typed, else as stored."""
        if request.method == "POST":
            form, rows = CombiningForm(request.POST), CategoryRows(request.POST, prefix="rows")
            return form, rows, rules_typed(form, rows)
        rules = Rules.read(stored.rules if stored else {})
        seen = stored.updated_at.isoformat() if stored else ""
        form = CombiningForm(initial=shown(rules) | {"seen": seen})
        listed = list(categories)[:_CATEGORIES_SHOWN]
        rows = CategoryRows(prefix="rows", initial=rows_shown(rules, listed))
        return form, rows, rules

    def _saved(self, request: HttpRequest, brand: Brand, form: Any, rules: Rules) -> bool:
        try:
            save_stacking_rules(
                brand=brand,
                rules=rules,
                seen=_moment(form.cleaned_data["seen"]),
                actor=actors.staff(request),
                at=clock.now(),
            )
        except VesileError as error:
            form.add_error(None, str(error))
            return False
        messages.success(request, _("The rules hold from the next order on."))
        return True

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """The rules as typed, in words; asked while typing."""
        if not may_change(request):
            raise PermissionDenied
        rules = _typed(request)
        return TemplateResponse(
            request,
            "vesile/combining/words.html",
            {"words": rules_in_words(rules) if rules else []},
        )

    def calculator_view(self, request: HttpRequest) -> HttpResponse:
        """What a cart gets from several offers: by the rules as typed where they are sent."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = calculator.sent(request, calculator.OffersForm)
        rules = None
        if may_change(request) and "redeemables_limit" in request.POST:
            typed = _typed(request)
            if typed is None:
                wrong = _("The rules cannot be used as they are typed; look at their fields.")
                return self._calculated(request, {"problems": [wrong]})
            rules = typed.as_stored()
        return self._calculated(request, calculator.answer(request, form, rules=rules))

    def _calculated(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        if "HX-Request" in request.headers:
            return TemplateResponse(request, "vesile/offer/calculated.html", context)
        return self.page(
            request, "vesile/offer/calculated_page.html", title=_("Calculator"), **context
        )

    def of_row_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where the audit log leads: the page of the brand whose rules these are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        known = object_id.isdecimal() and len(object_id) <= _LONGEST_ID
        found = StackingRules.objects.filter(pk=object_id).first() if known else None
        listed = reverse("admin:rewards_stackingrules_changelist")
        return HttpResponseRedirect(f"{listed}?brand={found.brand_id}" if found else listed)


def may_change(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("rewards.change_stackingrules"))


def _typed(request: HttpRequest) -> Rules | None:
    return rules_typed(CombiningForm(request.POST), CategoryRows(request.POST, prefix="rows"))


def _chosen(brands: list[Brand], wanted: str) -> Brand:
    return next((one for one in brands if str(one.pk) == wanted), brands[0])


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _categories(brand: Brand) -> dict[str, int]:
    """The categories of the brand's offers, each with how many offers it has."""
    rows = (
        Promotion.objects.kept()
        .filter(brand=brand, test=False)
        .exclude(stacking_category="")
        .order_by("stacking_category")
        .values_list("stacking_category")
        .annotate(Count("pk"))
    )
    return dict(rows)
