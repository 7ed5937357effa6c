"""Stored refusals in the reader's words: what happened, what was seen and needed, what to do."""

import re
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.shared import money
from rewards.conditions.comparing import Cmp
from rewards.conditions.wording import BOUNDS, NONE_OF, ONE_OF
from rewards.models import Redemption
from rewards.rules import SKIPPED, WORDS, Rule
from rewards.stacking import Reason

_AMOUNT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
_BOUND = re.compile(r"(<=|>=|<|>|!=|=) (.+)")
_RANGE = re.compile(r"(.+) \.\. (.+)")
_AMONG = re.compile(r"(in|not in) (.+)")
_BOUNDS = {"<=": Cmp.LTE, ">=": Cmp.GTE, ">": Cmp.GT, "!=": Cmp.NE, "=": Cmp.EQ}


def refusal_in_words(rule: str) -> str:
    """What a rule that refused means; a rule we do not know (any more) by its stored name."""
    if rule in set(Rule):
        return str(WORDS[Rule(rule)].message)
    if rule in set(Reason):
        return str(SKIPPED[Reason(rule)])
    return rule.replace("_", " ") or _("The reason was not stored.")


def advice(redemption: Redemption) -> str:
    """What to do about a refusal; empty where nothing is known."""
    return advice_for(redemption.failure_rule)


def advice_for(rule: str) -> str:
    """What to do about a refusal by this rule; empty where nothing is known."""
    return str(WORDS[Rule(rule)].advice) if rule in set(Rule) else ""


def in_words(value: str) -> str:
    """A stored value as people read it: amounts, moments and bounds; anything else as it is."""
    if bound := _BOUND.fullmatch(value):
        return _bound_in_words(bound[1], bound[2])
    if among := _AMONG.fullmatch(value):
        return (ONE_OF if among[1] == "in" else NONE_OF) % {"values": among[2]}
    if limits := _RANGE.fullmatch(value):
        return BOUNDS[Cmp.BETWEEN] % {"value": in_words(limits[1]), "high": in_words(limits[2])}
    if (amount := _AMOUNT.fullmatch(value)) and money.is_currency(amount[2]):
        minor = money.to_minor(Decimal(amount[1]), amount[2])
        return money.format_money(minor, amount[2], get_language() or "en")
    if _is_moment(value):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i")
    return {"on": _("switched on"), "off": _("switched off")}.get(value, value)


def _bound_in_words(sign: str, limit: str) -> str:
    words = in_words(limit)
    if sign == "<":
        if _is_moment(limit):
            return _("before %(moment)s") % {"moment": words}
        return _("fewer than %(limit)s") % {"limit": words}
    if sign == ">=" and _is_moment(limit):
        return _("from %(moment)s on") % {"moment": words}
    return BOUNDS[_BOUNDS[sign]] % {"value": words}


def _is_moment(value: str) -> bool:
    try:
        return "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
