"""Between the typed row of a condition and its stored JSON."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from config.shared.screens.fields import minor, written
from customers.values import UnusableValue, country, language

from .goods import names, selector, selector_fields
from .window_fields import END_OF_DAY, MIDNIGHT

_ORDER = {"order_amount": "current", "order_initial": "initial", "order_after": "after"}
_COUNT = {"order_units": "units", "order_lines": "lines"}
_HISTORY = {"history_count": "count", "history_sum": "sum", "history_last": "days_since_last"}
_TEXTS = ("country", "language", "channel")
_BY_NAME: Final = {"country": country, "language": language}
MONEY_KINDS = (*_ORDER, "history_sum")
_STATES: Final = {"true": True, "false": False, "known": "known", "not_known": "not_known"}
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "order_amount": {"of": "current"},
    "order_count": {"of": "units"},
}


def condition_of(typed: Mapping[str, Any], currency: str, zone: str = "") -> dict[str, Any]:
    """The stored condition; `zone` is meant where a row of days and hours names none.

    Raises ValidationError by field.
    """
    kind = typed["kind"]
    found = _open(typed, zone) if kind == "open" else _READ[kind](typed, currency)
    return found | ({"message": typed["message"]} if typed.get("message") else {})


def _order_amount(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"kind": "order_amount", "of": _ORDER[typed["kind"]]} | _money(typed, currency)


def _order_count(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"kind": "order_count", "of": _COUNT[typed["kind"]]} | _bound(typed)


def _history(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    kind = typed["kind"]
    bound = _money(typed, currency) if kind == "history_sum" else _bound(typed)
    days = {"days": typed["days"]} if typed.get("days") else {}
    return {"kind": "order_history", "of": _HISTORY[kind]} | bound | days


def _segment(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"kind": "segment"} | _among(typed, "segments")


def _texts(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    kind, asked = typed["kind"], _among(typed, "names")
    return {"kind": kind} | {how: _meant(kind, values) for how, values in asked.items()}


def _meant(kind: str, values: list[str]) -> list[str]:
    """Countries and languages by their codes, whether codes or names were typed.

    Raises ValidationError for what names none: nobody would ever fit it.
    """
    read = _BY_NAME.get(kind)
    if read is None:
        return values
    found = []
    for value in values:
        try:
            found.append(read(value))
        except UnusableValue as error:
            raise ValidationError({"names": f"“{value}”: {error.in_words()}"}) from error
    return list(dict.fromkeys(found))


def _new_customer(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"kind": "new_customer", "is": typed.get("answer") != "no"}


def _age(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"kind": "age"} | _bound(typed)


def _holder(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"kind": "holder"}


def _metadata(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    if not typed.get("name"):
        raise ValidationError({"name": _("Write the name of the value.")})
    found = {"kind": "metadata", "of": typed.get("of") or "order", "name": typed["name"]}
    ways = [name for name in ("names", "value", "state") if typed.get(name) not in (None, "")]
    if len(ways) > 1:
        raise ValidationError({ways[1]: _("Say one thing: values, a number, or what is below.")})
    if ways == ["state"]:
        return found | {"is": _STATES[typed["state"]]}
    return found | (_bound(typed) if ways == ["value"] else _among(typed, "names"))


def _open(typed: Mapping[str, Any], zone: str) -> dict[str, Any]:
    window: dict[str, Any] = {"zone": (typed.get("zone") or "").strip() or zone}
    if not window["zone"]:
        raise ValidationError({"zone": _("Name a time zone, such as Europe/Istanbul.")})
    if typed.get("weekdays"):
        window["days"] = sorted(int(day) for day in typed["weekdays"])
    first, last = typed.get("hours_from"), typed.get("hours_to")
    if (first is None) is not (last is None):
        place = "hours_from" if first is None else "hours_to"
        raise ValidationError({place: _("Say from when until when.")})
    if first is not None and last is not None:
        window["hours"] = [{"from": f"{first:%H:%M}", "to": f"{last:%H:%M}"}]
    if set(window) == {"zone"}:
        raise ValidationError({"weekdays": _("Say on which days, or between which hours.")})
    return {"kind": "open", "window": window}


def _bound(typed: Mapping[str, Any]) -> dict[str, Any]:
    cmp, value, high = typed.get("cmp") or "gte", typed.get("value"), typed.get("high")
    if value is None:
        raise ValidationError({"value": _("Write a number.")})
    return {"cmp": cmp, "value": _range(cmp, value, high, "high")}


def _money(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    cmp = typed.get("cmp") or "gte"
    values: list[Any] = []
    for name in ("amount", "high_amount"):
        try:
            values.append(minor(typed.get(name) or "", currency))
        except ValidationError as error:
            raise ValidationError({name: error}) from error
    if values[0] is None:
        raise ValidationError({"amount": _("Write an amount.")})
    value = _range(cmp, values[0], values[1], "high_amount")
    return {"cmp": cmp, "value": value, "currency": currency}


def _range(cmp: str, low: int, high: int | None, field: str) -> Any:
    if cmp != "between":
        if high is not None:
            raise ValidationError({field: _("Only “between” has a second value; empty it.")})
        return low
    if high is None or high < low:
        raise ValidationError({field: _("Give two values, the smaller first.")})
    return [low, high]


def _items(typed: Mapping[str, Any], currency: str) -> dict[str, Any]:
    named = selector(typed)
    if not named:
        raise ValidationError({"categories": _("Name some goods.")})
    found: dict[str, Any] = {"kind": "items", "items": named}
    if typed.get("which"):
        found["which"] = typed["which"]
    if typed.get("value") is not None:
        found["quantity"] = _bound(typed)
    if typed.get("amount"):
        found["amount"] = _money(typed, currency)
    return found


def _among(typed: Mapping[str, Any], field: str) -> dict[str, Any]:
    chosen = typed.get(field) or []
    values = list(chosen) if isinstance(chosen, list) else names(chosen)
    if not values:
        raise ValidationError({field: _("Name at least one.")})
    return {typed.get("among") or "in": values}


_READ: Final[dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]]] = {
    **dict.fromkeys(_ORDER, _order_amount),
    **dict.fromkeys(_COUNT, _order_count),
    **dict.fromkeys(_HISTORY, _history),
    **dict.fromkeys(_TEXTS, _texts),
    "items": _items,
    "segment": _segment,
    "new_customer": _new_customer,
    "age": _age,
    "holder": _holder,
    "metadata": _metadata,
}


def rows_of(rules: Mapping[str, Any], currency: str) -> tuple[str, list[dict[str, Any]]] | None:
    """The word between the rows (“and”, “or”) and the rows of a stored rule.

    None where rows cannot show it: groups in groups, negations, other currencies, rarer tests.
    """
    if not rules:
        return "and", []
    if "kind" in rules:
        rules = {"op": "and", "rules": [rules]}
    if rules.get("not") or not set(rules) <= {"op", "rules", "not", "version"}:
        return None
    rows = [_row(one, currency) for one in rules.get("rules", [])]
    if any(row is None for row in rows):
        return None
    return rules["op"], [row for row in rows if row is not None]


def _row(rule: Any, currency: str) -> dict[str, Any] | None:
    """The row that makes exactly this condition, None where none does."""
    if (
        not isinstance(rule, dict)
        or "kind" not in rule
        or rule.get("currency", currency) != currency
    ):
        return None
    row = _shown(rule, currency)
    try:
        again = condition_of(row, currency)
    except (ValidationError, KeyError):
        return None
    stored = _DEFAULTS.get(rule["kind"], {}) | rule
    if rule["kind"] == "new_customer":
        stored.setdefault("is", True)
    if stored.get("which") == "any":
        stored = {name: value for name, value in stored.items() if name != "which"}
    return row if again == stored else None


def _shown(rule: dict[str, Any], currency: str) -> dict[str, Any]:
    kind, of = rule["kind"], rule.get("of")
    row: dict[str, Any] = {"message": rule.get("message", "")}
    backwards = {
        "order_amount": {value: name for name, value in _ORDER.items()},
        "order_count": {value: name for name, value in _COUNT.items()},
        "order_history": {value: name for name, value in _HISTORY.items()},
    }
    row["kind"] = backwards[kind].get(of or _default_of(kind), "") if kind in backwards else kind
    money = row["kind"] in MONEY_KINDS
    row |= _shown_bound(rule, currency, money=money)
    if kind == "items":
        row |= {"which": rule.get("which", "")} | selector_fields(rule.get("items", {}))
        row |= _shown_bound(rule.get("quantity") or {}, currency, money=False)
        row |= _shown_bound(rule.get("amount") or {}, currency, money=True)
    values = rule.get("in") or rule.get("not_in")
    if isinstance(values, list):
        row["among"] = "" if "in" in rule else "not_in"
        row["segments" if kind == "segment" else "names"] = (
            values if kind == "segment" else ", ".join(map(str, values))
        )
    if kind == "new_customer":
        row["answer"] = "" if rule.get("is", True) else "no"
    if kind == "metadata":
        row |= {"of": "" if of == "order" else of, "name": rule.get("name", "")}
        said = rule.get("is")
        row["state"] = (
            {True: "true", False: "false"}[said] if isinstance(said, bool) else said or ""
        )
    if kind == "open":
        row |= _shown_window(rule.get("window") or {})
    return row | {"days": rule.get("days")}


def _shown_window(window: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a window of days and one stretch of hours; anything more they do not show."""
    hours = window.get("hours") or [{}]
    shown = {
        "zone": window.get("zone", ""),
        "weekdays": [str(day) for day in window.get("days", [])],
    }
    if len(hours) == 1 and set(hours[0]) == {"from", "to"}:
        shown |= {
            "hours_from": _clock(hours[0]["from"]),
            "hours_to": _clock(hours[0]["to"]),
        }
    return shown


def _default_of(kind: str) -> str:
    return {"order_amount": "current", "order_count": "units"}.get(kind, "")


def _shown_bound(bound: Mapping[str, Any], currency: str, *, money: bool) -> dict[str, Any]:
    if "value" not in bound:
        return {}
    value = bound["value"]
    low, high = value if isinstance(value, list) and len(value) == 2 else (value, None)
    if not isinstance(low, int) or not isinstance(high, int | None):
        return {}
    cmp = bound.get("cmp", "gte")
    shown = {"cmp": "" if cmp == "gte" else cmp}
    if money:
        return shown | {"amount": written(low, currency), "high_amount": written(high, currency)}
    return shown | {"value": low, "high": high}


def _clock(written: Any) -> time | None:
    return parse_time(MIDNIGHT if written == END_OF_DAY else str(written))
