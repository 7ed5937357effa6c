"""The head of the customer page: what is known of a person, and what of it may be shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Sum, Value
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.shared import localtime
from config.shared.screens.charts import Series, stacked_bars
from config.shared.templatetags.vesile import money, number
from customers.models import Attribute, AttributeType, Customer, Order
from customers.values.attributes import Definition, fits

BAR_COLOUR: Final = "#4f6bd8"
MONTHS_SHOWN: Final = 12
PRICE_BANDS: Final = {
    1: gettext_lazy("economy"),
    2: gettext_lazy("affordable"),
    3: gettext_lazy("middle"),
    4: gettext_lazy("upper"),
    5: gettext_lazy("luxury"),
}


# --- Attributes -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shown:
    """A custom attribute as the page shows it; `hidden` says why its value is not shown."""

    name: str
    value: str = ""
    hidden: str = ""
    kind: str = ""
    category: str = ""
    purpose: str = ""
    remark: str = ""


def attributes_of(
    customer: Customer, *, visible: Collection[str], may_see_sensitive: bool
) -> list[Shown]:
    """The custom attributes that this customer has a value of, by name; one statement.

    What needs a permission of the customer's or of the colleague's is named without its value.
    """
    if not customer.metadata:
        return []
    stored: Mapping[str, Any] = customer.metadata
    defined = {one.key: one for one in Attribute.objects.filter(key__in=list(stored))}
    shown = []
    for key, value in stored.items():
        attribute = defined.get(key)
        if attribute is None:
            remark = _("not defined: no rule or message uses it")
            shown.append(Shown(name=key, value=_plain(value), remark=remark))
        else:
            shown.append(_shown(attribute, value, visible, may_see_sensitive))
    return sorted(shown, key=lambda one: (not one.kind, one.name))


def _shown(
    attribute: Attribute, value: Any, visible: Collection[str], may_see_sensitive: bool
) -> Shown:
    hidden = remark = ""
    if attribute.is_sensitive and not may_see_sensitive:
        hidden = _("sensitive: only for those who may see it")
    elif attribute.data_category not in visible:
        hidden = _("the customer has not allowed its use")
    definition = Definition(
        attribute.key, attribute.type, tuple(attribute.choices), attribute.currency
    )
    if attribute.retired_at:
        remark = _("retired")
    elif not fits(value, definition):
        remark = _("does not fit its type: counts as not known")
    return Shown(
        name=attribute.name,
        value="" if hidden else _in_words(attribute, value),
        hidden=hidden,
        kind=attribute.get_type_display(),
        category=attribute.get_data_category_display(),
        purpose=attribute.purpose,
        remark=remark,
    )


def _in_words(attribute: Attribute, value: Any) -> str:
    try:
        match attribute.type:
            case AttributeType.MONEY:
                return money(int(value), attribute.currency)
            case AttributeType.DATE:
                return formats.date_format(date.fromisoformat(value), "j M Y")
            case AttributeType.NUMBER:
                return number(value)
    except (TypeError, ValueError):
        return _plain(value)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


# --- Orders over time -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Month:
    """What was ordered in a month; money by currency, minor units."""

    first_day: date
    orders: int
    amounts: Mapping[str, int]

    @property
    def name(self) -> str:
        return formats.date_format(self.first_day, "M Y")


def months_of(identity_ids: Iterable[int], *, at: datetime, zone: str) -> Sequence[Month]:
    """Standing orders of the last twelve months of `zone`, oldest first; empty for none.

    One statement, grouped by bounds that were computed here: SQL knows no zones.
    """
    first_days = _first_days(localtime.to_local(at, zone).date())
    bounds = [localtime.to_instant(day, time(0), zone) for day in first_days]
    place = Func(
        F("placed_at"),
        Value(bounds, output_field=ArrayField(DateTimeField())),
        function="width_bucket",
        output_field=IntegerField(),
    )
    rows = (
        Order.objects.standing()
        .filter(identity__in=list(identity_ids), placed_at__gte=bounds[0])
        .order_by()
        .annotate(place=place)
        .values("place", "currency")
        .annotate(count=Count("pk"), total=Sum(F("amount") + F("charges_amount")))
        .values_list("place", "currency", "count", "total")
    )
    orders = dict.fromkeys(range(MONTHS_SHOWN), 0)
    amounts: dict[int, dict[str, int]] = {place: {} for place in orders}
    for bucket, currency, count, amount in rows:
        orders[bucket - 1] += count
        amounts[bucket - 1][currency] = amount
    if not any(orders.values()):
        return []
    return [Month(day, orders[place], amounts[place]) for place, day in enumerate(first_days)]


def _first_days(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    months = range(last - MONTHS_SHOWN + 1, last + 1)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def chart_of(months: Sequence[Month]) -> dict[str, str]:
    """The bars of these months for `vesile/chart.html`."""
    series = Series(_("Orders"), [month.orders for month in months], BAR_COLOUR)
    return stacked_bars([month.name for month in months], [series])


def interval_in_words(days: float | None) -> str:
    """How often somebody usually orders; empty where there were too few orders to tell."""
    if not days:
        return ""
    whole = max(round(days), 1)
    return ngettext("every %(count)s day", "every %(count)s days", whole) % {"count": number(whole)}
