"""Effects in words, in the active language."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from config.shared import money
from config.shared.invalid import InvalidValueError
from rewards.conditions.wording import selector_in_words
from rewards.selecting import read_selector


class AnyEffect(Protocol):
    """An effect as stored or as typed; amounts in minor units of the offer's currency."""

    @property
    def kind(self) -> Any: ...
    @property
    def percent(self) -> Any: ...
    @property
    def amount(self) -> Any: ...
    @property
    def cap_amount(self) -> Any: ...
    @property
    def details(self) -> Any: ...
    @property
    def other_amounts(self) -> Any: ...


def effect_in_words(effect: AnyEffect, currency: str) -> str:
    """What an effect does, as a clause such as “15% off, at most £50.00”.

    An effect that cannot be read in full is told as far as it can.
    """
    told = _WORDS.get(str(effect.kind))
    words = told(effect, currency) if told else str(effect.kind)
    if effect.cap_amount is not None:
        words = _("%(effect)s, at most %(cap)s") % {
            "effect": words,
            "cap": in_money(effect.cap_amount, currency),
        }
    words += _minimum(effect.details, currency)
    if effect.details.get("base") == "initial":
        words = _("%(effect)s, worked out before other discounts") % {"effect": words}
    return words + _others(effect)


def in_money(amount: int, currency: str) -> str:
    return money.format_money(amount, currency, get_language() or "en")


def in_percent(percent: Any) -> str:
    return str(formats.number_format((percent or Decimal(0)).normalize(), use_l10n=True))


def _percent(effect: AnyEffect, currency: str) -> str:
    percent = in_percent(effect.percent)
    if "target" not in effect.details:
        return _("%(percent)s%% off") % {"percent": percent}
    return _("%(percent)s%% off %(items)s") % {"percent": percent, "items": _target(effect)}


def _amount(effect: AnyEffect, currency: str) -> str:
    amount = in_money(effect.amount or 0, currency)
    if "target" not in effect.details:
        return _("%(amount)s off") % {"amount": amount}
    words = {
        "each_unit": _("%(amount)s off each unit of %(items)s"),
        "by_amount": _("%(amount)s off %(items)s together"),
        "by_quantity": _("%(amount)s off %(items)s together"),
    }.get(effect.details.get("spread", ""), _("%(amount)s off each line of %(items)s"))
    return words % {"amount": amount, "items": _target(effect)}


def _fixed_price(effect: AnyEffect, currency: str) -> str:
    amount = in_money(effect.amount or 0, currency)
    if "target" not in effect.details:
        return _("the order for %(amount)s") % {"amount": amount}
    return _("%(items)s for %(amount)s each") % {"amount": amount, "items": _target(effect)}


def _unit(effect: AnyEffect, currency: str) -> str:
    units = effect.details.get("units") or 1
    return ngettext(
        "%(units)d unit of %(product)s free", "%(units)d units of %(product)s free", units
    ) % {"units": units, "product": _gift(effect.details)}


def _buy_get(effect: AnyEffect, currency: str) -> str:
    details = effect.details
    given = details.get("get_quantity") or 1
    buy, get = details.get("buy") or {}, details.get("get")
    if details.get("gift"):
        what = _("%(units)d of %(items)s") % {"units": given, "items": _gift(details)}
    elif get is None or get == buy:
        what = str(given)
    else:
        what = _("%(units)d of %(items)s") % {"units": given, "items": goods_in_words(get)}
    price = (
        _("free")
        if effect.percent is None or effect.percent == 100
        else _("at %(percent)s%% off") % {"percent": in_percent(effect.percent)}
    )
    words = _("buy %(units)d of %(items)s, get %(what)s %(price)s") % {
        "units": details.get("buy_quantity") or 1,
        "items": goods_in_words(buy),
        "what": what,
        "price": price,
    }
    return words + _times(details.get("repeats"))


def _bundle(effect: AnyEffect, currency: str) -> str:
    details = effect.details
    parts = [
        _("%(units)d of %(items)s")
        % {"units": part.get("quantity") or 1, "items": goods_in_words(part.get("items") or {})}
        for part in details.get("parts") or []
        if isinstance(part, dict)
    ]
    price = {
        "price": _("for %(amount)s"),
        "amount": _("for %(amount)s less"),
        "percent": _("for %(percent)s%% less"),
    }.get(details.get("by", ""), "") % {
        "amount": in_money(effect.amount or 0, currency),
        "percent": in_percent(effect.percent),
    }
    together = _(" and ").join(parts)
    words = _("%(parts)s together %(price)s") % {"parts": together, "price": price}
    return words + _times(details.get("limit") or 1)


def _free_shipping(effect: AnyEffect, currency: str) -> str:
    return _("free shipping")


_WORDS: Final[dict[str, Callable[[AnyEffect, str], str]]] = {
    "percent": _percent,
    "amount": _amount,
    "fixed_price": _fixed_price,
    "unit": _unit,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "free_shipping": _free_shipping,
}


def goods_in_words(raw: Any) -> str:
    """Which goods a stored selector means."""
    try:
        return selector_in_words(read_selector(raw, "items"))
    except InvalidValueError as error:
        return error.translated()


def _target(effect: AnyEffect) -> str:
    goods = goods_in_words(effect.details.get("target") or {})
    pick = effect.details.get("pick") or {}
    count = pick.get("count") if isinstance(pick, dict) else None
    if not count:
        return goods
    words = {
        "cheapest": ngettext("the cheapest of %(items)s", "the %(n)d cheapest of %(items)s", count),
        "dearest": ngettext("the dearest of %(items)s", "the %(n)d dearest of %(items)s", count),
    }.get(
        pick.get("which", ""),
        ngettext("the first of %(items)s", "the first %(n)d of %(items)s", count),
    )
    return words % {"n": count, "items": goods}


def _gift(details: Mapping[str, Any]) -> str:
    gift = details.get("gift") or {}
    return " ".join(filter(None, (gift.get("product", ""), gift.get("sku", "")))) or "…"


def _times(times: Any) -> str:
    if not isinstance(times, int):
        return ""
    words = ngettext(", once on an order", ", up to %(n)d times on an order", times)
    return words % {"n": times}


def _minimum(details: Mapping[str, Any], currency: str) -> str:
    words = ""
    if details.get("minimum_quantity"):
        units = details["minimum_quantity"]
        words += ngettext(", from %(n)d unit on", ", from %(n)d units on", units) % {"n": units}
    if details.get("minimum_amount"):
        amount = in_money(details["minimum_amount"], currency)
        words += _(", from %(amount)s on") % {"amount": amount}
    return words


def _others(effect: AnyEffect) -> str:
    amounts = [
        in_money(named["amount"], currency)
        for currency, named in effect.other_amounts.items()
        if "amount" in named
    ]
    return f" ({_(' or ').join(amounts)})" if amounts else ""
