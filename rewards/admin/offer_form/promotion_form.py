"""The form of an offer: amounts as people write them, no JSON for what is usual."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from config.shared import money
from config.shared.errors import VesileError
from config.shared.localtime import zone_names
from config.shared.models import Project
from config.shared.screens import MoneyField, RecordForm
from config.shared.screens.fields import minor, written
from rewards.codes import UNAMBIGUOUS
from rewards.models import Promotion
from rewards.services.promotion_checks import EffectDraft, problems_of, problems_of_effects

from . import goods
from .condition_rows import rows_of
from .conditions import ConditionRows
from .effect_details import fields_of
from .effects import EffectRows
from .window_fields import WindowFields, window_fields_of, window_json_of

AMOUNTS = {
    "minimum": "minimum_amount",
    "budget": "budget_amount",
    "budget_in_period": "budget_period_amount",
}
_SHOWN_AT = {column: field for field, column in AMOUNTS.items()} | {
    "rules": "rules_json",
    "window": "window_json",
}
_EFFECT = re.compile(r"effects\[(\d+)\]\.(\w+)")
_EFFECT_FIELDS = {
    "amount": "amount_off",
    "cap_amount": "cap",
    "other_amounts": "other",
    "details": "more",
}
_OWN = (
    *("name", "description", "active", "currency", "starts_at", "expires_at", "zone"),
    *("redemption_limit", "limit_per_customer", "limit_per_customer_period", "customer_period"),
    *("budget_period", "code_pattern", "code_charset", "uses_per_code", "code_lifetime_days"),
    *("code_lifetime_hours", "holder_only", "only_from_pool", "join_once", "exclusive"),
    *("stacking_category", "priority", "alarm_refusals", "refusal_text"),
)


class PromotionForm(WindowFields, RecordForm):
    """The offer with its rows in `effects` and `conditions`; `instance` is the offer as typed.

    What the service would refuse is found here already, so that all of it stands at its field.
    """

    minimum = MoneyField(
        label=gettext_lazy("Order minimum"),
        required=False,
        help_text=gettext_lazy(
            "For instance 25.00; the goods of the order must reach it, not shipping."
        ),
    )
    budget = MoneyField(
        label=gettext_lazy("Budget in all"),
        required=False,
        help_text=gettext_lazy("What all discounts may cost together, for instance 10000.00."),
    )
    budget_in_period = MoneyField(label=gettext_lazy("Budget of a period"), required=False)
    join = forms.ChoiceField(
        label=gettext_lazy("Who fits must meet"),
        choices=[
            ("and", gettext_lazy("all conditions below")),
            ("or", gettext_lazy("any of them")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    rules_json = forms.CharField(
        label=gettext_lazy("Conditions in groups (JSON)"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=gettext_lazy("For experts, instead of the conditions above."),
    )

    class Meta:
        model = Promotion
        fields = _OWN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promotion = self.instance
        currency = promotion.currency
        rows: list[dict[str, Any]] = []
        effects: list[dict[str, Any]] = []
        if promotion.pk:
            for field, column in AMOUNTS.items():
                self.initial[field] = written(getattr(promotion, column), currency)
            self.initial.update(window_fields_of(promotion.window))
            shown = rows_of(promotion.rules, currency)
            if shown is None:
                self.initial["rules_json"] = goods.as_json(promotion.rules)
            else:
                self.initial["join"], rows = shown
            effects = [fields_of(effect, currency) for effect in promotion.effects.all()]
        data = self.data if self.is_bound else None
        self.effects: Any = EffectRows(data, prefix="effects", initial=effects)
        self.conditions: Any = ConditionRows(data, prefix="conditions", initial=rows)
        self.drafts: list[EffectDraft] = []
        for name in ("priority", "code_charset"):
            if name in self.fields:
                self.fields[name].required = False
        if "zone" in self.fields:
            self.fields["zone"].widget.attrs["list"] = "zones"

    @property
    def zones(self) -> list[str]:
        return sorted(zone_names())

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if not money.is_currency(currency):
            raise ValidationError(_("Use a code of ISO 4217 such as EUR or TRY."))
        return currency

    def clean_code_charset(self) -> str:
        return str(self.cleaned_data.get("code_charset") or UNAMBIGUOUS).strip().upper()

    def clean_priority(self) -> int:
        return self.cleaned_data.get("priority") or 0

    def clean(self) -> dict[str, Any]:
        self._validate_unique = False  # the service answers for the name
        self._read_rows()
        return super().clean()

    def _read_rows(self) -> None:
        """Read effects and conditions; each complains at its own fields."""
        currency = self.cleaned_data.get("currency") or ""
        for rows in (self.effects, self.conditions):
            rows.is_valid()
        if not currency:
            return
        self.drafts = self.effects.drafts(currency)
        self.found = self.conditions.conditions(currency, self._zone())

    def _zone(self) -> str:
        """The clock on which the offer runs; a statement only where somebody asks for it."""
        asked = any(row.cleaned_data["kind"] == "open" for row in self.conditions.kept)
        typed = (self.cleaned_data.get("zone") or "").strip()
        return typed or (Project.objects.get().zone if asked else "")

    def _post_clean(self) -> None:
        """The offer as typed, with all that the service would refuse of it."""
        self.instance = construct_instance(self, self.instance, self._meta.fields, None)
        if not self.cleaned_data.get("currency"):
            return
        self._read_amounts()
        self._read_window()
        self._read_rules()
        problems = problems_of(self.instance)
        if not self._rows_are_wrong(self.effects):
            problems |= problems_of_effects(self.drafts)
        self._tell(problems)
        if self._rows_are_wrong(self.effects):
            self.add_error(None, _("Look at the effects: something there cannot be used."))
        if self._rows_are_wrong(self.conditions):
            self.add_error(None, _("Look at the conditions: something there cannot be used."))

    @staticmethod
    def _rows_are_wrong(rows: Any) -> bool:
        wrong = any(form.errors for form in rows.forms if not form.cleaned_data.get("DELETE"))
        return wrong or bool(rows.non_form_errors())

    def _read_amounts(self) -> None:
        for field, column in AMOUNTS.items():
            try:
                amount = minor(self.cleaned_data.get(field) or "", self.instance.currency)
            except ValidationError as error:
                self.add_error(field, error)
            else:
                setattr(self.instance, column, amount)

    def _read_window(self) -> None:
        try:
            self.instance.window = window_json_of(self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)

    def _read_rules(self) -> None:
        rows = getattr(self, "found", [])
        try:
            typed = goods.json_object(self.cleaned_data.get("rules_json") or "")
        except ValidationError as error:
            self.add_error("rules_json", error)
            return
        if typed and rows:
            self.add_error("rules_json", _("Use either the conditions above or this field."))
        join = self.cleaned_data.get("join") or "and"
        self.instance.rules = typed or ({"op": join, "rules": rows} if rows else {})

    def _show(self, refusal: VesileError) -> None:
        problems = getattr(refusal, "problems", None)
        if isinstance(problems, dict):
            self._tell(problems)
        else:
            self.add_error(None, str(refusal))

    def _tell(self, problems: Mapping[str, Any]) -> None:
        """Put every problem at its field."""
        for place, problem in problems.items():
            of_effect = _EFFECT.fullmatch(place)
            if of_effect:
                row = self.effects.kept[int(of_effect[1])]
                field = _EFFECT_FIELDS.get(of_effect[2], of_effect[2])
                if field not in row.errors:
                    row.add_error(field if field in row.fields else None, str(problem))
                continue
            field = _SHOWN_AT.get(place, place)
            if field in self.errors:
                continue
            if place == "rules" and self.conditions.kept and self._at_condition(str(problem)):
                continue
            self.add_error(field if field in self.fields else None, str(problem))

    def _at_condition(self, problem: str) -> bool:
        """Put a problem of the rule at the row that it names; whether it named one."""
        named = re.match(r"rules\.rules\[(\d+)\](?:\.\w+)?: (.*)", problem, re.DOTALL)
        if named is None or int(named[1]) >= len(self.conditions.kept):
            return False
        self.conditions.kept[int(named[1])].add_error("kind", named[2])
        return True
