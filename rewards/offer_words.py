"""An offer in words, for the summary beside its form, for its page and for lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.shared.errors import Text
from config.shared.invalid import InvalidValueError
from rewards.conditions import leaves
from rewards.conditions.of_customer import InSegment
from rewards.conditions.wording import sentence
from rewards.effect_words import AnyEffect, effect_in_words, in_money
from rewards.models import Promotion
from rewards.stacking_rules import StackingRules
from rewards.stacking_words import company_in_words
from rewards.stored_rules import rule_of, window_of
from rewards.window_words import window_in_words
from segments.models import Segment

_A_PERIOD: Final[dict[str, Text]] = {
    "day": gettext_lazy("a day"),
    "week": gettext_lazy("a week"),
    "month": gettext_lazy("a month"),
    "year": gettext_lazy("a year"),
}


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What an offer says, part by part; each part is a list of clauses.

    Lists have columns for its validity and room for nothing that is told to who is refused, so
    neither is part of the summary.
    """

    effects: Sequence[str]
    conditions: Sequence[str]
    window: Sequence[str]
    limits: Sequence[str]
    codes: Sequence[str]
    stacking: Sequence[str]
    validity: Sequence[str]
    refused: Sequence[str]

    @property
    def summary(self) -> str:
        parts = (self.effects, self.conditions, self.window, self.limits, self.codes, self.stacking)
        return "; ".join(clause for part in parts for clause in part)


def offer_in_words(
    promotion: Promotion,
    effects: Iterable[AnyEffect],
    *,
    names: Mapping[str, str],
    rules: StackingRules | None = None,
) -> OfferWords:
    """The offer as it is in memory; `names` are those of the segments it mentions. With the `rules`
    by which offers combine, what they make of it is told.
    """
    currency = promotion.currency
    return OfferWords(
        effects=[effect_in_words(effect, currency) for effect in effects],
        conditions=_conditions(promotion, names),
        window=_window(promotion),
        limits=_limits(promotion),
        codes=_codes(promotion),
        stacking=_stacking(promotion) if rules is None else company_in_words(promotion, rules),
        validity=_validity(promotion),
        refused=[_("is told: “%(words)s”") % {"words": promotion.refusal_text}]
        if promotion.refusal_text
        else [],
    )


def segment_ids(promotion: Promotion) -> set[str]:
    """The public ids of the segments that the offer's conditions name; none if unreadable."""
    try:
        rule = rule_of(promotion.rules)
    except InvalidValueError:
        return set()
    if rule is None:
        return set()
    found: set[str] = set()
    for leaf in leaves(rule):
        if isinstance(leaf.condition, InSegment):
            found |= leaf.condition.among.values
    return found


def segment_names(promotions: Iterable[Promotion]) -> dict[str, str]:
    """The names of the segments that these offers mention, in one statement or none."""
    ids: set[str] = set().union(*(segment_ids(promotion) for promotion in promotions))
    if not ids:
        return {}
    return dict(Segment.objects.filter(public_id__in=ids).values_list("public_id", "name"))


def _conditions(promotion: Promotion, names: Mapping[str, str]) -> list[str]:
    found = []
    if promotion.minimum_amount:
        amount = in_money(promotion.minimum_amount, promotion.currency)
        found.append(_("orders of %(amount)s or more") % {"amount": amount})
    try:
        rule = rule_of(promotion.rules)
    except InvalidValueError as error:
        return [*found, error.translated()]
    if rule is not None:
        words = sentence(rule, in_money)
        for public_id, name in names.items():
            words = words.replace(public_id, f"“{name}”")
        found.append(_("if %(conditions)s") % {"conditions": words})
    return [clause for clause in found if clause]


def _window(promotion: Promotion) -> list[str]:
    try:
        window = window_of(promotion.window, zone=promotion.zone or "UTC")
    except InvalidValueError as error:
        return [error.translated()]
    if window is None:
        return []
    zone = promotion.window.get("zone") or promotion.zone
    words = window_in_words(window, zone)
    return [words] if words else []


def _validity(promotion: Promotion) -> list[str]:
    found = []
    if promotion.starts_at:
        found.append(_("from %(start)s") % {"start": _moment(promotion.starts_at)})
    if promotion.expires_at:
        found.append(_("until %(end)s") % {"end": _moment(promotion.expires_at)})
    return found


def _moment(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), "j M Y, H:i")


def _limits(promotion: Promotion) -> list[str]:
    found = []
    if (limit := promotion.redemption_limit) is not None:
        words = ngettext("at most %(n)d redemption", "at most %(n)d redemptions", limit)
        found.append(words % {"n": limit})
    if (limit := promotion.limit_per_customer) is not None:
        words = ngettext("%(n)d time per customer", "%(n)d times per customer", limit)
        found.append(words % {"n": limit})
    if (limit := promotion.limit_per_customer_period) is not None:
        words = ngettext(
            "%(n)d time per customer %(period)s", "%(n)d times per customer %(period)s", limit
        )
        found.append(words % {"n": limit, "period": _period(promotion.customer_period)})
    if promotion.budget_amount is not None:
        amount = in_money(promotion.budget_amount, promotion.currency)
        found.append(_("a budget of %(amount)s") % {"amount": amount})
    if promotion.budget_period_amount is not None:
        amount = in_money(promotion.budget_period_amount, promotion.currency)
        period = _period(promotion.budget_period)
        found.append(_("a budget of %(amount)s %(period)s") % {"amount": amount, "period": period})
    return found


def _period(period: str) -> str:
    return str(_A_PERIOD.get(period, period))


def _codes(promotion: Promotion) -> list[str]:
    found = [_uses_in_words(promotion.uses_per_code)]
    if promotion.holder_only:
        found.append(_("only for its holder"))
    if promotion.only_from_pool:
        found.append(_("only codes that exist already"))
    if promotion.code_lifetime_days is not None:
        found.append(_lifetime_in_words(promotion.code_lifetime_days))
    if (hours := promotion.code_lifetime_hours) is not None:
        words = ngettext(
            "codes expire %(n)d hour after issue", "codes expire %(n)d hours after issue", hours
        )
        found.append(words % {"n": hours})
    if promotion.join_once:
        found.append(_("one code for each customer"))
    return found


def _stacking(promotion: Promotion) -> list[str]:
    found = []
    if promotion.exclusive:
        found.append(_("cannot be combined with other offers"))
    if promotion.stacking_category:
        found.append(_("of the category “%(name)s”") % {"name": promotion.stacking_category})
    return found


def _uses_in_words(uses: int | None) -> str:
    if uses is None:
        return _("each code as often as you like")
    if uses == 1:
        return _("each code once")
    return ngettext("each code %(uses)d time", "each code %(uses)d times", uses) % {"uses": uses}


def _lifetime_in_words(days: int) -> str:
    if days == 0:
        return _("codes expire at the end of the day of issue")
    return ngettext(
        "codes expire %(days)d day after issue", "codes expire %(days)d days after issue", days
    ) % {"days": days}
