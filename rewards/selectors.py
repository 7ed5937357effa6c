"""What screens want to know about offers, codes and redemptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel import Locale
from babel.lists import format_list
from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from config.shared import localtime
from config.shared.invalid import InvalidValueError
from customers.models import Customer, Identity
from rewards.effect_words import AnyEffect, effect_in_words
from rewards.models import (
    Promotion,
    Redemption,
    RedemptionResult,
    RefusalAlarm,
    ReturnLine,
    Voucher,
)
from rewards.offer_words import offer_in_words, segment_names
from rewards.stored_rules import window_of
from rewards.windows import is_open, next_opening


def promotion_summary(
    promotion: Promotion,
    effects: Sequence[AnyEffect] | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> str:
    """The offer in words, in the active language, for instance:

    "15% off, at most £50.00; free shipping; orders of £25.00 or more; each code once; only for
    its holder; codes expire 30 days after issue". `effects` where they are not stored yet; `names`
    of segments where they were read for many offers at once (`offer_words.segment_names`).
    """
    chosen: Iterable[AnyEffect] = promotion.effects.all() if effects is None else effects
    known = segment_names([promotion]) if names is None else names
    return offer_in_words(promotion, chosen, names=known).summary


def promotion_benefits(promotion: Promotion) -> str:
    """What the customer gets, without the conditions: "£20.00 off and free shipping"."""
    parts = [effect_in_words(effect, promotion.currency) for effect in promotion.effects.all()]
    return format_list(parts, locale=Locale.parse(get_language() or "en", sep="-"))


def next_opening_of(promotion: Promotion, *, at: datetime, zone: str) -> datetime | None:
    """When it opens next, None where it is open now, always, or never again.

    `zone` is the project's, for an offer that names none.
    """
    try:
        window = window_of(
            promotion.window, zone=promotion.zone or zone, starts_at=promotion.starts_at
        )
    except InvalidValueError:
        return None
    return None if window is None or is_open(window, at) else next_opening(window, at)


@dataclass(frozen=True, slots=True)
class PromotionCounts:
    """How an offer does. `discount_amount` in minor units of its currency."""

    issued: int = 0
    redeemed: int = 0
    refused: int = 0
    discount_amount: int = 0


def promotion_counts(promotion_ids: Sequence[int]) -> dict[int, PromotionCounts]:
    """Codes issued, redemptions made and refused for each of these offers, in two statements."""
    issued = dict(
        Voucher.objects.counting()
        .filter(promotion__in=promotion_ids)
        .order_by()
        .values_list("promotion")
        .annotate(Count("pk"))
    )
    attempts = {
        row["promotion"]: row
        for row in Redemption.objects.counting()
        .filter(promotion__in=promotion_ids)
        .order_by()
        .values("promotion")
        .annotate(
            made=Count("pk", filter=Q(result=RedemptionResult.SUCCESS)),
            refused=Count("pk", filter=Q(result=RedemptionResult.FAILURE)),
            given=Coalesce(Sum("discount_amount"), 0),
        )
    }
    counts = {}
    for pk in promotion_ids:
        attempt = attempts.get(pk, {"made": 0, "refused": 0, "given": 0})
        counts[pk] = PromotionCounts(
            issued.get(pk, 0), attempt["made"], attempt["refused"], attempt["given"]
        )
    return counts


@dataclass(frozen=True, slots=True)
class Day:
    """The redemptions of one local day."""

    day: date
    accepted: int
    refused: int


def redemptions_per_day(*, last_day: date, days: int, zone: str) -> list[Day]:
    """Redemptions made and refused on each of the `days` local days up to `last_day`, oldest first.

    The days are those of `zone`, also where the clocks change: their bounds come from Python.
    """
    listed = [last_day - timedelta(days=back) for back in reversed(range(days))]
    starts = [localtime.to_instant(day, time(0), zone) for day in listed]
    ends = [localtime.end_of_day(day, zone) for day in listed]
    rows = (
        Redemption.objects.counting()
        .wholes()
        .filter(created_at__gte=starts[0], created_at__lt=ends[-1])
        .order_by()
        .annotate(day=_position(starts, ends))
        .values_list("day", "result")
        .annotate(Count("pk"))
    )
    counted = {(day, result): count for day, result, count in rows}
    return [
        Day(
            day,
            counted.get((position, RedemptionResult.SUCCESS), 0),
            counted.get((position, RedemptionResult.FAILURE), 0),
        )
        for position, day in enumerate(listed)
    ]


def _position(starts: Sequence[datetime], ends: Sequence[datetime]) -> Case:
    """The position of the day a redemption belongs to, as an SQL expression."""
    whens = [
        When(created_at__gte=start, created_at__lt=end, then=Value(position))
        for position, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return Case(*whens, output_field=IntegerField())


def vouchers_of(customer: Customer) -> QuerySet[Voucher]:
    """The codes this customer holds, newest first, with their offers."""
    return (
        Voucher.objects.counting()
        .filter(holder__customer=customer)
        .select_related("promotion")
        .prefetch_related("promotion__effects")
    )


def is_untouched(voucher: Voucher) -> bool:
    """Whether nobody got the code and nobody ever tried to use it, so that it may be deleted."""
    return (
        voucher.holder_id is None
        and not voucher.issued_kind
        and not voucher.publications.exists()
        and not voucher.redemptions.exists()
    )


def redemptions_of(customer: Customer) -> QuerySet[Redemption]:
    """What this customer redeemed or tried to redeem, newest first.

    `given_back` is the discount that returned goods gave back of each.
    """
    return (
        Redemption.objects.leaves()
        .filter(identity__customer=customer)
        .select_related("voucher", "promotion")
        .annotate(given_back=_given_back())
    )


def attempts_with(voucher: Voucher) -> QuerySet[Redemption]:
    """What was tried with this code, newest first, with the same `given_back`."""
    return (
        Redemption.objects.filter(voucher=voucher)
        .select_related("promotion", "identity__customer")
        .annotate(given_back=_given_back())
        .order_by("-pk")
    )


def _given_back() -> Coalesce:
    lines = ReturnLine.objects.filter(redemption=OuterRef("pk")).order_by().values("redemption")
    return Coalesce(Subquery(lines.annotate(Sum("amount")).values("amount__sum")), 0)


# Jumps from rule to rule in their index instead of reading all refusals.
_RULES_THAT_REFUSED = """
WITH RECURSIVE found (rule) AS (
    (SELECT failure_rule FROM rewards_redemption WHERE result = 'FAILURE'
     ORDER BY failure_rule LIMIT 1)
    UNION ALL
    SELECT (SELECT failure_rule FROM rewards_redemption
            WHERE result = 'FAILURE' AND failure_rule > found.rule
            ORDER BY failure_rule LIMIT 1)
    FROM found WHERE found.rule IS NOT NULL
)
SELECT rule FROM found WHERE rule <> ''
"""


def rules_that_refused() -> list[str]:
    """Every rule that refused an attempt so far, as stored."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES_THAT_REFUSED)
        return [rule for (rule,) in cursor.fetchall()]


def attempts_of_alarm(
    alarm: RefusalAlarm, rows: QuerySet[Redemption] | None = None
) -> QuerySet[Redemption]:
    """The refused attempts that an alarm counts, out of `rows`."""
    if rows is None:
        rows = Redemption.objects.all()
    return rows.filter(
        promotion=alarm.promotion_id,
        result=RedemptionResult.FAILURE,
        test=False,
        failure_rule=alarm.rule,
        created_at__gte=alarm.first_at,
        created_at__lte=alarm.last_at,
    )


def customers_of_alarm(alarm: RefusalAlarm) -> QuerySet[Customer]:
    """Whom an alarm concerns; attempts that named no customer concern nobody we know."""
    identities = attempts_of_alarm(alarm).order_by().values("identity")
    return Customer.objects.filter(
        Exists(Identity.objects.filter(customer=OuterRef("pk"), pk__in=identities))
    )


def open_alarms(promotion: Promotion | None = None) -> QuerySet[RefusalAlarm]:
    """Alarms that nobody has seen to, of one offer or of all, the newest first."""
    rows = RefusalAlarm.objects.filter(closed_at=None).select_related("promotion")
    return rows.filter(promotion=promotion) if promotion else rows
