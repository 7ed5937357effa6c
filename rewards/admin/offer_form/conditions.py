"""The rows of the conditions of an offer: each is one condition, all or any of them must hold."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from rewards.conditions.comparing import Cmp
from segments.models import Segment

from . import goods
from .condition_rows import MONEY_KINDS, condition_of
from .rows import KindRow, choice, count, money, text

_BOUND = {"cmp", "value", "high"}
_MONEY = {"cmp", "amount", "high_amount"}

KINDS = [
    ("", "—"),
    (
        lazy("Order"),
        [
            ("order_amount", lazy("what the order costs")),
            ("order_initial", lazy("what the order costs before discounts")),
            ("order_after", lazy("what the order still costs after this offer")),
            ("order_units", lazy("how many items it has")),
            ("order_lines", lazy("how many different items it has")),
            ("items", lazy("which goods it holds")),
        ],
    ),
    (
        lazy("Customer"),
        [
            ("segment", lazy("is in a segment")),
            ("country", lazy("country")),
            ("language", lazy("language")),
            ("new_customer", lazy("is a new customer")),
            ("age", lazy("age")),
            ("history_count", lazy("how often they ordered before")),
            ("history_sum", lazy("what their earlier orders cost")),
            ("history_last", lazy("days since their last order")),
            ("holder", lazy("holds the code")),
        ],
    ),
    (
        lazy("Other"),
        [
            ("channel", lazy("channel")),
            ("metadata", lazy("a value of the shop’s own")),
        ],
    ),
]
_CMPS = [
    ("", lazy("at least")),
    (Cmp.LTE.value, lazy("at most")),
    (Cmp.GT.value, lazy("more than")),
    (Cmp.LT.value, lazy("less than")),
    (Cmp.EQ.value, lazy("exactly")),
    (Cmp.NE.value, lazy("anything but")),
    (Cmp.BETWEEN.value, lazy("between")),
]


def _segments() -> list[tuple[str, str]]:
    return list(Segment.objects.order_by("name").values_list("public_id", "name"))


class ConditionForm(KindRow):
    USES = {
        "order_amount": frozenset(_MONEY),
        "order_initial": frozenset(_MONEY),
        "order_after": frozenset(_MONEY),
        "order_units": frozenset(_BOUND),
        "order_lines": frozenset(_BOUND),
        "items": frozenset({"which", "cmp", "value", "high", *goods.SETS} | _MONEY),
        "segment": frozenset({"among", "segments"}),
        "country": frozenset({"among", "names"}),
        "language": frozenset({"among", "names"}),
        "new_customer": frozenset({"answer"}),
        "age": frozenset(_BOUND),
        "history_count": frozenset({"days"} | _BOUND),
        "history_sum": frozenset({"days"} | _MONEY),
        "history_last": frozenset(_BOUND),
        "holder": frozenset(),
        "channel": frozenset({"among", "names"}),
        "metadata": frozenset({"of", "name", "among", "names"}),
    }
    ALWAYS = KindRow.ALWAYS | {"message"}

    kind = forms.ChoiceField(
        label=lazy("Condition"), choices=KINDS, required=False, widget=UnfoldAdminSelectWidget
    )
    of = choice(
        lazy("Of"),
        [
            ("", lazy("the order")),
            ("customer", lazy("the customer")),
            ("redemption", lazy("the redemption")),
            ("voucher", lazy("the code")),
        ],
    )
    name = text(lazy("Name of the value"))
    which = choice(
        lazy("The order holds"),
        [
            ("", lazy("at least one of these")),
            ("every", lazy("nothing but these")),
            ("none", lazy("none of these")),
            ("cheapest", lazy("one of these as the cheapest")),
            ("dearest", lazy("one of these as the dearest")),
        ],
    )
    categories = text(lazy("Categories"), lazy("Names between commas."))
    brands = text(lazy("Brands"))
    products = text(lazy("Products (ids)"))
    skus = text(lazy("Variants (SKU)"))
    collections = text(lazy("Collections"))
    among = choice(lazy("Is"), [("", lazy("one of")), ("not_in", lazy("none of"))])
    names = text(lazy("Values"), lazy("Between commas: IE, TR."))
    segments = forms.MultipleChoiceField(
        label=lazy("Segments"),
        required=False,
        choices=_segments,
        widget=UnfoldAdminSelectMultipleWidget,
    )
    answer = choice(
        lazy("New"), [("", lazy("has not ordered before")), ("no", lazy("has ordered before"))]
    )
    cmp = choice(lazy("Is"), _CMPS)
    value = count(lazy("Number"), least=0)
    high = count(lazy("to (number)"), least=0)
    amount = money(lazy("Amount"))
    high_amount = money(lazy("to (amount)"))
    days = count(lazy("In the last days"), lazy("Empty: ever."))
    message = text(
        lazy("Own words for a refusal"), lazy("What the shop tells who fails it."), max_length=200
    )

    def condition(self, currency: str) -> dict[str, Any] | None:
        """What was typed as a stored condition; what is missing is said at its field."""
        try:
            return condition_of(self.cleaned_data, currency)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                self.add_error(name, words)
            return None

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("message") and not typed.get("kind"):
            self.add_error("kind", _("Choose what this is, or empty its fields."))
        if typed.get("kind") in MONEY_KINDS and not typed.get("amount"):
            self.add_error("amount", _("Write an amount."))
        return typed


class BaseConditionRows(forms.BaseFormSet):
    def conditions(self, currency: str) -> list[dict[str, Any]]:
        """The stored conditions of the rows that are kept; errors are put at their fields."""
        found = [form.condition(currency) for form in self.forms if form.is_kept]
        return [one for one in found if one is not None]

    @property
    def kept(self) -> list[Any]:
        return [form for form in self.forms if form.is_kept]


ConditionRows = forms.formset_factory(
    ConditionForm, formset=BaseConditionRows, extra=1, max_num=50, can_delete=True
)
