"""“What would this cart get, and why”: the fields of the calculator and its answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from config.shared import clock, localtime, money
from config.shared.invalid import InvalidValueError
from config.shared.screens import MoneyField
from config.shared.screens.fields import minor
from customers.models import Identity, Product
from customers.search import find_customers
from rewards.arithmetic import Applied
from rewards.asked import AskedItem, AskedOrder
from rewards.effect_words import effect_in_words
from rewards.models import Promotion
from rewards.refusals import advice_for, in_words, refusal_in_words
from rewards.rules import Refusal
from rewards.services.promotion_checks import EffectDraft
from rewards.trying import try_offer

SHIPPING = "prod_5h1pp1ng"
ROWS = 3
_MOST_OFFERED = 200
_INPUT = {"class": "v-input"}


def _text(label: Any, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=200, widget=forms.TextInput({**_INPUT, **attrs})
    )


class CartRow(forms.Form):
    product = _text(lazy("Product or variant (id)"), list="calc-products")
    quantity = forms.IntegerField(
        label=lazy("Units"),
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.NumberInput(_INPUT),
    )
    price = MoneyField(
        label=lazy("Price of one"),
        required=False,
        help_text=lazy("Empty: as in the catalog."),
        widget=forms.TextInput({**_INPUT, "inputmode": "decimal", "size": 8}),
    )


CartRows = forms.formset_factory(CartRow, extra=ROWS, max_num=50)


class CalculatorForm(forms.Form):
    """The order, who orders, and when; empty means nobody known, and now."""

    currency = _text(lazy("Currency"), size=4)
    shipping = MoneyField(
        label=lazy("Shipping"),
        required=False,
        widget=forms.TextInput({**_INPUT, "inputmode": "decimal", "size": 8}),
    )
    customer = _text(lazy("Customer (name, e-mail or id)"))
    moment = forms.DateTimeField(
        label=lazy("Moment"),
        required=False,
        widget=forms.DateTimeInput({**_INPUT, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if currency and not money.is_currency(currency):
            raise ValidationError(_("Use a code of ISO 4217 such as EUR or TRY."))
        return currency


def some_goods() -> list[tuple[str, str]]:
    """Products to choose from while typing: code and name, the newest first."""
    newest = Product.objects.order_by("-pk").values_list("source_id", "name")
    return list(newest[:_MOST_OFFERED])


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line of the answer; amounts in minor units."""

    name: str
    quantity: int
    added: int
    amount: int
    discount: int
    left: int


def answer(
    request: HttpRequest, promotion: Promotion, effects: list[EffectDraft]
) -> dict[str, Any]:
    """What the cart of the request gets, or what is wrong with the cart; reads only."""
    form = CalculatorForm(request.POST, prefix="calc")
    rows = CartRows(request.POST, prefix="calc-rows")
    if not form.is_valid() or not rows.is_valid():
        return {"problems": _problems(form, rows)}
    typed = form.cleaned_data
    project = request.project  # type: ignore[attr-defined]
    currency = typed["currency"] or promotion.currency
    try:
        identity = _identity(request, typed["customer"])
        order = _order(rows, typed["shipping"], currency, catalog=currency == project.currency)
        tried = try_offer(
            promotion=promotion,
            effects=effects,
            order=order,
            identity=identity,
            at=_moment(typed["moment"], promotion.zone or project.zone),
            project=project,
        )
    except ValidationError as error:
        return {"problems": error.messages}
    except InvalidValueError as error:
        return {"problems": [error.translated()]}
    found = {"currency": currency, "customer": identity.customer if identity else None}
    if isinstance(tried, Refusal):
        return found | {"refusal": told(tried)}
    return found | _applied(tried, effects, promotion.currency)


def told(refusal: Refusal) -> dict[str, str]:
    """A refusal as people read it: the rule, what was seen and needed, what to do."""
    return {
        "message": refusal_in_words(refusal.rule),
        "seen": in_words(refusal.seen),
        "needed": in_words(refusal.needed),
        "advice": advice_for(refusal.rule),
        "text": refusal.text,
    }


def _problems(form: CalculatorForm, rows: Any) -> list[str]:
    found = [
        f"{one.fields[name].label}: {words}"
        for one in (form, *rows.forms)
        for name, texts in one.errors.items()
        for words in texts
    ]
    return found + list(rows.non_form_errors())


def _moment(typed: datetime | None, zone: str) -> datetime:
    """What was typed is on the clock of the offer's zone."""
    if typed is None:
        return clock.now()
    naive = typed.replace(tzinfo=None)
    return localtime.to_instant(naive.date(), naive.time(), zone)


def _identity(request: HttpRequest, typed: str) -> Identity | None:
    if not typed:
        return None
    if not request.user.has_perm("customers.view_customer"):
        raise ValidationError(_("You may not look up customers."))
    found = [hit.customer for hit in find_customers(typed, limit=2)]
    if not found:
        raise ValidationError(_("Nobody was found for “%(typed)s”.") % {"typed": typed})
    if len(found) > 1:
        raise ValidationError(
            _("More than one customer fits “%(typed)s”; use the e-mail address or the id.")
            % {"typed": typed}
        )
    identity = Identity.objects.select_related("customer").filter(customer=found[0]).first()
    if identity is None:
        raise ValidationError(_("This customer has no id of the shop yet."))
    return identity


def _order(rows: Any, shipping: str, currency: str, *, catalog: bool) -> AskedOrder:
    """The cart as typed; `catalog` says that its prices are in this currency."""
    typed = [row.cleaned_data for row in rows.forms if row.cleaned_data.get("product")]
    named = [one["product"].strip() for one in typed]
    prices = _catalog(named) if catalog else {}
    items = []
    for one, name in zip(typed, named, strict=True):
        price = minor(one.get("price") or "", currency)
        if price is None:
            price = prices.get(name)
        if price is None:
            raise ValidationError(
                _("The catalog has no price of “%(product)s”; write one.") % {"product": name}
            )
        items.append(
            AskedItem(quantity=one.get("quantity") or 1, price=price, product_id=name, sku_id=name)
        )
    if not items:
        raise ValidationError(_("Put at least one product into the cart."))
    cost = minor(shipping, currency)
    if cost:
        items.append(AskedItem(price=cost, product_id=SHIPPING))
    return AskedOrder(items=tuple(items), currency=currency)


def _catalog(named: list[str]) -> dict[str, int | None]:
    """Prices by either id of a product."""
    found: dict[str, int | None] = {}
    for key in ("public_id", "source_id"):
        rows = Product.objects.filter(**{f"{key}__in": named}).values_list(key, "price")
        found |= dict(rows)
    return found


def _applied(applied: Applied, effects: list[EffectDraft], currency: str) -> dict[str, Any]:
    after = applied.after
    lines = [
        LineTold(
            name=_("Shipping") if index in after.cart.shipping_indexes else _name(line),
            quantity=line.quantity,
            added=added,
            amount=line.amount,
            discount=discount,
            left=line.amount - discount,
        )
        for index, (line, discount, added) in enumerate(
            zip(after.cart.lines, applied.per_line, applied.added_per_line, strict=True)
        )
    ]
    total = sum(line.amount for line in lines)
    return {
        "lines": lines,
        "total": total,
        "discount": applied.total_discount_amount,
        "left": total - applied.total_discount_amount,
        "effects": [effect_in_words(effect, currency) for effect in effects],
        "changes_nothing": not applied.has_effect,
    }


def _name(line: Any) -> str:
    return line.source_id or line.product_id or line.sku_id
