"""Facts of codes and redemptions, and what they concern in segments."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection

from segments import touches
from segments.models import Because

MADE: Final = "redemption.made"
ROLLED_BACK: Final = "redemption.rolled_back"
RETURNED: Final = "redemption.returned"  # no field of segments asks for returns of a discount
REFUSED: Final = "redemption.refused"
ISSUED: Final = "voucher.issued"
CODE_CHANGED: Final = "voucher.changed"
OFFER_CHANGED: Final = "promotion.changed"

_OF_CODES: Final = """
INSERT INTO shared_fact (kind, subject_id, data, at)
SELECT %(kind)s, v.id,
       jsonb_build_object('customer', i.customer_id, 'promotion', v.promotion_id), %(at)s
FROM rewards_voucher v JOIN customers_identity i ON i.id = v.holder_id
WHERE v.id = ANY(%(vouchers)s) AND NOT v.test ORDER BY v.id
"""


def tell_of_codes(*, kind: str, voucher_ids: Iterable[int], at: datetime) -> None:
    """Tell of codes, each with its holder, in one statement; of codes without one, and of
    those of keys in test mode, there is nothing to tell.
    """
    told = list(voucher_ids)
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_OF_CODES, {"kind": kind, "vouchers": told, "at": at})


def declare() -> None:
    """Called once, when the app is ready."""
    touches.register((MADE, ROLLED_BACK, REFUSED, ISSUED, CODE_CHANGED), groups=["redemption"])
    touches.register_for_many(
        OFFER_CHANGED,
        fields=("redemption.unused_codes", "redemption.code_expires"),
        because=Because.RULES,
    )
