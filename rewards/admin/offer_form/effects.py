"""The rows of the effects of an offer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

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
    RARE = frozenset(
        {"brands", "skus", "collections", "not_categories", "not_brands", "not_products"}
        | {"not_skus", "get_brands", "get_skus", "gift_sku", "adding", "base", "spread"}
        | {"include_shipping", "minimum_quantity", "minimum_amount", "other", "more"}
    )
    NEEDS = dict.fromkeys(_GOODS | _PICK | {"minimum_quantity", "minimum_amount", "spread"}, "aim")

    kind = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        choices=[("", "—"), *EffectKind.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    percent = rate(
        gettext_lazy("Percent off"),
        gettext_lazy("15 for 15%. “Buy some, get some”: empty is free."),
    )
    amount_off = money(
        gettext_lazy("Amount or price"), gettext_lazy("What is taken off, or the fixed price.")
    )
    cap = money(gettext_lazy("At most"))
    buy_quantity = count(gettext_lazy("Buy (units)"))
    get_quantity = count(gettext_lazy("Get (units)"))
    repeats = count(
        gettext_lazy("Repeats"), gettext_lazy("At most so often on one order; empty is no limit.")
    )
    units = count(gettext_lazy("Free units"))
    gift = text(
        gettext_lazy("Product given (id)"), gettext_lazy("Its price comes from the catalog.")
    )
    gift_sku = text(gettext_lazy("Variant given (SKU)"))
    adding = choice(
        gettext_lazy("If it is not in the cart"),
        [
            ("", gettext_lazy("add what is missing")),
            (Adding.NEW.value, gettext_lazy("always add it")),
            (Adding.NONE.value, gettext_lazy("give only what is in the cart")),
        ],
    )
    aim = choice(
        gettext_lazy("Works on"),
        [("", gettext_lazy("the whole order")), ("items", gettext_lazy("items chosen below"))],
    )
    categories = text(
        gettext_lazy("Categories"), gettext_lazy("Names between commas. Nothing: every item.")
    )
    brands = text(gettext_lazy("Brands"))
    products = text(gettext_lazy("Products (ids)"))
    skus = text(gettext_lazy("Variants (SKU)"))
    collections = text(gettext_lazy("Collections"))
    not_categories = text(gettext_lazy("But not the categories"))
    not_brands = text(gettext_lazy("But not the brands"))
    not_products = text(gettext_lazy("But not the products"))
    not_skus = text(gettext_lazy("But not the variants"))
    get_categories = text(
        gettext_lazy("Get from the categories"), gettext_lazy("Nothing: from what is bought.")
    )
    get_brands = text(gettext_lazy("Get from the brands"))
    get_products = text(gettext_lazy("Get of the products"))
    get_skus = text(gettext_lazy("Get of the variants"))
    which = choice(
        gettext_lazy("Of these"),
        [
            ("", gettext_lazy("all")),
            (Which.CHEAPEST.value, gettext_lazy("the cheapest")),
            (Which.DEAREST.value, gettext_lazy("the dearest")),
            (Which.IN_ORDER.value, gettext_lazy("the first")),
        ],
    )
    pick_count = count(gettext_lazy("How many units"))
    by = choice(
        gettext_lazy("The bundle"),
        [
            _NOTHING,
            (BundleBy.PRICE.value, gettext_lazy("has a price")),
            (BundleBy.PERCENT.value, gettext_lazy("costs some percent less")),
            (BundleBy.AMOUNT.value, gettext_lazy("costs an amount less")),
        ],
    )
    limit = count(gettext_lazy("Bundles on one order"))
    part1_quantity = count(gettext_lazy("First part: units"))
    part1_of = choice(gettext_lazy("First part: of"), [_NOTHING, *PART_SETS])
    part1_names = text(gettext_lazy("First part: names"))
    part2_quantity = count(gettext_lazy("Second part: units"))
    part2_of = choice(gettext_lazy("Second part: of"), [_NOTHING, *PART_SETS])
    part2_names = text(gettext_lazy("Second part: names"))
    part3_quantity = count(gettext_lazy("Third part: units"))
    part3_of = choice(gettext_lazy("Third part: of"), [_NOTHING, *PART_SETS])
    part3_names = text(gettext_lazy("Third part: names"))
    minimum_quantity = count(
        gettext_lazy("Only from so many units"), gettext_lazy("Of the items chosen.")
    )
    minimum_amount = money(
        gettext_lazy("Only from this amount"), gettext_lazy("Of the items chosen.")
    )
    spread = choice(
        gettext_lazy("The amount is taken off"),
        [
            ("", gettext_lazy("each line")),
            (Spread.EACH_UNIT.value, gettext_lazy("each unit")),
            (Spread.BY_AMOUNT.value, gettext_lazy("all together, by price")),
            (Spread.BY_QUANTITY.value, gettext_lazy("all together, by units")),
        ],
    )
    base = choice(
        gettext_lazy("Worked out from"),
        [
            ("", gettext_lazy("the price after earlier discounts")),
            (Base.INITIAL.value, gettext_lazy("the price before all discounts")),
        ],
    )
    include_shipping = choice(
        gettext_lazy("Shipping"),
        [("", gettext_lazy("is left alone")), ("yes", gettext_lazy("is reduced too"))],
    )
    other = lines(
        gettext_lazy("In other currencies"),
        gettext_lazy(
            "One a line: the currency, the amount, at most, the amount it begins from, such as"
            " “EUR 18.00 45.00 -”; a dash stands for none."
        ),
    )
    more = lines(
        gettext_lazy("Further details (JSON)"), gettext_lazy("For experts; usually empty.")
    )

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
        # A price may be nothing: given away for free.
        a_price = name == "amount_off" and self.cleaned_data["kind"] in ("fixed_price", "bundle")
        try:
            return minor(typed, currency, least=0 if a_price else 1)
        except ValidationError as error:
            self.add_error(name, error)
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
