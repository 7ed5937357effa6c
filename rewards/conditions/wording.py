"""Conditions and rules in words, for the summary beside a form and for refusals."""

from collections.abc import Callable
from typing import Any, Final

from babel import Locale
from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from config.shared.errors import Text
from rewards.arithmetic import Selector
from rewards.conditions.comparing import Bound, Cmp, MoneyBound, OneOf, number_or_money
from rewards.conditions.facts import CustomerFact, HistoryOf, MetadataOf, MoneyOf, UsedBy
from rewards.conditions.of_customer import Age, CustomerIs, InSegment, IsHolder, IsNew, OrderHistory
from rewards.conditions.of_order import AmountOf, CountOf, Items, OrderAmount, OrderCount, Which
from rewards.conditions.of_use import BudgetLimit, ChannelIs, Known, MetadataIs, Open, UseLimit
from rewards.conditions.tree import Group, Leaf, Node
from rewards.periods import Period
from rewards.window_words import window_in_words

Shown = Callable[[int, str], str]
"""Minor units of a currency as the reader writes money."""

_PERIODS: Final[dict[Period, Text]] = {
    Period.EVER: "",
    Period.DAY: gettext_lazy("in a day"),
    Period.WEEK: gettext_lazy("in a week"),
    Period.MONTH: gettext_lazy("in a month"),
    Period.YEAR: gettext_lazy("in a year"),
}
_USED_BY: Final[dict[UsedBy, Text]] = {
    UsedBy.PROMOTION: gettext_lazy("the offer is used"),
    UsedBy.VOUCHER: gettext_lazy("a code is used"),
    UsedBy.CUSTOMER: gettext_lazy("a customer uses the offer"),
    UsedBy.CUSTOMER_VOUCHER: gettext_lazy("a customer uses one code"),
}
_METADATA: Final[dict[MetadataOf, Text]] = {
    MetadataOf.ORDER: gettext_lazy("“%(name)s” of the order"),
    MetadataOf.CUSTOMER: gettext_lazy("“%(name)s” of the customer"),
    MetadataOf.REDEMPTION: gettext_lazy("“%(name)s” of the redemption"),
    MetadataOf.VOUCHER: gettext_lazy("“%(name)s” of the code"),
}
_ITEMS: Final[dict[Which, Text]] = {
    Which.ANY: gettext_lazy("the order holds %(items)s"),
    Which.EVERY: gettext_lazy("the order holds nothing but %(items)s"),
    Which.NONE: gettext_lazy("the order holds no %(items)s"),
    Which.CHEAPEST: gettext_lazy("the cheapest item is one of %(items)s"),
    Which.DEAREST: gettext_lazy("the dearest item is one of %(items)s"),
}
_AMOUNTS: Final[dict[AmountOf, Text]] = {
    AmountOf.INITIAL: gettext_lazy("the order before discounts costs %(amount)s"),
    AmountOf.CURRENT: gettext_lazy("the order costs %(amount)s"),
    AmountOf.AFTER: gettext_lazy("the order still costs %(amount)s after this offer"),
}
BOUNDS: Final[dict[Cmp, Text]] = {
    Cmp.EQ: gettext_lazy("exactly %(value)s"),
    Cmp.NE: gettext_lazy("anything but %(value)s"),
    Cmp.LT: gettext_lazy("less than %(value)s"),
    Cmp.LTE: gettext_lazy("at most %(value)s"),
    Cmp.GT: gettext_lazy("more than %(value)s"),
    Cmp.GTE: gettext_lazy("at least %(value)s"),
    Cmp.BETWEEN: gettext_lazy("%(value)s to %(high)s"),
}
ONE_OF: Final = gettext_lazy("one of %(values)s")
NONE_OF: Final = gettext_lazy("none of %(values)s")
_GOODS: Final[dict[str, Any]] = {
    "categories": ngettext_lazy("the category %(names)s", "the categories %(names)s", "n"),
    "collections": ngettext_lazy("the collection %(names)s", "the collections %(names)s", "n"),
    "brands": ngettext_lazy("the brand %(names)s", "the brands %(names)s", "n"),
    "products": ngettext_lazy("the product %(names)s", "the products %(names)s", "n"),
    "skus": ngettext_lazy("the variant %(names)s", "the variants %(names)s", "n"),
}
_SEGMENT: Final = (
    ngettext_lazy(
        "the customer is in the segment %(values)s",
        "the customer is in one of the segments %(values)s",
        "n",
    ),
    ngettext_lazy(
        "the customer is not in the segment %(values)s",
        "the customer is in none of the segments %(values)s",
        "n",
    ),
)
_COUNTRY: Final = (
    ngettext_lazy(
        "the customer’s country is %(values)s",
        "the customer’s country is one of %(values)s",
        "n",
    ),
    ngettext_lazy(
        "the customer’s country is not %(values)s",
        "the customer’s country is none of %(values)s",
        "n",
    ),
)
_LANGUAGE: Final = (
    ngettext_lazy(
        "the customer’s language is %(values)s",
        "the customer’s language is one of %(values)s",
        "n",
    ),
    ngettext_lazy(
        "the customer’s language is not %(values)s",
        "the customer’s language is none of %(values)s",
        "n",
    ),
)
_CHANNEL: Final = (
    ngettext_lazy("the channel is %(values)s", "the channel is one of %(values)s", "n"),
    ngettext_lazy("the channel is not %(values)s", "the channel is none of %(values)s", "n"),
)
_VALUE: Final = (
    ngettext_lazy("%(values)s", "one of %(values)s", "n"),
    ngettext_lazy("not %(values)s", "none of %(values)s", "n"),
)


