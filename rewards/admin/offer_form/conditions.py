"""The rows of the conditions of an offer: each is one condition, all or any of them must hold."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from rewards.conditions.comparing import Cmp
from segments.models import Segment

from . import goods
from .condition_rows import MONEY_KINDS, condition_of
from .rows import KindRow, choice, count, money, text
from .window_fields import WEEKDAYS, clock_field

_BOUND = {"cmp", "value", "high"}
_MONEY = {"cmp", "amount", "high_amount"}

KINDS = [
    ("", "—"),
    (
        gettext_lazy("Order"),
        [
            ("order_amount", gettext_lazy("what the order costs")),
            ("order_initial", gettext_lazy("what the order costs before discounts")),
            ("order_after", gettext_lazy("what the order still costs after this offer")),
            ("order_units", gettext_lazy("how many items it has")),
            ("order_lines", gettext_lazy("how many different items it has")),
            ("items", gettext_lazy("which goods it holds")),
        ],
    ),
    (
        gettext_lazy("Customer"),
        [
            ("segment", gettext_lazy("is in a segment")),
            ("country", gettext_lazy("country")),
            ("language", gettext_lazy("language")),
            ("new_customer", gettext_lazy("is a new customer")),
            ("age", gettext_lazy("age")),
            ("history_count", gettext_lazy("how often they ordered before")),
            ("history_sum", gettext_lazy("what their earlier orders cost")),
            ("history_last", gettext_lazy("days since their last order")),
            ("holder", gettext_lazy("holds the code")),
        ],
    ),
    (
        gettext_lazy("Other"),
        [
            ("open", gettext_lazy("days and hours")),
            ("channel", gettext_lazy("channel")),
            ("metadata", gettext_lazy("a value of the shop’s own")),
        ],
    ),
]
_CMPS = [
    ("", gettext_lazy("at least")),
    (Cmp.LTE.value, gettext_lazy("at most")),
    (Cmp.GT.value, gettext_lazy("more than")),
    (Cmp.LT.value, gettext_lazy("less than")),
    (Cmp.EQ.value, gettext_lazy("exactly")),
    (Cmp.NE.value, gettext_lazy("anything but")),
    (Cmp.BETWEEN.value, gettext_lazy("between")),
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
        "open": frozenset({"weekdays", "hours_from", "hours_to", "zone"}),
        "metadata": frozenset({"of", "name", "among", "names", "state"} | _BOUND),
    }
    ALWAYS = KindRow.ALWAYS | {"message"}
    RARE = frozenset({"brands", "skus", "collections"})
    NEEDS = dict.fromkeys(("high", "high_amount"), "cmp=between")

    kind = forms.ChoiceField(
        label=gettext_lazy("Condition"),
        choices=KINDS,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    of = choice(
        gettext_lazy("Of"),
        [
            ("", gettext_lazy("the order")),
            ("customer", gettext_lazy("the customer")),
            ("redemption", gettext_lazy("the redemption")),
            ("voucher", gettext_lazy("the code")),
        ],
    )
    name = text(gettext_lazy("Name of the value"))
    which = choice(
        gettext_lazy("The order holds"),
        [
            ("", gettext_lazy("at least one of these")),
            ("every", gettext_lazy("nothing but these")),
            ("none", gettext_lazy("none of these")),
            ("cheapest", gettext_lazy("one of these as the cheapest")),
            ("dearest", gettext_lazy("one of these as the dearest")),
        ],
    )
    categories = text(gettext_lazy("Categories"), gettext_lazy("Names between commas."))
    brands = text(gettext_lazy("Brands"))
    products = text(gettext_lazy("Products (ids)"))
    skus = text(gettext_lazy("Variants (SKU)"))
    collections = text(gettext_lazy("Collections"))
    among = choice(
        gettext_lazy("Is"), [("", gettext_lazy("one of")), ("not_in", gettext_lazy("none of"))]
    )
    names = text(gettext_lazy("Values"), gettext_lazy("Between commas, for instance Ireland, TR."))
    segments = forms.MultipleChoiceField(
        label=gettext_lazy("Segments"),
        required=False,
        choices=_segments,
        widget=UnfoldAdminSelectMultipleWidget,
    )
    state = choice(
        gettext_lazy("or it"),
        [
            ("", "—"),
            ("true", gettext_lazy("is switched on (true)")),
            ("false", gettext_lazy("is switched off (false)")),
            ("known", gettext_lazy("is known")),
            ("not_known", gettext_lazy("is not known")),
        ],
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On these days"),
        help_text=gettext_lazy("None chosen means every day."),
        required=False,
        choices=WEEKDAYS,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": len(WEEKDAYS)}),
    )
    hours_from = clock_field(gettext_lazy("Open from"))
    hours_to = clock_field(
        gettext_lazy("Open until"), gettext_lazy("Exclusive; 00:00 is midnight.")
    )
    zone = text(gettext_lazy("Time zone"), gettext_lazy("Empty: that of the offer."))
    answer = choice(
        gettext_lazy("New"),
        [("", gettext_lazy("has not ordered before")), ("no", gettext_lazy("has ordered before"))],
    )
    cmp = choice(gettext_lazy("Is"), _CMPS)
    value = count(gettext_lazy("Number"), least=0)
    high = count(gettext_lazy("to (number)"), least=0)
    amount = money(gettext_lazy("Amount"))
    high_amount = money(gettext_lazy("to (amount)"))
    days = count(gettext_lazy("In the last days"), gettext_lazy("Empty: ever."))
    message = text(
        gettext_lazy("Own words for a refusal"),
        gettext_lazy("What the shop tells who fails it."),
        max_length=200,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].widget.attrs["list"] = "zones"

    def condition(self, currency: str, zone: str) -> dict[str, Any] | None:
        """What was typed as a stored condition; what is missing is said at its field."""
        try:
            return condition_of(self.cleaned_data, currency, zone)
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
    def conditions(self, currency: str, zone: str) -> list[dict[str, Any]]:
        """The stored conditions of the rows that are kept; errors are put at their fields.

        `zone` is that of the offer, for days and hours that name none.
        """
        found = [form.condition(currency, zone) for form in self.forms if form.is_kept]
        return [one for one in found if one is not None]

    @property
    def kept(self) -> list[Any]:
        return [form for form in self.forms if form.is_kept]


ConditionRows = forms.formset_factory(
    ConditionForm, formset=BaseConditionRows, extra=1, max_num=50, can_delete=True
)
