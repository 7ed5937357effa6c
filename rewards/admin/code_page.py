"""The page of one code: whether it works now, what became of it, and what can be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from config.shared import clock
from config.shared.screens.history import audit_page
from config.shared.usages import Source, sources_of
from rewards.code_check import why_not_now
from rewards.models import Publication, Redemption, RedemptionResult, Voucher
from rewards.offer_words import offer_in_words, segment_names
from rewards.panels import why_refused
from rewards.selectors import attempts_with, is_untouched

from .calculator_answer import in_full
from .code_dialogs import gone, listed
from .remedies import remedies

ATTEMPTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be said of a code beside its own fields."""

    used: int
    source: Source | None
    given: Publication | None
    held_until: datetime | None
    ends: datetime | None
    by_its_offer: bool


def code_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    voucher = _voucher(object_id)
    if voucher is None:
        messages.warning(request, gone())
        return HttpResponseRedirect(listed())
    at, offer = clock.now(), voucher.promotion
    refusal = why_not_now(voucher, at=at, project=request.project)  # type: ignore[attr-defined]
    said = offer_in_words(offer, offer.effects.all(), names=segment_names([offer]))
    attempts = _attempts(voucher)
    return admin.page(
        request,
        "vesile/code/page.html",
        title=voucher.code,
        object=voucher,
        voucher=voucher,
        offer=offer,
        facts=_facts(voucher, at),
        values=sorted(voucher.metadata.items()),
        refusal=in_full(refusal) if refusal else None,
        remedies=remedies(refusal.rule, voucher=voucher, promotion=offer, request=request)
        if refusal
        else [],
        asks=[*said.conditions, *said.window],
        gives=said.effects,
        attempts=attempts[:ATTEMPTS_SHOWN],
        has_more=len(attempts) > ATTEMPTS_SHOWN,
        may_mend=admin.has_mend_permission(request),
        may_change=admin.has_switch_permission(request),
        may_delete=admin.has_remove_permission(request) and is_untouched(voucher),
        changes=audit_page(voucher, before=request.GET.get("before", "")),
    )


def _voucher(object_id: str) -> Voucher | None:
    if not object_id.isdecimal() or len(object_id) > 18:
        return None
    rows = Voucher.objects.select_related("promotion", "holder__customer")
    return rows.prefetch_related("promotion__effects").filter(pk=object_id).first()


def _facts(voucher: Voucher, at: datetime) -> Facts:
    ends = [one for one in (voucher.expires_at, voucher.promotion.expires_at) if one]
    end = min(ends, default=None)
    held = voucher.reserved_until
    source = None
    if voucher.issued_id is not None:
        cause = (voucher.issued_kind, voucher.issued_id)
        source = sources_of([cause]).get(cause)
    return Facts(
        used=_uses(voucher),
        source=source,
        given=_given(voucher),
        held_until=held if held and held > at else None,
        ends=end,
        by_its_offer=end is not None and end != voucher.expires_at,
    )


def _given(voucher: Voucher) -> Publication | None:
    """The request by which a customer got it, the last one of several."""
    if voucher.holder_id is None:
        return None
    return voucher.publications.select_related("api_key").order_by("-pk").first()


def _uses(voucher: Voucher) -> int:
    """How often it was redeemed; kept beside the code only where there is a limit."""
    if voucher.redemption_limit is not None:
        return voucher.redeemed_count
    made = Redemption.objects.counting().filter(voucher=voucher, result=RedemptionResult.SUCCESS)
    return made.count()


def _attempts(voucher: Voucher) -> list[dict[str, Any]]:
    """The newest attempts with the refusals in words, one more than are shown."""
    return [
        {"redemption": row, **why_refused(row)}
        for row in attempts_with(voucher)[: ATTEMPTS_SHOWN + 1]
    ]
