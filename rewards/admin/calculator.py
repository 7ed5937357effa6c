"""“What would this cart get, and why”: the fields of the calculator and its answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import clock, localtime, money
from config.shared.invalid import InvalidValueError
from config.shared.screens import MoneyField
from config.shared.screens.fields import minor
from config.shared.text import fold
from customers.models import Identity, Product
from customers.search import find_customers
from rewards.asked import AskedItem, AskedOrder
from rewards.candidates import stored_rules
from rewards.models import Promotion
from rewards.services.promotions import drafts_of
from rewards.trying import TriedOffer, try_offers

from .calculator_answer import told

SHIPPING = "prod_5h1pp1ng"
ROWS = 3
_MOST_OFFERED = 200
_INPUT = {"class": "v-input"}


def _text(label: Any, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=200, widget=forms.TextInput({**_INPUT, **attrs})
    )


class CartRow(forms.Form):
    product = _text(gettext_lazy("Product or variant (id)"), list="calc-products")
    quantity = forms.IntegerField(
        label=gettext_lazy("Units"),
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.NumberInput(_INPUT),
    )
    price = MoneyField(
        label=gettext_lazy("Price of one"),
        required=False,
        help_text=gettext_lazy("Empty: as in the catalog."),
        widget=forms.TextInput({**_INPUT, "inputmode": "decimal", "size": 8}),
    )


CartRows = forms.formset_factory(CartRow, extra=ROWS, max_num=50)


class CalculatorForm(forms.Form):
    """The offers beside the one at hand, the order, who orders, and when; empty means no other
    offer, nobody known, and now.
    """

    currency = _text(gettext_lazy("Currency"), size=4)
    shipping = MoneyField(
        label=gettext_lazy("Shipping"),
        required=False,
        widget=forms.TextInput({**_INPUT, "inputmode": "decimal", "size": 8}),
    )
    customer = _text(gettext_lazy("Customer (name, e-mail or id)"))
    moment = forms.DateTimeField(
        label=gettext_lazy("Moment"),
        required=False,
        widget=forms.DateTimeInput({**_INPUT, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    COMPANY: Sequence[Any] = (
        gettext_lazy("Together with"),
        gettext_lazy("and with"),
        gettext_lazy("and also with"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [("", "—"), *some_offers()]
        for number, label in enumerate(self.COMPANY, start=1):
            self.fields[f"offer_{number}"] = forms.TypedChoiceField(
                label=label,
                choices=chosen,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.Select({"class": "v-select"}),
            )

    @property
    def company(self) -> list[Any]:
        """The fields of offers."""
        return [one for one in self if one.name.startswith("offer_")]

    @property
    def circumstances(self) -> list[Any]:
        """The other fields."""
        return [one for one in self if not one.name.startswith("offer_")]

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if currency and not money.is_currency(currency):
            raise ValidationError(_("Use a code of ISO 4217 such as EUR or TRY."))
        return currency

    def offers(self) -> list[TriedOffer]:
        """The stored offers that were chosen, in the order of the fields."""
        chosen = [self.cleaned_data.get(f"offer_{n + 1}") for n in range(len(self.COMPANY))]
        found = Promotion.objects.kept().prefetch_related("effects").in_bulk(filter(None, chosen))
        return [TriedOffer(found[pk], drafts_of(found[pk])) for pk in chosen if pk in found]


class OffersForm(CalculatorForm):
    """Offers that are tried together, none of them at hand."""

    COMPANY = (
        gettext_lazy("First code"),
        gettext_lazy("Second code"),
        gettext_lazy("Third code"),
        gettext_lazy("Fourth code"),
    )


def some_offers() -> list[tuple[int, str]]:
    """Offers to choose from: those that changed last, by name."""
    live = Promotion.objects.kept().filter(test=False)
    rows = live.order_by("-updated_at").values_list("pk", "name")
    return sorted(rows[:_MOST_OFFERED], key=lambda row: fold(row[1]))


def some_goods() -> list[tuple[str, str]]:
    """Products to choose from while typing: code and name, the newest first."""
    newest = Product.objects.order_by("-pk").values_list("source_id", "name")
    return list(newest[:_MOST_OFFERED])


def sent(request: HttpRequest, kind: type[CalculatorForm] = CalculatorForm) -> CalculatorForm:
    """The form of the calculator as it was sent."""
    return kind(request.POST, prefix="calc")


def answer(
    request: HttpRequest,
    form: CalculatorForm,
    *,
    at_hand: Sequence[TriedOffer] = (),
    rules: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the cart of the request gets, or what is wrong with it; reads only.

    The offers `at_hand` come before those chosen in the form. `rules` of combining where they are
    only typed in; else as stored for the brand.
    """
    rows = CartRows(request.POST, prefix="calc-rows")
    if not form.is_valid() or not rows.is_valid():
        return {"problems": _problems(form, rows)}
    offers = [*at_hand, *form.offers()]
    if not offers:
        return {"problems": [_("Choose at least one offer.")]}
    typed, first = form.cleaned_data, offers[0].promotion
    project = request.project  # type: ignore[attr-defined]
    currency = typed["currency"] or first.currency
    try:
        identity = _identity(request, typed["customer"])
        order = _order(rows, typed["shipping"], currency, catalog=currency == project.currency)
        outcome = try_offers(
            offers=offers,
            rules=stored_rules(first.brand_id) if rules is None else rules,
            order=order,
            identity=identity,
            at=_moment(typed["moment"], first.zone or project.zone),
            project=project,
        )
    except ValidationError as error:
        return {"problems": error.messages}
    except InvalidValueError as error:
        return {"problems": [error.translated()]}
    customer = identity.customer if identity else None
    return {"currency": currency, "customer": customer} | told(outcome, offers)


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
