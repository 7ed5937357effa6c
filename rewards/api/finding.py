"""The offer or code an address names, as far as the key that calls sees it."""

from collections import Counter
from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from config.shared.models import ApiKey
from rewards.codes import code_key
from rewards.errors import PromotionNotFound, VoucherNotFound
from rewards.models import CodeRun, CodeRunState, Promotion, Redemption, RedemptionResult, Voucher

_ENDED = (CodeRunState.FINISHED, CodeRunState.STOPPED, CodeRunState.FAILED)


def promotions(api_key: ApiKey) -> QuerySet[Promotion]:
    """With what is shown of them."""
    return Promotion.objects.seen_by(api_key).prefetch_related("effects")


def find_promotion(wanted: str, *, api_key: ApiKey) -> Promotion:
    """By our id, else by its name; raises PromotionNotFound.

    Where a key in test mode made one of the same name, such keys mean that one.
    """
    found = None
    if "\x00" not in wanted and len(wanted) <= 120:
        known = promotions(api_key).order_by("-test")
        found = known.filter(public_id=wanted).first() or known.filter(name=wanted).first()
    if found is None:
        raise PromotionNotFound(wanted)
    return found


def vouchers(api_key: ApiKey) -> QuerySet[Voucher]:
    """With what is shown of them; those of deleted offers are not found any more."""
    found = shown_with(
        Voucher.objects.filter(promotion__brand=api_key.brand_id, promotion__deleted_at=None)
    )
    return found if api_key.test else found.filter(test=False)


def shown_with(codes: QuerySet[Voucher]) -> QuerySet[Voucher]:
    """With what is shown of them."""
    return codes.select_related("promotion", "holder__customer").prefetch_related(
        "promotion__effects"
    )


def find_voucher(wanted: str, *, api_key: ApiKey) -> Voucher:
    """By its code, however it is written, else by our id; raises VoucherNotFound."""
    found = None
    if "\x00" not in wanted and len(wanted) <= 120:
        known = vouchers(api_key)
        found = (
            known.filter(code_key=code_key(wanted)).first()
            or known.filter(public_id=wanted).first()
        )
    if found is None:
        raise VoucherNotFound(wanted)
    return found


def redeemed_counts(codes: Sequence[Voucher]) -> Counter[int]:
    """How often each of these codes was used, by primary key.

    Kept on codes with a limit; the redemptions of those without are counted, in one statement.
    """
    counts = Counter(
        {code.pk: code.redeemed_count for code in codes if code.redemption_limit is not None}
    )
    unlimited = [code.pk for code in codes if code.redemption_limit is None]
    if unlimited:
        counts.update(
            dict(
                Redemption.objects.counting()
                .filter(voucher__in=unlimited, result=RedemptionResult.SUCCESS)
                .order_by()
                .values_list("voucher")
                .annotate(Count("pk"))
            )
        )
    return counts


def code_counts(offers: Sequence[Promotion]) -> Counter[int]:
    """How many codes each of these offers has, by primary key; of a live one those for tests do
    not count.
    """
    codes = Voucher.objects.filter(Q(test=False) | Q(promotion__test=True), promotion__in=offers)
    rows = codes.order_by().values_list("promotion")
    return Counter(dict(rows.annotate(Count("pk"))))


def being_made(offers: Sequence[Promotion]) -> set[int]:
    """The offers for which codes are still being made or imported."""
    runs = CodeRun.objects.filter(promotion__in=offers).exclude(state__in=_ENDED)
    return set(runs.values_list("promotion", flat=True))
