"""Segments to start from: rules that marketers use everywhere, some with a question first.

Nothing here asks the database; a rule is made from the answers when somebody starts from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments import rfm

Rules = dict[str, Any]


class Need(StrEnum):
    """Data without which a rule finds nobody."""

    ORDERS = "orders"
    CARTS = "cart_updated"
    CHECKOUTS = "checkout_started"
    VIEWS = "product_viewed"
    SEARCHES = "searched"
    COMPLAINTS = "complaint_filed"
    BIRTHDAYS = "birthdays"
    CATEGORIES = "categories"


class Asked(StrEnum):
    """What kind of answer a question wants."""

    CATEGORY = "category"
    AMOUNT = "amount"  # in minor units of the project's currency
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the shop knows; `usual` stands there until it is answered."""

    key: str
    label: str | Promise
    asked: Asked
    usual: int | None = None


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """`make` gives the rule for the answers, by key, and the currency of amounts."""

    key: str
    group: str
    name: str | Promise
    why: str | Promise
    needs: tuple[Need, ...]
    make: Callable[[Mapping[str, Any], str], Rules]
    questions: tuple[Question, ...] = ()


GROUPS: Final[dict[str, Promise]] = {
    "back": _("Winning back"),
    "now": _("About to buy"),
    "best": _("The best customers"),
    "new": _("New customers"),
    "day": _("Occasions and tastes"),
    "where": _("New, active, lapsed: by your own limits"),
    "rfm": _("By recency and frequency (RFM)"),
}


def _all(*rules: Rules) -> Rules:
    return {"op": "and", "rules": list(rules)}


def _is(field: str, cmp: str, value: Any = None, **more: Any) -> Rules:
    told = {} if value is None else {"value": value}
    return {"field": field, "cmp": cmp, **told, **more}


def _last(count: int, unit: str) -> Rules:
    return {"last": count, "unit": unit}


def _next(count: int, unit: str) -> Rules:
    return {"next": count, "unit": unit}


def _did(event: str, count: int, unit: str) -> Rules:
    return _is(f"event.{event}", "gte", 1, within=_last(count, unit))


def _ordered_nothing(count: int, unit: str) -> Rules:
    return _is("orders.count", "eq", 0, within=_last(count, unit))


_DAYS: Final = Question("days", _("Days"), Asked.NUMBER, 30)
_CATEGORY: Final = Question("category", _("Category"), Asked.CATEGORY)


def _amount(label: str | Promise, usual: int) -> Question:
    return Question("amount", label, Asked.AMOUNT, usual)


def _of_category(given: Mapping[str, Any]) -> list[Rules]:
    return [_is("product.category", "in", [given["category"]])]


