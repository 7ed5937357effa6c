"""Codes as rows of a table, for a file."""

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.shared import spreadsheets
from rewards.models import Voucher

BATCH: Final = 2_000


def csv_of(rows: QuerySet[Voucher]) -> Iterator[bytes]:
    """These codes as a CSV file, in the order of their making; memory stays at 2,000 of them."""
    heading = (
        *(_("Code"), _("Offer"), _("Active"), _("Limit"), _("Redeemed"), _("Customer")),
        *(_("Starts"), _("Expires"), _("Issued")),
    )
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.csv_bytes([heading])
    last = 0
    ordered = rows.select_related("promotion", "holder__customer").order_by("pk")
    while batch := list(ordered.filter(pk__gt=last)[:BATCH]):
        yield spreadsheets.csv_bytes(_row(voucher) for voucher in batch)
        last = batch[-1].pk


def _row(voucher: Voucher) -> tuple[object, ...]:
    holder = voucher.holder
    return (
        voucher.code,
        voucher.promotion.name,
        voucher.active,
        voucher.redemption_limit,
        voucher.redeemed_count if voucher.redemption_limit is not None else None,
        holder.customer.public_id if holder else None,
        voucher.starts_at,
        voucher.expires_at,
        voucher.created_at,
    )
