"""The rows of the effects of an offer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.widgets import UnfoldAdminSelectWidget

from config.shared import money as amounts
from config.shared.screens.fields import minor
from rewards.arithmetic import Adding, Base, Spread, Which
from rewards.effects import BundleBy
from rewards.models import EffectKind
from rewards.services.promotions import EffectDraft

from . import goods
from .effect_details import MONEY, details_of, other_amounts_of
from .rows import KindRow, choice, count, lines, money, rate, text

_AIM = {"aim", "base", "include_shipping", "minimum_quantity", "minimum_amount"}
_PICK = {"which", "pick_count"}
_GOODS = {"categories", "brands", "products", "skus", "collections"} | {
    "not_categories",
    "not_brands",
    "not_products",
    "not_skus",
}
_GIFT = {"gift", "gift_sku", "adding"}
_PARTS = {f"part{n}_{name}" for n in (1, 2, 3) for name in ("quantity", "of", "names")}
_MORE = {"other", "more"}
_NOTHING = ("", "—")
PART_SETS = tuple(goods.SETS.items())


class EffectForm(KindRow):
    USES = {
        "percent": frozenset({"percent", "cap"} | _AIM | _PICK | _GOODS | _MORE),
        "amount": frozenset({"amount_off", "spread"} | _AIM | _PICK | _GOODS | _MORE),
        "fixed_price": frozenset({"amount_off"} | _AIM | _PICK | _GOODS | _MORE),
        "unit": frozenset(_GIFT | {"units", "more"}),
        "buy_get": frozenset(
            {"percent", "cap", "buy_quantity", "get_quantity", "repeats", "base"}
            | {"get_categories", "get_brands", "get_products", "get_skus"}
            | _GOODS
            | _GIFT
            | _MORE
        ),
        "bundle": frozenset({"percent", "amount_off", "cap", "by", "limit"} | _PARTS | _MORE),
        "free_shipping": frozenset(),
    }

    kind = forms.ChoiceField(
        label=lazy("Effect"),
        choices=[("", "—"), *EffectKind.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    percent = rate(lazy("Percent off"), lazy("15 for 15%. “Buy some, get some”: empty is free."))
    amount_off = money(lazy("Amount or price"), lazy("What is taken off, or the fixed price."))
    cap = money(lazy("At most"))
    buy_quantity = count(lazy("Buy (units)"))
    get_quantity = count(lazy("Get (units)"))
    repeats = count(lazy("Repeats"), lazy("At most so often on one order; empty is no limit."))
    units = count(lazy("Free units"))
    gift = text(lazy("Product given (id)"), lazy("Its price comes from the catalog."))
    gift_sku = text(lazy("Variant given (SKU)"))
    adding = choice(
        lazy("If it is not in the cart"),
        [
            ("", lazy("add what is missing")),
            (Adding.NEW.value, lazy("always add it")),
            (Adding.NONE.value, lazy("give only what is in the cart")),
        ],
    )
    aim = choice(
        lazy("Works on"), [("", lazy("the whole order")), ("items", lazy("items chosen below"))]
    )
    categories = text(lazy("Categories"), lazy("Names between commas. Nothing: every item."))
    brands = text(lazy("Brands"))
    products = text(lazy("Products (ids)"))
    skus = text(lazy("Variants (SKU)"))
    collections = text(lazy("Collections"))
    not_categories = text(lazy("But not the categories"))
    not_brands = text(lazy("But not the brands"))
    not_products = text(lazy("But not the products"))
    not_skus = text(lazy("But not the variants"))
    get_categories = text(lazy("Get from the categories"), lazy("Nothing: from what is bought."))
    get_brands = text(lazy("Get from the brands"))
    get_products = text(lazy("Get of the products"))
    get_skus = text(lazy("Get of the variants"))
    which = choice(
        lazy("Of these"),
        [
            ("", lazy("all")),
            (Which.CHEAPEST.value, lazy("the cheapest")),
            (Which.DEAREST.value, lazy("the dearest")),
            (Which.IN_ORDER.value, lazy("the first")),
        ],
    )
    pick_count = count(lazy("How many units"))
    by = choice(
        lazy("The bundle"),
        [
            _NOTHING,
            (BundleBy.PRICE.value, lazy("has a price")),
            (BundleBy.PERCENT.value, lazy("costs some percent less")),
            (BundleBy.AMOUNT.value, lazy("costs an amount less")),
        ],
    )
    limit = count(lazy("Bundles on one order"))
    part1_quantity = count(lazy("First part: units"))
    part1_of = choice(lazy("First part: of"), [_NOTHING, *PART_SETS])
    part1_names = text(lazy("First part: names"))
    part2_quantity = count(lazy("Second part: units"))
    part2_of = choice(lazy("Second part: of"), [_NOTHING, *PART_SETS])
    part2_names = text(lazy("Second part: names"))
    part3_quantity = count(lazy("Third part: units"))
    part3_of = choice(lazy("Third part: of"), [_NOTHING, *PART_SETS])
    part3_names = text(lazy("Third part: names"))
    minimum_quantity = count(lazy("Only from so many units"), lazy("Of the items chosen."))
    minimum_amount = money(lazy("Only from this amount"), lazy("Of the items chosen."))
    spread = choice(
        lazy("The amount is taken off"),
        [
            ("", lazy("each line")),
            (Spread.EACH_UNIT.value, lazy("each unit")),
            (Spread.BY_AMOUNT.value, lazy("all together, by price")),
            (Spread.BY_QUANTITY.value, lazy("all together, by units")),
        ],
    )
    base = choice(
        lazy("Worked out from"),
        [
            ("", lazy("the price after earlier discounts")),
            (Base.INITIAL.value, lazy("the price before all discounts")),
        ],
    )
    include_shipping = choice(
        lazy("Shipping"), [("", lazy("is left alone")), ("yes", lazy("is reduced too"))]
    )
    other = lines(
        lazy("In other currencies"),
        lazy(
            "One a line: the currency, the amount, at most, the amount it begins from, such as"
            " “EUR 18.00 45.00 -”; a dash stands for none."
        ),
    )
    more = lines(lazy("Further details (JSON)"), lazy("For experts; usually empty."))

    def draft(self, currency: str) -> EffectDraft:
        """What was typed, as the service takes it; errors are put at their fields.

        Raises nothing: what cannot be read is None, and the form is not valid then.
        """
        typed = self.cleaned_data
        parsed = {name: self._amount(name, currency) for name in MONEY}
        details: dict[str, Any] = {}
        other: dict[str, Any] = {}
        try:
            details = details_of(typed, parsed)
            details |= goods.json_object(typed.get("more") or "")
        except ValidationError as error:
            self.add_error("more", error)
        try:
            other = other_amounts_of(typed.get("other") or "")
        except ValidationError as error:
            self.add_error("other", error)
        return EffectDraft(
            kind=typed["kind"],
            percent=typed.get("percent"),
            amount=parsed["amount_off"],
            cap_amount=parsed["cap"],
            details=details,
            other_amounts=other,
        )

    def _amount(self, name: str, currency: str) -> int | None:
        typed = self.cleaned_data.get(name) or ""
        if not typed:
            return None
        if name == "amount_off" and self.cleaned_data["kind"] in ("fixed_price", "bundle"):
            return self._price(typed, currency)
        try:
            return minor(typed, currency)
        except ValidationError as error:
            self.add_error(name, error)
            return None

    def _price(self, typed: str, currency: str) -> int | None:
        """A price may be nothing: given away for free."""
        try:
            return amounts.to_minor(typed, currency)
        except amounts.MoneyError as error:
            self.add_error("amount_off", error.translated())
            return None

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if not self.is_kept:
            return typed
        kind = typed["kind"]
        if kind == EffectKind.PERCENT and typed.get("percent") is None:
            self._miss("percent", _("Say how many percent are taken off."))
        if kind in (EffectKind.AMOUNT, EffectKind.FIXED_PRICE) and not typed.get("amount_off"):
            self._miss("amount_off", _("Say how much is taken off."))
        if kind == EffectKind.UNIT and not typed.get("gift"):
            self._miss("gift", _("Say which product is given."))
        if kind == EffectKind.BUNDLE and not typed.get("by"):
            self._miss("by", _("Say what the bundle costs."))
        aimed = [name for name in _GOODS | _PICK if typed.get(name)]
        if kind in ("percent", "amount", "fixed_price") and aimed and not typed.get("aim"):
            self._miss("aim", _("Items are named below: choose “items chosen below”."))
        if typed.get("which") and not typed.get("pick_count"):
            self._miss("pick_count", _("Say how many of them."))
        if typed.get("pick_count") and not typed.get("which"):
            self._miss("which", _("Say which of them."))
        return typed

    def _miss(self, name: str, words: str) -> None:
        if name not in self.errors:
            self.add_error(name, words)


class BaseEffectRows(forms.BaseFormSet):
    """The effects of one offer, in the order of the rows."""

    def drafts(self, currency: str) -> list[EffectDraft]:
        return [form.draft(currency) for form in self.kept]

    @property
    def kept(self) -> list[Any]:
        return [form for form in self.forms if form.is_kept]


EffectRows = forms.formset_factory(
    EffectForm, formset=BaseEffectRows, extra=0, min_num=1, max_num=10, can_delete=True
)
