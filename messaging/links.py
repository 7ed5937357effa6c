"""The variables that lead customers to their own pages, and the headers mail programs read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from customers import links
from customers.models import OptIn
from messaging import context, gate
from messaging.claims import Claim
from messaging.context import NOT_PERSONAL, Value, Variable
from messaging.services.confirmations import SOURCE_KIND


def unsubscribe_headers(claim: Claim) -> dict[str, str]:
    """List-Unsubscribe in one click (RFC 8058) for marketing; nothing for what was asked for."""
    if gate.is_transactional(claim):
        return {}
    return {
        "List-Unsubscribe": f"<{links.unsubscribe_url(claim.customer.public_id)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _own_pages(claims: Sequence[Claim], at: datetime) -> dict[int, dict[str, Value]]:
    return {
        position: {
            "preferences_url": links.preferences_url(claim.customer.public_id),
            "unsubscribe_url": links.unsubscribe_url(claim.customer.public_id),
        }
        for position, claim in enumerate(claims)
    }


def _opt_ins(claims: Sequence[Claim], at: datetime) -> Mapping[int, Mapping[str, Value]]:
    asked = {
        position: claim.source_id
        for position, claim in enumerate(claims)
        if claim.source_kind == SOURCE_KIND
    }
    if not asked:
        return {}
    rows = OptIn.objects.select_related("text").in_bulk(asked.values())
    return {position: _of(rows[pk]) for position, pk in asked.items() if pk in rows}


def _of(row: OptIn) -> dict[str, Value]:
    return {
        "opt_in.confirm_url": links.confirm_url(row.public_id),
        "opt_in.text": row.text.body if row.text else None,
    }


def register_all() -> None:
    """Called once, when the app is ready."""
    gate.declare_transactional(SOURCE_KIND)
    context.register(
        Variable("preferences_url", _("page of what the customer allows"), NOT_PERSONAL),
        Variable("unsubscribe_url", _("link to unsubscribe"), NOT_PERSONAL),
        build=_own_pages,
    )
    context.register(
        Variable("opt_in.confirm_url", _("link to confirm"), NOT_PERSONAL, may_be_missing=True),
        Variable("opt_in.text", _("text to agree to"), NOT_PERSONAL, may_be_missing=True),
        build=_opt_ins,
    )
