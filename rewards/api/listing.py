"""Lists of redemptions: which, and which part of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Text
from rewards.models import Redemption, RedemptionResult
from rewards.models.redemption import RedemptionQuerySet

DEFAULT_LIMIT = 10
MOST = {"limit": 100, "page": 99}
KNOWN = {"limit", "page", "starting_after_id", "result", "campaign", "customer"}


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `more` is the id to start the next one after."""

    redemptions: Sequence[Redemption]
    total: int
    more: str | None


def _refuse(name: str, problem: Text) -> BadInput:
    return BadInput(
        _("The parameter %(name)s cannot be used.") % {"name": name},
        key="invalid_query_params",
        details=problem,
    )


def page_of(params: QueryDict, *, brand_id: int | None) -> Page:
    """The asked part of the brand's redemptions, newest first; raises BadInput."""
    for name in params:
        if name not in KNOWN:
            raise _refuse(name, _("Use some of: %(names)s.") % {"names": ", ".join(sorted(KNOWN))})
    limit, page = _number(params, "limit", DEFAULT_LIMIT), _number(params, "page", 1)
    matching = _matching(params, Redemption.objects.filter(promotion__brand=brand_id))
    rest = _after(params, matching)
    start = (page - 1) * limit
    rows = list(rest.with_its_objects().order_by("-id")[start : start + limit + 1])
    more = rows[limit - 1].public_id if len(rows) > limit else None
    return Page(rows[:limit], matching.count(), more)


def _number(params: QueryDict, name: str, default: int) -> int:
    given = params.get(name)
    if given is None:
        return default
    is_short_number = given.isascii() and given.isdigit() and len(given) <= 3
    number = int(given) if is_short_number else 0
    if not 1 <= number <= MOST[name]:
        raise _refuse(name, _("Use a whole number from 1 to %(most)d.") % {"most": MOST[name]})
    return number


def _matching(params: QueryDict, redemptions: RedemptionQuerySet) -> RedemptionQuerySet:
    results = params.getlist("result")
    if results:
        for result in results:
            if result not in RedemptionResult.values:
                allowed = ", ".join(RedemptionResult.values)
                raise _refuse("result", _("Use one of: %(names)s.") % {"names": allowed})
        redemptions = redemptions.filter(result__in=results)
    if campaign := _text(params, "campaign"):
        redemptions = redemptions.filter(promotion__name=campaign)
    if customer := _text(params, "customer"):
        redemptions = redemptions.filter(
            Q(identity__customer__public_id=customer) | Q(identity__external_id=customer)
        )
    return redemptions


def _text(params: QueryDict, name: str) -> str:
    given = params.get(name, "")
    if "\x00" in given:
        raise _refuse(name, _("It holds characters that cannot be stored."))
    return given


def _after(params: QueryDict, redemptions: RedemptionQuerySet) -> RedemptionQuerySet:
    """The redemptions older than the one named; a page number then counts from there."""
    last = _text(params, "starting_after_id")
    if not last:
        return redemptions
    known = redemptions.model.objects.filter(public_id=last).values_list("pk", flat=True).first()
    if known is None:
        raise _refuse("starting_after_id", _("There is no redemption with this id."))
    return redemptions.filter(pk__lt=known)
