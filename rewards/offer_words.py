"""An offer in words, for the summary beside its form, for its page and for lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from babel.dates import get_day_names
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from config.shared.errors import Text
from config.shared.invalid import InvalidValueError
from rewards.conditions import leaves
from rewards.conditions.of_customer import InSegment
from rewards.conditions.wording import sentence
from rewards.effect_words import AnyEffect, effect_in_words, in_money
from rewards.models import Promotion
from rewards.stored_rules import rule_of, window_of
from rewards.windows import EVERY_DAY
from segments.models import Segment

_A_PERIOD: Final[dict[str, Text]] = {
    "day": gettext_lazy("a day"),
    "week": gettext_lazy("a week"),
    "month": gettext_lazy("a month"),
    "year": gettext_lazy("a year"),
}


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What an offer says, part by part; each part is a list of clauses."""

    effects: Sequence[str]
    conditions: Sequence[str]
    window: Sequence[str]
    limits: Sequence[str]
    codes: Sequence[str]
    stacking: Sequence[str]

    @property
    def summary(self) -> str:
        parts = (self.effects, self.conditions, self.window, self.limits, self.codes, self.stacking)
        return "; ".join(clause for part in parts for clause in part)


def offer_in_words(
    promotion: Promotion, effects: Iterable[AnyEffect], *, names: Mapping[str, str]
) -> OfferWords:
    """The offer as it is in memory; `names` are those of the segments it mentions."""
    currency = promotion.currency
    return OfferWords(
        effects=[effect_in_words(effect, currency) for effect in effects],
        conditions=_conditions(promotion, names),
        window=_window(promotion),
        limits=_limits(promotion),
        codes=_codes(promotion),
        stacking=_stacking(promotion),
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
    words = [_days(window.days)] if window.days != EVERY_DAY else []
    hours = [_("%(start)s to %(end)s") % _clock(one) for one in window.hours]
    if hours:
        words.append(_(" and ").join(hours))
    if window.repeating is not None:
        words.append(_("in a repeating time frame"))
    if not words:
        return []
    zone = promotion.window.get("zone") or promotion.zone
    return [" ".join(words) + (f" ({zone})" if zone else "")]


def _clock(hours: Any) -> dict[str, str]:
    return {"start": f"{hours.start:%H:%M}", "end": f"{hours.end:%H:%M}"}


def _days(days: frozenset[int]) -> str:
    """The weekdays, from Monday; stored days begin with Sunday, Babel's with Monday."""
    named = get_day_names("wide", locale=(get_language() or "en").replace("-", "_"))
    ordered = sorted((day - 1) % 7 for day in days)
    return _("on %(days)s") % {"days": ", ".join(named[day] for day in ordered)}


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
