"""All that the page of one redemption shows, and what a rollback would give back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared.templatetags.vesile import money, number
from customers.models import Product
from rewards.models import (
    Budget,
    BudgetEntry,
    EffectKind,
    Redemption,
    RedemptionResult,
    Return,
    ReturnLine,
    Rollback,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the frozen split with what came back of it; amounts in minor units.

    `name` is what the shop calls the line, `title` what the catalog calls the product; empty where
    it does not know it.
    """

    position: int
    name: str
    title: str
    quantity: int
    added: int
    amount: int
    discount_before: int
    discount: int
    returned: int
    given_back: int

    @property
    def still_out(self) -> int:
        return self.quantity - self.returned


@dataclass(frozen=True, slots=True)
class Details:
    """`parts` are the codes of a stack, `entries` what budgets took and got back."""

    lines: Sequence[Line]
    effects: Sequence[tuple[str, int]]
    parts: Sequence[Redemption]
    entries: Sequence[BudgetEntry]
    returns: Sequence[Return]
    rollback: Rollback | None

    @property
    def given_back(self) -> int:
        return sum(one.given_back for one in self.lines)


def details_of(redemption: Redemption) -> Details:
    """What one redemption gave and what became of it, in six statements."""
    parts = list(redemption.children.select_related("voucher", "promotion").order_by("pk"))
    whole = redemption.parent or redemption
    taking = [part.pk for part in parts] or [redemption.pk]
    return Details(
        lines=lines_of(redemption, taking),
        effects=[_effect(one, redemption.currency) for one in redemption.effects],
        parts=parts,
        entries=list(
            BudgetEntry.objects.filter(redemption__in=taking)
            .select_related("budget__promotion")
            .order_by("pk")
        ),
        returns=list(Return.objects.filter(redemption=whole).select_related("api_key")),
        rollback=Rollback.objects.filter(redemption=redemption).select_related("api_key").first(),
    )


def lines_of(redemption: Redemption, taking: Sequence[int]) -> list[Line]:
    """The split over the lines; what came back is added up over the redemptions in `taking`."""
    back: dict[int, tuple[int, int]] = {}
    rows = (
        ReturnLine.objects.filter(redemption__in=taking)
        .order_by()
        .values_list("redemption_id", "position")
        .annotate(Sum("quantity"), Sum("amount"))
    )
    for _pk, position, units, amount in rows:
        before = back.get(position, (0, 0))
        # Every code of a stack has the units that came back; the money is shared among them.
        back[position] = (max(before[0], units), before[1] + amount)
    titles = _titles(redemption.lines)
    return [
        Line(
            position,
            _name(line, position),
            next((titles[one] for one in _ids(line) if one in titles), ""),
            int(line.get("quantity") or 0),
            int(line.get("added") or 0),
            int(line.get("amount") or 0),
            int(line.get("discount_before") or 0),
            int(line.get("discount_amount") or 0),
            *back.get(position, (0, 0)),
        )
        for position, line in enumerate(redemption.lines)
    ]


def _ids(line: Mapping[str, Any]) -> list[str]:
    return [str(line[name]) for name in ("product_id", "source_id", "sku_id") if line.get(name)]


def _titles(lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the products on the lines, by either id."""
    ids = {one for line in lines for one in _ids(line)}
    rows = Product.objects.filter(Q(source_id__in=ids) | Q(public_id__in=ids)).exclude(name="")
    found = rows.values_list("source_id", "public_id", "name") if ids else []
    return {one: name for source, public, name in found for one in (source, public)}


def _name(line: Mapping[str, Any], position: int) -> str:
    if line.get("shipping"):
        return _("shipping")
    named = line.get("source_id") or line.get("sku_id") or line.get("product_id")
    return str(named or _("line %(number)d") % {"number": position + 1})


def _effect(effect: Mapping[str, Any], currency: str) -> tuple[str, int]:
    """An effect in words, and what it took off."""
    kind = str(effect.get("kind"))
    words = str(EffectKind(kind).label) if kind in EffectKind.values else kind
    if effect.get("percent"):
        percent = number_format(effect["percent"].rstrip("0").rstrip("."))
        words = _("%(percent)s%% off") % {"percent": percent}
    elif effect.get("amount") is not None:
        words += f": {money(effect['amount'], currency)}"
    if effect.get("cap_amount"):
        words += " " + _("(at most %(cap)s)") % {"cap": money(effect["cap_amount"], currency)}
    if units := effect.get("units"):
        words += " " + ngettext("(%(n)s unit)", "(%(n)s units)", units) % {"n": number(units)}
    return words, int(effect.get("discount_amount") or 0)


def can_be_taken_back(redemption: Redemption) -> bool:
    """Whether this is what a rollback or a return is asked of: accepted, whole, not back yet."""
    return (
        redemption.result == RedemptionResult.SUCCESS
        and redemption.parent_id is None
        and redemption.rolled_back_at is None
    )


def what_comes_back(redemption: Redemption) -> list[str]:
    """What rolling back gives back, sentence by sentence; also for the parent of a stack."""
    if redemption.test:
        return [_("Nothing: a key in test mode took no use and no budget.")]
    parts = list(redemption.children.select_related("voucher", "promotion").order_by("pk"))
    told = []
    for part in parts or [redemption]:
        told += _of_code(part)
    told += _of_budgets([part.pk for part in parts] or [redemption.pk])
    if redemption.paid_key and redemption.order_source_id:
        words = _("Order %(number)s may be paid with the same codes again.")
        told.append(words % {"number": redemption.order_source_id})
    return told


def _of_code(part: Redemption) -> list[str]:
    told = []
    voucher, promotion = part.voucher, part.promotion
    if voucher is not None and voucher.redemption_limit is None:
        told.append(_("Code %(code)s has no limit; it stays usable.") % {"code": voucher.code})
    elif voucher is not None:
        words = _("One use of code %(code)s; then it is used %(used)s of %(limit)s times.")
        told.append(
            words
            % {
                "code": voucher.code,
                "used": number(voucher.redeemed_count - 1),
                "limit": number(voucher.redemption_limit),
            }
        )
    if promotion is not None and part.identity_id is not None:
        limited = promotion.limit_per_customer or promotion.limit_per_customer_period
        if limited:
            words = _("One of the customer’s uses of “%(offer)s”.")
            told.append(words % {"offer": promotion.name})
    return told


def _of_budgets(redemption_ids: Sequence[int]) -> list[str]:
    """What is taken and not back yet, by budget."""
    sums = {
        row["budget"]: row
        for row in BudgetEntry.objects.filter(redemption__in=redemption_ids)
        .order_by("budget")
        .values("budget")
        .annotate(uses=Sum("count"), money=Sum("amount"))
    }
    told = []
    for budget in Budget.objects.filter(pk__in=sums).select_related("promotion").order_by("pk"):
        row, offer = sums[budget.pk], budget.promotion
        named = {"offer": offer.name, "period": budget.period_key}
        amount = money(row["money"], offer.currency)
        if budget.limit_amount is not None:
            words = (
                _("%(amount)s to the budget of “%(offer)s” for %(period)s.")
                if budget.period_key
                else _("%(amount)s to the budget of “%(offer)s”.")
            )
            told.append(words % {"amount": amount, **named})
        if budget.limit_count is not None and row["uses"]:
            words = ngettext(
                "%(n)d of the redemptions of “%(offer)s” in all.",
                "%(n)d of the redemptions of “%(offer)s” in all.",
                row["uses"],
            )
            told.append(words % {"n": row["uses"], **named})
    return told
