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
from rewards.models import (
    Budget,
    BudgetEntry,
    CodeRun,
    Effect,
    Promotion,
    Publication,
    Redemption,
    RedemptionResult,
    RefusalAlarm,
    Reservation,
    Return,
    ReturnLine,
    Rollback,
    StackingRules,
    Voucher,
)


def _token_where_filled(column: str) -> Fate:
    return Fate(f"CASE {column} WHEN '' THEN '' ELSE {token().sql} END")


def _redemptions_of(customer_ids: Sequence[int]) -> Q:
    """Those they made, and those of their codes where nobody said who redeems."""
    by_holder = Q(identity=None, voucher__holder__customer__in=customer_ids)
    return Q(identity__customer__in=customer_ids) | by_holder


def _of_their_redemptions(customer_ids: Sequence[int]) -> Q:
    """Rows that belong to a redemption of theirs."""
    return Q(redemption__in=Redemption.objects.filter(_redemptions_of(customer_ids)))


def _words(customer_ids: Sequence[int]) -> set[str]:
    """The codes of these customers and our ids of what they redeemed."""
    codes = Voucher.objects.filter(holder__customer__in=customer_ids)
    made = Redemption.objects.filter(_redemptions_of(customer_ids))
    words = {word for row in codes.values_list("code", "public_id") for word in row}
    return words | set(made.values_list("public_id", flat=True))


def _redeemed(since: datetime) -> Exists:
    """Whoever used a code is not inactive."""
    return Exists(
        Redemption.objects.counting().filter(
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
                *("starts_at", "expires_at", "metadata", "created_at"),
            ),
            also={"offer": "promotion__name"},
            internal=(
                *("id", "promotion", "code_key", "holder", "issued_kind", "issued_id"),
                *("issued_key", "reserved_until", "pooled", "test"),
            ),
            facts=("voucher.",),
            stay=Exists(Redemption.objects.filter(voucher=OuterRef("pk"))),
            erased={
                "holder": UNLINKED,
                "public_id": token("v_", 20),
                "code": token(),
                "code_key": token(),
                "active": Fate("false"),
                "metadata": EMPTY_OBJECT,
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
                *("failure_text", "only_asked", "rolled_back_at", "created_at"),
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
                *("id", "voucher", "promotion", "identity", "api_key", "parent", "test"),
                *("paid_key", "session_key", "failure_rule"),
            ),
            facts=("redemption.",),
            stay=True,
            erased={
                "identity": UNLINKED,
                "public_id": token("r_", 20),
                "paid_key": _token_where_filled("paid_key"),
                "session_key": EMPTIED,
                "order_source_id": _token_where_filled("order_source_id"),
                "metadata": EMPTY_OBJECT,
                "failure_seen": EMPTIED,
                "failure_needed": EMPTIED,
                "rolled_back_at": DAY_ONLY,
                "created_at": DAY_ONLY,
            },
        )
    )
    _declare_what_follows_a_redemption()
    _declare_what_goes_before()
    _declare_offers()


def _declare_what_follows_a_redemption() -> None:
    hold(
        Holding(
            model=Rollback,
            kind="rollbacks",
            title=_("Redemptions taken back"),
            owner=_of_their_redemptions,
            shown=("public_id", "reason", "metadata", "created_at"),
            also={"redemption": "redemption__public_id"},
            internal=("id", "redemption", "parent", "api_key", "tracking_id"),
            stay=True,
            erased={
                "public_id": token("rr_", 20),
                "reason": EMPTIED,
                "tracking_id": EMPTIED,
                "metadata": EMPTY_OBJECT,
                "created_at": DAY_ONLY,
            },
        )
    )
    hold(
        Holding(
            model=Return,
            kind="redemption_returns",
            title=_("Discounts given back for returns"),
            owner=_of_their_redemptions,
            shown=("public_id", "source_id", "amount", "created_at"),
            also={"redemption": "redemption__public_id"},
            money={"amount": "redemption__currency"},
            internal=("id", "redemption", "api_key"),
            stay=True,
            erased={
                "public_id": token("ret_", 20),
                "source_id": _token_where_filled("source_id"),
                "created_at": DAY_ONLY,
            },
        )
    )
    hold(
        Holding(
            model=ReturnLine,
            kind="redemption_return_lines",
            title=_("Returned units"),
            owner=_of_their_redemptions,
            shown=("position", "quantity", "amount"),
            money={"amount": "redemption__currency"},
            internal=("id", "of", "redemption"),
            stay=True,
        )
    )


def _declare_what_goes_before() -> None:
    hold(
        Holding(
            model=Publication,
            kind="publications",
            title=_("Codes given"),
            owner="identity__customer",
            shown=("public_id", "source_id", "channel", "metadata", "created_at"),
            also={"code": "voucher__code", "offer": "promotion__name"},
            internal=("id", "brand", "promotion", "voucher", "identity", "api_key", "test"),
        )
    )
    hold(
        Holding(
            model=Reservation,
            kind="reservations",
            title=_("Codes held by a checkout"),
            owner="identity__customer",
            shown=("session_key", "amount", "expires_at", "created_at"),
            also={"code": "voucher__code", "offer": "promotion__name"},
            money={"amount": "promotion__currency"},
            internal=("id", "brand", "voucher", "promotion", "identity"),
        )
    )


def _declare_offers() -> None:
    impersonal(
        Promotion,
        *("id", "public_id", "brand", "name", "active", "currency", "code_pattern"),
        *("uses_per_code", "code_lifetime_days", "minimum_amount", "holder_only", "starts_at"),
        *("expires_at", "code_lifetime_hours", "description", "only_from_pool", "zone", "window"),
        *("rules", "refusal_text", "redemption_limit", "limit_per_customer"),
        *("limit_per_customer_period", "customer_period", "budget_amount"),
        *("budget_period_amount", "budget_period", "exclusive", "stacking_category", "priority"),
        *("alarm_refusals", "metadata", "created_at", "updated_at", "code_charset", "join_once"),
        *("deleted_at", "test"),
        because="offers",
    )
    impersonal(
        Effect,
        *("id", "promotion", "position", "kind", "percent", "amount", "cap_amount", "details"),
        "other_amounts",
        because="offers",
    )
    impersonal(StackingRules, "id", "brand", "rules", "updated_at", because="how offers combine")
    impersonal(
        Budget,
        *("id", "promotion", "period_key", "limit_count", "spent_count", "limit_amount"),
        *("spent_amount", "reserved_until"),
        because="sums of an offer",
    )
    impersonal(
        BudgetEntry,
        *("id", "budget", "redemption", "kind", "count", "amount", "created_at"),
        because="the ledger of an offer; the redemption it names stays as money without a person",
    )
    impersonal(
        CodeRun,
        *("id", "public_id", "promotion", "kind", "state", "wanted", "made", "skipped"),
        *("position", "options", "file", "rejects", "problem", "request_id", "created_by"),
        *("created_at", "started_at", "finished_at"),
        because="codes that nobody holds yet",
    )
    impersonal(
        RefusalAlarm,
        *("id", "promotion", "rule", "attempts", "customers", "first_at", "last_at"),
        *("raised_at", "closed_at", "closed_by", "note"),
        because="counts of refusals",
    )