def sentence(rule: Node, shown: Shown = number_or_money) -> str:
    """Return what a rule demands as one clause; empty for the rule that allows everything."""
    if isinstance(rule, Leaf):
        return condition_in_words(rule, shown)
    return _group(rule, shown, outermost=True)


def _group(group: Group, shown: Shown, *, outermost: bool = False) -> str:
    word = _(" and ") if group.op == "and" else _(" or ")
    inner = [
        _group(one, shown) if isinstance(one, Group) else condition_in_words(one, shown)
        for one in group.rules
    ]
    joined = word.join(inner)
    if group.negated:
        return _("it is not so that (%(rule)s)") % {"rule": joined}
    return joined if outermost or len(inner) == 1 else f"({joined})"


def condition_in_words(leaf: Leaf, shown: Shown = number_or_money) -> str:
    """Return one condition as a clause."""
    words: Callable[[Any, Shown], str] = _WORDS[type(leaf.condition)]
    return words(leaf.condition, shown)


def _order_amount(condition: OrderAmount, shown: Shown) -> str:
    return str(_AMOUNTS[condition.of]) % {"amount": _money(condition.bound, shown)}


def _order_count(condition: OrderCount, shown: Shown) -> str:
    words = (
        _("the order has %(count)s items")
        if condition.of is CountOf.UNITS
        else _("the order has %(count)s different items")
    )
    return words % {"count": _bound(condition.bound)}


def _items(condition: Items, shown: Shown) -> str:
    words = str(_ITEMS[condition.which]) % {"items": selector_in_words(condition.selector)}
    if condition.quantity is not None:
        words += _(", %(count)s of them") % {"count": _bound(condition.quantity)}
    if condition.amount is not None:
        words += _(", worth %(amount)s") % {"amount": _money(condition.amount, shown)}
    return words


def selector_in_words(selector: Selector) -> str:
    """Return which goods are meant; products and variants by their ids."""
    named = [(words, sorted(getattr(selector, kind))) for kind, words in _GOODS.items()]
    parts = [
        str(words % {"n": len(names), "names": ", ".join(names)}) for words, names in named if names
    ]
    meant = _(" or ").join(parts) if parts else _("any items")
    if selector.excluding is None:
        return meant
    return _("%(items)s (but not %(excluded)s)") % {
        "items": meant,
        "excluded": selector_in_words(selector.excluding),
    }


def _segment(condition: InSegment, shown: Shown) -> str:
    return _among(condition.among, _SEGMENT)


def _customer_is(condition: CustomerIs, shown: Shown) -> str:
    if condition.fact is CustomerFact.COUNTRY:
        return _among(condition.among, _COUNTRY, lambda code: _names().territories.get(code))
    return _among(condition.among, _LANGUAGE, lambda code: _names().languages.get(code.lower()))


