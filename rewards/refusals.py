"""Stored refusals in the reader's words: what happened, what was seen and needed, what to do."""

import re
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.shared import money
from rewards.condition_words import condition_advice, condition_refusal, kind_of
from rewards.conditions.comparing import Cmp
from rewards.conditions.tree import leaves
from rewards.conditions.wording import BOUNDS, NONE_OF, ONE_OF, condition_in_words
from rewards.models import Redemption
from rewards.reading import ReadingError
from rewards.rules import SKIPPED, WORDS, Rule
from rewards.stacking import Reason
from rewards.stored_rules import rule_of

_AMOUNT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
_BOUND = re.compile(r"(<=|>=|<|>|!=|=) (.+)")
_RANGE = re.compile(r"(.+) \.\. (.+)")
_AMONG = re.compile(r"(in|not in) (.+)")
# How an effect that cannot be worked out is stored: its place from 0, and why, in English.
_OF_EFFECT = re.compile(r"effects\[(\d+)\][\w.\[\]]*: (.+?)\.?")
_WORDS = {
    "on": lambda: _("switched on"),
    "off": lambda: _("switched off"),
    "true": lambda: _("yes"),
    "false": lambda: _("no"),
    "known": lambda: _("known"),
    "not_known": lambda: _("not known"),
}
_OF_ITEMS = {
    "any": lambda: _("some of them"),
    "every": lambda: _("nothing but them"),
    "none": lambda: _("none of them"),
    "cheapest": lambda: _("the cheapest item among them"),
    "dearest": lambda: _("the dearest item among them"),
}
_BOUNDS = {"<=": Cmp.LTE, ">=": Cmp.GTE, ">": Cmp.GT, "!=": Cmp.NE, "=": Cmp.EQ}


def refusal_in_words(rule: str) -> str:
    """What a rule that refused means; a rule we do not know (any more) by its stored name."""
    if rule in set(Rule):
        return str(WORDS[Rule(rule)].message)
    if rule in set(Reason):
        return str(SKIPPED[Reason(rule)])
    if kind_of(rule):
        return condition_refusal(rule)
    return rule.replace("_", " ") or _("The reason was not stored.")


def advice(redemption: Redemption) -> str:
    """What to do about a refusal; empty where nothing is known."""
    return advice_for(redemption.failure_rule)


def advice_for(rule: str) -> str:
    """What to do about a refusal by this rule; empty where nothing is known."""
    if rule in set(Rule):
        return str(WORDS[Rule(rule)].advice)
    if rule in set(Reason):
        return _("Fewer codes on one order, or other rules of the project for combining them.")
    return condition_advice(rule) if kind_of(rule) else ""


def in_words(value: str) -> str:
    """A stored value as people read it: amounts, moments and bounds; anything else as it is."""
    if bound := _BOUND.fullmatch(value):
        return _bound_in_words(bound[1], bound[2])
    if among := _AMONG.fullmatch(value):
        return (ONE_OF if among[1] == "in" else NONE_OF) % {"values": among[2]}
    if of_effect := _OF_EFFECT.fullmatch(value):
        problem = f"{of_effect[2]}."
        words = {"number": int(of_effect[1]) + 1, "problem": _(problem).rstrip(".")}
        return _("effect no. %(number)d: %(problem)s") % words
    if limits := _RANGE.fullmatch(value):
        return BOUNDS[Cmp.BETWEEN] % {"value": in_words(limits[1]), "high": in_words(limits[2])}
    if (amount := _AMOUNT.fullmatch(value)) and money.is_currency(amount[2]):
        minor = money.to_minor(Decimal(amount[1]), amount[2])
        return money.format_money(minor, amount[2], get_language() or "en")
    if _is_moment(value):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i")
    return _WORDS[value]() if value in _WORDS else value


def needed_in_words(redemption: Redemption) -> str:
    """What the rule needed; of a condition on goods, which of them."""
    needed = redemption.failure_needed
    if kind_of(redemption.failure_rule) == "items" and needed in _OF_ITEMS:
        return _OF_ITEMS[needed]()
    return in_words(needed)


def _bound_in_words(sign: str, limit: str) -> str:
    words = in_words(limit)
    if sign == "=" and limit in _WORDS:
        return words
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


def conditions_in_words(redemption: Redemption) -> str:
    """What the offer's conditions of the kind that refused ask for today; empty where there are
    none, for instance because somebody changed them since.
    """
    kind, promotion = kind_of(redemption.failure_rule), redemption.promotion
    if not kind or promotion is None:
        return ""
    try:
        rule = rule_of(promotion.rules)
    except ReadingError:
        return ""
    found = [leaf for leaf in leaves(rule) if leaf.condition.kind == kind] if rule else []
    return "; ".join(condition_in_words(leaf, _shown) for leaf in found)


def _shown(amount: int, currency: str) -> str:
    return money.format_money(amount, currency, get_language() or "en")
