"""The tab “Interests” of the customer page: what is liked, how that is known, what to correct."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.numbers import format_percent
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.shared.templatetags.vesile import DAY, locale
from customers import interest_rules as rules
from customers.interest_rules import Sign
from customers.interests import Evidence, KnownInterest, interests_of
from customers.models import InterestKind, InterestOrigin, ProductCategory
from customers.panels import Asking, Panel, register

ORIGIN_TONES: Mapping[InterestOrigin, str] = {
    InterestOrigin.DECLARED: "good",
    InterestOrigin.OBSERVED: "info",
    InterestOrigin.INFERRED: "plain",
}
SUGGESTED = 300  # names of categories offered while typing
PICTURED = 12  # bars; the table under them has all


def _times(sign: Sign, times: int) -> str:
    """“bought 3 times”."""
    match sign:
        case Sign.BOUGHT:
            words = ngettext("bought once", "bought %(n)s times", times)
        case Sign.CARTED:
            words = ngettext("put in the cart once", "put in the cart %(n)s times", times)
        case Sign.VIEWED:
            words = ngettext("viewed once", "viewed %(n)s times", times)
        case Sign.SEARCHED:
            words = ngettext("searched for once", "searched for %(n)s times", times)
        case Sign.PRAISED:
            words = ngettext("reviewed well once", "reviewed well %(n)s times", times)
        case Sign.PANNED:
            words = ngettext("reviewed badly once", "reviewed badly %(n)s times", times)
    return words % {"n": times}


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), DAY)


def evidence_in_words(evidence: Sequence[Evidence]) -> str:
    """“bought 3 times, last on 3 May 2026; viewed 5 times, last on 1 Jun 2026”; empty for none."""
    return "; ".join(
        _("%(times)s, last on %(day)s")
        % {"times": _times(one.sign, one.times), "day": _day(one.last)}
        for one in evidence
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One topic as the page shows it."""

    interest: KnownInterest
    percent: int
    share: str  # the same as the language writes it
    evidence: str
    tone: str

    @property
    def kind(self) -> str | Promise:
        return self.interest.kind.label

    @property
    def origin(self) -> str | Promise:
        return self.interest.origin.label

    @property
    def is_told(self) -> bool:
        return self.interest.origin == InterestOrigin.DECLARED


def rows_of(interests: Sequence[KnownInterest]) -> list[Row]:
    return [
        Row(
            interest=one,
            percent=round(one.level * 100),
            share=format_percent(one.level, locale=locale()),
            evidence=evidence_in_words(one.evidence)
            or (_("told on %(day)s") % {"day": _day(one.since)} if one.since else ""),
            tone=ORIGIN_TONES[one.origin],
        )
        for one in interests
    ]


def tab(asking: Asking) -> Mapping[str, Any]:
    """What the template shows; names of categories only for whoever may write one down."""
    found = interests_of(asking.customer, at=asking.at)
    rows = rows_of(found.known)
    may_correct = asking.user.has_perm("customers.change_customer")
    suggested = ProductCategory.objects.filter(is_sensitive=False).values_list("name", flat=True)
    return {
        "pictured": [row for row in rows if row.interest.is_liked][:PICTURED],
        "rows": rows,
        "hidden": [category.label for category in found.hidden],
        "half_life_days": rules.HALF_LIFE.days,
        "may_correct": may_correct,
        "kinds": InterestKind.choices,
        "suggested": list(suggested[:SUGGESTED]) if may_correct else [],
    }


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Panel(
            key="interests",
            title=gettext_lazy("Interests"),
            permission="customers.view_customer",
            template="vesile/customer/interests.html",
            look=tab,
            position=35,
        )
    )