_OWN: Final = (
    ReadyMade(
        "lapsed",
        "back",
        _("Lapsed three months"),
        _("They bought before and have not for three months: time for a reason to come back."),
        (Need.ORDERS,),
        lambda given, currency: _all(_is("orders.last", "more_than_ago", _last(3, "month"))),
    ),
    ReadyMade(
        "overdue",
        "back",
        _("Later than usual"),
        _("By their own rhythm they should have ordered two weeks ago."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.expected_next", "more_than_ago", _last(14, "day"))
        ),
    ),
    ReadyMade(
        "complained",
        "back",
        _("Complained recently"),
        _("To make good with, or to leave out of promotions until it is settled."),
        (Need.COMPLAINTS,),
        lambda given, currency: _all(_did("complaint_filed", given["days"], "day")),
        (_DAYS,),
    ),
    ReadyMade(
        "cart_left",
        "now",
        _("Cart left two days ago"),
        _("Something was put into a cart the day before yesterday, and nothing was bought since."),
        (Need.CARTS,),
        lambda given, currency: _all(
            _did("cart_updated", 2, "day"),
            _is("event.cart_updated", "eq", 0, within=_last(1, "day")),
            _ordered_nothing(2, "day"),
        ),
    ),
    ReadyMade(
        "checkout_left",
        "now",
        _("Checkout left yesterday"),
        _("They had begun to pay: a doubt about delivery or price is all that stands between."),
        (Need.CHECKOUTS,),
        lambda given, currency: _all(
            _did("checkout_started", 1, "day"), _ordered_nothing(1, "day")
        ),
    ),
    ReadyMade(
        "browsed",
        "now",
        _("Browsed without buying"),
        _("They looked at products in the last two weeks and bought nothing."),
        (Need.VIEWS,),
        lambda given, currency: _all(
            _did("product_viewed", 14, "day"), _ordered_nothing(14, "day")
        ),
    ),
    ReadyMade(
        "looked_again",
        "now",
        _("Keeps looking at a category"),
        _("At least three products of it were looked at in two weeks, and none was bought."),
        (Need.VIEWS, Need.CATEGORIES),
        lambda given, currency: _all(
            _is(
                "event.product_viewed",
                "gte",
                3,
                within=_last(14, "day"),
                where=_of_category(given),
            ),
            _is("orders.count", "eq", 0, within=_last(14, "day"), where=_of_category(given)),
        ),
        (_CATEGORY,),
    ),
    ReadyMade(
        "searched",
        "now",
        _("Searched without buying"),
        _("They searched in the last week and bought nothing: perhaps they did not find it."),
        (Need.SEARCHES,),
        lambda given, currency: _all(_did("searched", 7, "day"), _ordered_nothing(7, "day")),
    ),
    ReadyMade(
        "due_soon",
        "now",
        _("Next order expected within a week"),
        _("By their own rhythm they order soon; a small reason brings it forward."),
        (Need.ORDERS,),
        lambda given, currency: _all(_is("orders.expected_next", "in_next", _next(7, "day"))),
    ),
    ReadyMade(
        "premium",
        "best",
        _("Premium with large carts"),
        _("They buy from the upper price bands, and much at once."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("product.price_band", "in", ["4", "5"]),
            _is("orders.average", "gte", given["amount"], currency=currency),
        ),
        (_amount(_("Average order of at least"), 20_000),),
    ),
    ReadyMade(
        "spent",
        "best",
        _("Spent much within a year"),
        _("For early access, thanks and a number to call."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.sum", "gte", given["amount"], currency=currency, within=_last(1, "year"))
        ),
        (_amount(_("Spent at least"), 100_000),),
    ),
    ReadyMade(
        "regular",
        "best",
        _("Buys again and again"),
        _("At least so many orders within a year."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.count", "gte", given["orders"], within=_last(1, "year"))
        ),
        (Question("orders", _("Orders"), Asked.NUMBER, 4),),
    ),
    ReadyMade(
        "full_price",
        "best",
        _("Buys at full price"),
        _("Repeat customers who hardly ever needed a discount; do not teach them to wait for one."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.count", "gte", 2), _is("orders.discount_share", "lt", 5)
        ),
    ),
    ReadyMade(
        "first_time",
        "new",
        _("First-time buyers"),
        _("One order so far, in the last month: the second one decides whether they stay."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.count", "eq", 1), _is("orders.first", "in_last", _last(1, "month"))
        ),
    ),
    ReadyMade(
        "one_order",
        "new",
        _("Never came back after the first order"),
        _("One order, more than two months ago."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.count", "eq", 1), _is("orders.first", "more_than_ago", _last(2, "month"))
        ),
    ),
    ReadyMade(
        "signed_up",
        "new",
        _("Signed up and never bought"),
        _("In the last month, and curious enough to leave an address."),
        (),
        lambda given, currency: _all(
            _is("profile.signed_up", "in_last", _last(1, "month")), _is("orders.count", "eq", 0)
        ),
    ),
    ReadyMade(
        "birthday_month",
        "day",
        _("Birthday this month"),
        _("By the calendar of where they live."),
        (Need.BIRTHDAYS,),
        lambda given, currency: _all(_is("profile.birthday", "this_month")),
    ),
    ReadyMade(
        "birthday_week",
        "day",
        _("Birthday in the coming week"),
        _("Early enough for a parcel."),
        (Need.BIRTHDAYS,),
        lambda given, currency: _all(_is("profile.birthday", "in_next", _next(7, "day"))),
    ),
    ReadyMade(
        "owners",
        "day",
        _("Dog owners, by what they buy"),
        _("Whoever bought dog food twice within a year has a dog. Works for any such category."),
        (Need.ORDERS, Need.CATEGORIES),
        lambda given, currency: _all(
            _is("orders.count", "gte", 2, within=_last(1, "year"), where=_of_category(given))
        ),
        (_CATEGORY,),
    ),
    ReadyMade(
        "gifts",
        "day",
        _("Buys presents"),
        _("Orders marked as a gift within a year; they have occasions of their own."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is(
                "orders.count",
                "gte",
                1,
                within=_last(1, "year"),
                where=[_is("order.is_gift", "is", True)],
            )
        ),
    ),
    ReadyMade(
        "discounts",
        "day",
        _("Buys when there is a discount"),
        _("Almost a third of what they bought was discount."),
        (Need.ORDERS,),
        lambda given, currency: _all(
            _is("orders.count", "gte", 2), _is("orders.discount_share", "gte", 30)
        ),
    ),
    ReadyMade(
        "new",
        "where",
        _("New"),
        _("They know you from one visit or few: welcome them, and show what else there is."),
        (Need.ORDERS,),
        lambda given, currency: _all(_is("orders.lifecycle", "is", "new")),
    ),
    ReadyMade(
        "active",
        "where",
        _("Active"),
        _("They come back by themselves: thank them rather than discount."),
        (Need.ORDERS,),
        lambda given, currency: _all(_is("orders.lifecycle", "is", "active")),
    ),
    ReadyMade(
        "lapsed_by",
        "where",
        _("Lapsed"),
        _("They ordered before and stayed away for longer than you find usual."),
        (Need.ORDERS,),
        lambda given, currency: _all(_is("orders.lifecycle", "is", "lapsed")),
    ),
    ReadyMade(
        "businesses",
        "day",
        _("Businesses"),
        _("For offers that make sense for companies, or to leave them out."),
        (),
        lambda given, currency: _all(_is("profile.kind", "is", "business")),
    ),
)


def _named(name: str) -> ReadyMade:
    return ReadyMade(
        f"rfm_{name}",
        "rfm",
        rfm.NAMES[name],
        rfm.MEANINGS[name],
        (Need.ORDERS,),
        lambda given, currency: _all(_is("rfm.segment", "is", name)),
    )


ALL: Final[dict[str, ReadyMade]] = {
    one.key: one for one in (*_OWN, *(_named(name) for name in rfm.NAMES))
}