def _names() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")


def _is_new(condition: IsNew, shown: Shown) -> str:
    if condition.expected:
        return _("the customer has not ordered before")
    return _("the customer has ordered before")


def _age(condition: Age, shown: Shown) -> str:
    return _("the customer’s age is known and is %(age)s") % {"age": _bound(condition.bound)}


def _holder(condition: IsHolder, shown: Shown) -> str:
    return _("the code is used by its holder")


def _order_history(condition: OrderHistory, shown: Shown) -> str:
    if condition.money is not None:
        words = _("the customer’s earlier orders cost %(figure)s together") % {
            "figure": _money(condition.money, shown)
        }
    elif condition.of is HistoryOf.COUNT:
        words = _("the customer ordered %(figure)s times before") % {
            "figure": _bound(condition.bound)
        }
    else:
        words = _("the customer’s last order is %(figure)s days ago") % {
            "figure": _bound(condition.bound)
        }
    if condition.days is None:
        return words
    last = ngettext("in the last %(n)d day", "in the last %(n)d days", condition.days)
    return f"{words} {last % {'n': condition.days}}"


def _open(condition: Open, shown: Shown) -> str:
    window = condition.window
    words = window_in_words(window, window.zone)
    if not words:
        return _("it is within the days and hours of the condition")
    return _("it is %(days_and_hours)s") % {"days_and_hours": words}


def _uses(condition: UseLimit, shown: Shown) -> str:
    words = ngettext("%(who)s at most %(n)d time", "%(who)s at most %(n)d times", condition.limit)
    words = words % {"who": _USED_BY[condition.asked.by], "n": condition.limit}
    return f"{words} {_PERIODS[condition.asked.period]}".strip()


def _budget(condition: BudgetLimit, shown: Shown) -> str:
    words = (
        _("not more than %(amount)s is given away")
        if condition.asked.of is MoneyOf.DISCOUNT
        else _("orders of not more than %(amount)s are made with it")
    )
    amount = shown(condition.limit, condition.asked.currency)
    return f"{words % {'amount': amount}} {_PERIODS[condition.asked.period]}".strip()


def _channel(condition: ChannelIs, shown: Shown) -> str:
    return _among(condition.among, _CHANNEL)


def _metadata(condition: MetadataIs, shown: Shown) -> str:
    subject = str(_METADATA[condition.of]) % {"name": condition.name}
    match condition.test:
        case Bound():
            value = _bound(condition.test)
        case OneOf():
            value = _among(condition.test, _VALUE)
        case Known.KNOWN:
            value = _("known")
        case Known.NOT_KNOWN:
            value = _("not known")
        case _:
            value = _("switched on") if condition.test else _("switched off")
    return _("%(subject)s is %(value)s") % {"subject": subject, "value": value}


_WORDS: Final[dict[type, Callable[[Any, Shown], str]]] = {
    OrderAmount: _order_amount,
    OrderCount: _order_count,
    Items: _items,
    InSegment: _segment,
    CustomerIs: _customer_is,
    IsNew: _is_new,
    Age: _age,
    IsHolder: _holder,
    OrderHistory: _order_history,
    Open: _open,
    UseLimit: _uses,
    BudgetLimit: _budget,
    ChannelIs: _channel,
    MetadataIs: _metadata,
}


def _among(
    among: OneOf,
    words: tuple[Text, Text],
    named: Callable[[str], str | None] = str,
) -> str:
    """The first of the words says that a value is among these, the second that it is not.

    `named` gives what people call a value, None where that is not known.
    """
    values = sorted(named(value) or value for value in among.values)
    said: Any = words[among.negated]
    return str(said % {"n": len(values), "values": ", ".join(values)})


def _bound(bound: Bound | None, shown: Callable[[Any], str] = str) -> str:
    if bound is None:
        return ""
    high = "" if bound.high is None else shown(bound.high)
    return str(BOUNDS[bound.cmp]) % {"value": shown(bound.value), "high": high}


def _money(bound: MoneyBound, shown: Shown) -> str:
    words = (
        _bound(one, lambda value, code=code: shown(value, code))  # type: ignore[misc]
        for code, one in bound.by_currency.items()
    )
    return _(" or ").join(words)
