"""The rules of combining as people fill them in: choices in words and a row for each category."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rewards.stacking_rules import (
    MOST_REDEEMABLES,
    Mode,
    NoEffect,
    OnProducts,
    Sorting,
    StackingError,
    StackingRules,
)

_INPUT: Final = {"class": "v-input"}
_SELECT: Final = {"class": "v-select"}
_ALONE, _JOINT = "exclusive", "joint"
_SKIP, _ANYWAY = "skip", "anyway"
LONGEST_CATEGORY: Final = 60
_MOST_CATEGORIES: Final = 200


def _count(label: Any, help_text: Any = "", *, least: int = 0) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=least,
        max_value=MOST_REDEEMABLES,
        widget=forms.NumberInput(_INPUT),
    )


def _one_of(label: Any, choices: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, choices=choices, widget=forms.Select(_SELECT)
    )


class CategoryRow(forms.Form):
    """What holds for the offers of one category; a row without a name says nothing."""

    name = forms.CharField(
        label=gettext_lazy("Category"),
        required=False,
        max_length=LONGEST_CATEGORY,
        widget=forms.TextInput({**_INPUT, "list": "categories"}),
    )
    limit = _count(gettext_lazy("Codes on one order"))
    company = forms.ChoiceField(
        label=gettext_lazy("In company"),
        required=False,
        choices=[
            ("", gettext_lazy("as any other")),
            (_ALONE, gettext_lazy("keeps out others")),
            (_JOINT, gettext_lazy("goes with everything")),
        ],
        widget=forms.Select(_SELECT),
    )
    place = forms.IntegerField(
        label=gettext_lazy("Place"),
        required=False,
        min_value=0,
        max_value=10_000,
        widget=forms.NumberInput(_INPUT),
    )
    no_effect = forms.ChoiceField(
        label=gettext_lazy("If it changes nothing"),
        required=False,
        choices=[
            ("", gettext_lazy("as chosen above")),
            (_SKIP, gettext_lazy("left out")),
            (_ANYWAY, gettext_lazy("used all the same")),
        ],
        widget=forms.Select(_SELECT),
    )

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        says = [name for name in ("limit", "company", "place", "no_effect") if _filled(typed, name)]
        if says and not typed.get("name") and "name" not in self.errors:
            self.add_error("name", _("Name the category, or empty its fields."))
        return typed


def _filled(typed: Mapping[str, Any], name: str) -> bool:
    return typed.get(name) not in (None, "")


class _CategoryRows(forms.BaseFormSet):
    def clean(self) -> None:
        seen: set[str] = set()
        for row in self.forms:
            name = str(getattr(row, "cleaned_data", {}).get("name") or "")
            if name and name in seen:
                row.add_error("name", _("This category has a row already."))
            seen.add(name)


CategoryRows = forms.formset_factory(
    CategoryRow, formset=_CategoryRows, extra=1, max_num=_MOST_CATEGORIES
)


class CombiningForm(forms.Form):
    """The rules that hold for all offers."""

    redeemables_limit = forms.IntegerField(
        label=gettext_lazy("Codes that a shop may send for one order"),
        min_value=1,
        max_value=MOST_REDEEMABLES,
        help_text=gettext_lazy("A request with more is refused as a whole."),
        widget=forms.NumberInput(_INPUT),
    )
    applicable_limit = _count(
        gettext_lazy("Codes that may work together"),
        gettext_lazy("The rest is left out. Empty: all that are sent."),
    )
    mode = _one_of(
        gettext_lazy("If one of them is refused"),
        [
            (Mode.ALL.value, gettext_lazy("none is used")),
            (Mode.PARTIAL.value, gettext_lazy("the others are used")),
        ],
    )
    sorting = _one_of(
        gettext_lazy("In which order they work"),
        [
            (Sorting.REQUESTED_ORDER.value, gettext_lazy("as the shop sends them")),
            (Sorting.CATEGORY_HIERARCHY.value, gettext_lazy("by the place of their category")),
            (Sorting.PRIORITY.value, gettext_lazy("by the priority of their offers")),
        ],
        gettext_lazy("Twenty percent and then 10.00 off is not 10.00 off and then twenty percent."),
    )
    on_products = _one_of(
        gettext_lazy("Several offers on the same goods"),
        [
            (OnProducts.STACK.value, gettext_lazy("each on the price the ones before it left")),
            (OnProducts.ONCE.value, gettext_lazy("only the first changes the price")),
        ],
    )
    no_effect = _one_of(
        gettext_lazy("A code that changes nothing"),
        [
            (NoEffect.REDEEM_ANYWAY.value, gettext_lazy("is used all the same")),
            (NoEffect.SKIP.value, gettext_lazy("is left out and keeps its use")),
        ],
    )
    per_category_limit = _count(
        gettext_lazy("Codes of one category on one order"),
        gettext_lazy("Where the table below says nothing else. Empty: no limit."),
    )
    exclusive_limit = _count(
        gettext_lazy("Codes that keep out others, on one order"),
        gettext_lazy("Of all such categories together. Empty: no limit."),
    )
    exclusive_per_category_limit = _count(
        gettext_lazy("Of each such category"), gettext_lazy("Empty: no limit.")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


_PLAIN: Final = (
    *("redeemables_limit", "applicable_limit", "mode", "sorting", "on_products", "no_effect"),
    *("per_category_limit", "exclusive_limit", "exclusive_per_category_limit"),
)


def shown(rules: StackingRules) -> dict[str, Any]:
    """What the form shows of the rules."""
    return {name: getattr(rules, name) for name in _PLAIN}


def rows_shown(rules: StackingRules, categories: list[str]) -> list[dict[str, Any]]:
    """A row for each category that offers or rules name."""
    named = {
        *categories,
        *rules.category_limits,
        *rules.hierarchy,
        *rules.exclusive_categories,
        *rules.joint_categories,
        *rules.no_effect_skip_categories,
        *rules.no_effect_redeem_anyway_categories,
    }
    return [
        {
            "name": name,
            "limit": rules.category_limits.get(name),
            "company": _ALONE
            if name in rules.exclusive_categories
            else _JOINT
            if name in rules.joint_categories
            else "",
            "place": rules.hierarchy.get(name),
            "no_effect": _SKIP
            if name in rules.no_effect_skip_categories
            else _ANYWAY
            if name in rules.no_effect_redeem_anyway_categories
            else "",
        }
        for name in sorted(named)
    ]


def rules_typed(form: CombiningForm, rows: Any) -> StackingRules | None:
    """The rules as typed; None where a field is wrong, which says so itself."""
    if not form.is_valid() or not rows.is_valid():
        return None
    typed = form.cleaned_data
    kept = [row.cleaned_data for row in rows.forms if row.cleaned_data.get("name")]

    def of(field: str, value: str) -> frozenset[str]:
        return frozenset(row["name"] for row in kept if row[field] == value)

    def numbers(field: str) -> dict[str, int]:
        return {row["name"]: row[field] for row in kept if row[field] is not None}

    try:
        return StackingRules(
            redeemables_limit=typed["redeemables_limit"],
            applicable_limit=typed["applicable_limit"],
            per_category_limit=typed["per_category_limit"],
            category_limits=numbers("limit"),
            exclusive_limit=typed["exclusive_limit"],
            exclusive_per_category_limit=typed["exclusive_per_category_limit"],
            exclusive_categories=of("company", _ALONE),
            joint_categories=of("company", _JOINT),
            mode=Mode(typed["mode"]),
            sorting=Sorting(typed["sorting"]),
            on_products=OnProducts(typed["on_products"]),
            no_effect=NoEffect(typed["no_effect"]),
            no_effect_skip_categories=of("no_effect", _SKIP),
            no_effect_redeem_anyway_categories=of("no_effect", _ANYWAY),
            hierarchy=numbers("place"),
        )
    except StackingError as error:
        form.add_error(None, error.translated())
        return None
