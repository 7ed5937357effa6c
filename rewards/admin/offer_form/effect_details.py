"""Between the typed fields of an effect and its stored details; both ways lose nothing."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.shared import money
from config.shared.screens.fields import written
from config.shared.typed_money import read_amount
from rewards.models import Effect

from .goods import SETS, as_json, goods, selector, selector_fields

MONEY = ("amount_off", "cap", "minimum_amount")
_AIMED = ("percent", "amount", "fixed_price")
_OTHER = ("amount", "cap_amount", "minimum_amount")
_PARTS = (1, 2, 3)
_DEFAULTS = {"spread": "each_line", "base": "discounted", "adding": "ADD_MISSING_ITEMS"}


def details_of(typed: Mapping[str, Any], amounts: Mapping[str, int | None]) -> dict[str, Any]:
    """The stored details of what was typed; what is left empty is not among them."""
    kind = typed["kind"]
    if kind in _AIMED:
        found = _aimed(typed, amounts)
    elif kind == "buy_get":
        found = _buy_get(typed)
    elif kind == "unit":
        found = {"gift": _gift(typed), "units": typed.get("units"), "adding": typed.get("adding")}
    elif kind == "bundle":
        found = {"by": typed.get("by"), "limit": typed.get("limit"), "parts": _parts(typed)}
    else:
        found = {}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _aimed(typed: Mapping[str, Any], amounts: Mapping[str, int | None]) -> dict[str, Any]:
    which = typed.get("which")
    return {
        "target": selector(typed) if typed.get("aim") else None,
        "pick": {"which": which, "count": typed["pick_count"]}
        if which and typed.get("pick_count")
        else None,
        "spread": typed.get("spread"),
        "base": typed.get("base"),
        "include_shipping": True if typed.get("include_shipping") else None,
        "minimum_quantity": typed.get("minimum_quantity"),
        "minimum_amount": amounts.get("minimum_amount"),
    }


def _buy_get(typed: Mapping[str, Any]) -> dict[str, Any]:
    bought = selector(typed)
    given = selector(typed, "get_")
    return {
        "buy": bought,
        "buy_quantity": typed.get("buy_quantity"),
        "get": None if typed.get("gift") else given or bought,
        "gift": _gift(typed) if typed.get("gift") else None,
        "get_quantity": typed.get("get_quantity"),
        "repeats": typed.get("repeats"),
        "base": typed.get("base"),
        "adding": typed.get("adding"),
    }


def _gift(typed: Mapping[str, Any]) -> dict[str, str]:
    gift = {"product": (typed.get("gift") or "").strip()}
    return gift | ({"sku": typed["gift_sku"].strip()} if typed.get("gift_sku") else {})


def _parts(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = []
    for number in _PARTS:
        of = typed.get(f"part{number}_of")
        named = goods(of or "", typed.get(f"part{number}_names") or "")
        quantity = typed.get(f"part{number}_quantity")
        if of or named or quantity:
            items = {of: named} if of and named else {}
            parts.append({"items": items, "quantity": quantity or 1})
    return parts


def other_amounts_of(typed: str) -> dict[str, dict[str, int]]:
    """The amounts in other currencies, one a line; raises ValidationError naming the line."""
    found: dict[str, dict[str, int]] = {}
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        currency, *values = line.split()
        currency = currency.upper()
        if not money.is_currency(currency) or not 1 <= len(values) <= len(_OTHER):
            raise ValidationError(
                _("“%(line)s” is no currency with its amounts, such as EUR 18.00.") % {"line": line}
            )
        try:
            found[currency] = {
                name: read_amount(value, currency, get_language() or "en")
                for name, value in zip(_OTHER, values, strict=False)
                if value != "-"
            }
        except money.MoneyError as error:
            raise ValidationError(f"{line}: {error.translated()}") from error
    return found


def fields_of(effect: Effect, currency: str) -> dict[str, Any]:
    """What the fields of a row show for a stored effect."""
    details = dict(effect.details)
    shown: dict[str, Any] = {
        "kind": effect.kind,
        "percent": None if effect.percent is None else f"{effect.percent.normalize():f}",
        "amount_off": written(effect.amount, currency),
        "cap": written(effect.cap_amount, currency),
        "other": _other_lines(effect.other_amounts),
    }
    if effect.kind in _AIMED:
        shown |= _shown_aim(details, currency)
    elif effect.kind == "buy_get":
        shown |= _shown_goods(details)
    elif effect.kind == "bundle":
        shown |= _shown_parts(details)
    gift = details.pop("gift", None) or {}
    shown |= {"gift": gift.get("product", ""), "gift_sku": gift.get("sku", "")}
    for name in ("buy_quantity", "get_quantity", "repeats", "units", "adding", "by", "limit"):
        shown[name] = details.pop(name, None)
    for name in ("spread", "base", "minimum_quantity"):
        shown.setdefault(name, details.pop(name, None))
    usual = {name: "" for name, default in _DEFAULTS.items() if shown.get(name) == default}
    return shown | usual | {"more": as_json(details)}


def _shown_aim(details: dict[str, Any], currency: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    target = details.get("target")
    excluded = (target or {}).get("excluding") or {}
    if target is not None and not excluded.get("collections"):
        shown |= {"aim": "items"} | selector_fields(details.pop("target"))
    pick = details.get("pick") or {}
    if set(pick) == {"which", "count"}:
        details.pop("pick")
        shown |= {"which": pick["which"], "pick_count": pick["count"]}
    if details.pop("include_shipping", False):
        shown["include_shipping"] = "yes"
    shown["minimum_amount"] = written(details.pop("minimum_amount", None) or None, currency)
    return shown


def _shown_goods(details: dict[str, Any]) -> dict[str, Any]:
    """What is bought, and what is given where that is something else."""
    bought, given = details.pop("buy", {}), details.pop("get", None)
    shown: dict[str, Any] = dict(selector_fields(bought))
    if given is None or given == bought:
        return shown
    if given and set(given) <= {"categories", "brands", "products", "skus"}:
        return shown | selector_fields(given, "get_")
    details["get"] = given
    return shown


def _shown_parts(details: dict[str, Any]) -> dict[str, Any]:
    parts = details.get("parts") or []
    simple = len(parts) <= len(_PARTS) and all(
        len(part.get("items", {})) <= 1 and set(part.get("items", {})) <= set(SETS)
        for part in parts
    )
    if not simple:
        return {}
    shown: dict[str, Any] = {}
    for number, part in enumerate(details.pop("parts", []), start=1):
        of = next(iter(part.get("items", {})), "")
        shown |= {
            f"part{number}_quantity": part.get("quantity", 1),
            f"part{number}_of": of,
            f"part{number}_names": ", ".join(part["items"][of]) if of else "",
        }
    return shown


def _other_lines(others: Mapping[str, Mapping[str, int]]) -> str:
    found = []
    for currency, named in others.items():
        values = [written(named[name], currency) if name in named else "-" for name in _OTHER]
        while values and values[-1] == "-":
            values.pop()
        found.append(" ".join([currency, *values]))
    return "\n".join(found)
