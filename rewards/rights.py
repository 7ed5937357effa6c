"""Codes and redemptions. What was redeemed stays as money without a person; a code that was never
used is deleted, and so works no more.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from customers.rights import (
    DAY_ONLY,
    EMPTIED,
    EMPTY_OBJECT,
    UNLINKED,
    Fate,
    Holding,
    hold,
    impersonal,
    name_people,
    token,
)
from customers.services.retention import add_activity
from rewards.models import Effect, Promotion, Redemption, RedemptionResult, Voucher

FILLED_TOKEN = Fate(f"CASE order_source_id WHEN '' THEN '' ELSE {token().sql} END")


def _redemptions_of(customer_ids: Sequence[int]) -> Q:
    """Those they made, and those of their codes where nobody said who redeems."""
    by_holder = Q(identity=None, voucher__holder__customer__in=customer_ids)
    return Q(identity__customer__in=customer_ids) | by_holder


def _words(customer_ids: Sequence[int]) -> set[str]:
    """The codes of these customers and our ids of what they redeemed."""
    codes = Voucher.objects.filter(holder__customer__in=customer_ids)
    made = Redemption.objects.filter(_redemptions_of(customer_ids))
    words = {word for row in codes.values_list("code", "public_id") for word in row}
    return words | set(made.values_list("public_id", flat=True))


def _redeemed(since: datetime) -> Exists:
    """Whoever used a code is not inactive."""
    return Exists(
        Redemption.objects.filter(
            identity__customer=OuterRef("pk"),
            result=RedemptionResult.SUCCESS,
            created_at__gte=since,
        )
    )


def declare() -> None:
    """Called once, when the app is ready."""
    name_people(_words)
    add_activity(_redeemed)
    hold(
        Holding(
            model=Voucher,
            kind="codes",
            title=_("Codes"),
            owner="holder__customer",
            shown=(
                *("public_id", "code", "active", "redemption_limit", "redeemed_count"),
                *("expires_at", "created_at"),
            ),
            also={"offer": "promotion__name"},
            internal=(
                *("id", "promotion", "code_key", "holder", "issued_kind", "issued_id"),
                "issued_key",
            ),
            stay=Exists(Redemption.objects.filter(voucher=OuterRef("pk"))),
            erased={
                "holder": UNLINKED,
                "public_id": token("v_", 20),
                "code": token(),
                "code_key": token(),
                "active": Fate("false"),
                "issued_key": EMPTIED,
                "created_at": DAY_ONLY,
            },
        )
    )
    hold(
        Holding(
            model=Redemption,
            kind="redemptions",
            title=_("Redemptions"),
            owner=_redemptions_of,
            shown=(
                *("public_id", "result", "currency", "order_source_id", "order_amount"),
                *("discount_amount", "shipping_discount_amount", "total_amount", "lines"),
                *("effects", "metadata", "failure_key", "failure_seen", "failure_needed"),
                "created_at",
            ),
            also={"code": "voucher__code", "offer": "promotion__name"},
            money=dict.fromkeys(
                (
                    *("order_amount", "discount_amount", "shipping_discount_amount"),
                    "total_amount",
                ),
                "currency",
            ),
            internal=(
                *("id", "voucher", "promotion", "identity", "api_key", "parent_id"),
                "failure_rule",
            ),
            facts=("redemption.",),
            stay=True,
            erased={
                "identity": UNLINKED,
                "public_id": token("r_", 20),
                "parent_id": EMPTIED,
                "order_source_id": FILLED_TOKEN,
                "metadata": EMPTY_OBJECT,
                "failure_seen": EMPTIED,
                "failure_needed": EMPTIED,
                "created_at": DAY_ONLY,
            },
        )
    )
    impersonal(
        Promotion,
        *("id", "public_id", "brand", "name", "active", "currency", "code_pattern"),
        *("uses_per_code", "code_lifetime_days", "minimum_amount", "holder_only", "starts_at"),
        *("expires_at", "created_at", "updated_at"),
        because="offers",
    )
    impersonal(
        Effect,
        *("id", "promotion", "position", "kind", "percent", "amount", "cap_amount"),
        because="offers",
    )
