"""Refused attempts as a file, safe to open as a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.shared import audit, spreadsheets
from config.shared.actors import Actor
from config.shared.models import Project
from rewards.models import Redemption
from rewards.refusals import advice, refusal_in_words

LARGEST: Final = 100_000
"""Rows of one file; more would be written longer than a browser waits."""
_BATCH: Final = 2_000


def export_refusals(
    rows: QuerySet[Redemption], *, actor: Actor, filters: Sequence[str]
) -> Iterator[bytes]:
    """The parts of a CSV file of these refused attempts, the newest first, at most LARGEST.

    That somebody has it, and by which filters, is in the audit log before its first line is read.
    """
    audit.record(
        actor=actor, action="refusals.exported", of=Project.objects.get(), fields=list(filters)
    )
    return _parts(rows.select_related("voucher", "promotion", "identity__customer"))


def _parts(rows: QuerySet[Redemption]) -> Iterator[bytes]:
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.csv_bytes([_heading()])
    last, left = None, LARGEST
    while left > 0:
        wanted = rows if last is None else rows.filter(pk__lt=last)
        found = list(wanted.order_by("-pk")[: min(_BATCH, left)])
        if not found:
            return
        yield spreadsheets.csv_bytes(_row(one) for one in found)
        last, left = found[-1].pk, left - len(found)


def _heading() -> list[str]:
    return [
        *(_("Redemption id"), _("When"), _("Code"), _("Offer"), _("Our id"), _("Customer number")),
        *(_("Order"), _("Rule"), _("Why refused"), _("Value seen"), _("Value needed")),
        *(_("Own words"), _("What to do"), _("Only asked"), _("Test")),
    ]


def _row(one: Redemption) -> list[Any]:
    identity, voucher, promotion = one.identity, one.voucher, one.promotion
    return [
        one.public_id,
        one.created_at,
        voucher.code if voucher else "",
        promotion.name if promotion else "",
        identity.customer.public_id if identity else "",
        identity.external_id if identity else "",
        one.order_source_id,
        one.failure_rule,
        refusal_in_words(one.failure_rule or one.failure_key),
        one.failure_seen,
        one.failure_needed,
        one.failure_text,
        advice(one),
        one.only_asked,
        one.test,
    ]
