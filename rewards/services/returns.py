"""Goods that came back, and the discount that they give back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.models import ApiKey
from rewards import giving_back, telling
from rewards.arithmetic import refund_amount
from rewards.errors import RedemptionNotFound, ReturnedTooMuch, ReturnOfUnknownLine
from rewards.models import Redemption, Return, ReturnLine

from .rollbacks import check_stands, lock_with_children

Place = tuple[int, int]
"""A line of one redemption: its id and the position of the line."""


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """Units of the order line that the shop calls `source_id` (or by its product or SKU id).

    With `position` exactly the line at that place of the frozen lines, whatever it is called.
    """

    source_id: str
    quantity: int
    position: int | None = None


def record_return(
    *,
    redemption: Redemption,
    items: Sequence[ReturnedItem],
    at: datetime,
    api_key: ApiKey | None = None,
    actor: Actor | None = None,
    source_id: str = "",
) -> Return:
    """Give back the discount of the returned units, exactly what those lines received.

    After k of n units a line has given back `floor(line_discount * k / n)` in all (redemption.md),
    whatever the order of the returns. The money goes back to the offer's budget; the use of the
    code stays taken. The same `source_id` again returns what was recorded, unchanged. `actor` is a
    person of ours, and is told of in the audit log.

    Locks the customers, the redemptions, then budgets. Raises ReturnOfUnknownLine and
    ReturnedTooMuch naming the item, NotTheParent, RedemptionFailed, AlreadyRolledBack,
    RedemptionNotFound; nothing is written then.
    """
    with transaction.atomic():
        rows = lock_with_children(redemption.pk)
        if not rows:
            raise RedemptionNotFound(redemption.public_id)
        whole, parts = rows[0], rows[1:] or rows
        if source_id:
            known = Return.objects.filter(redemption=whole, source_id=source_id).first()
            if known is not None:
                return known
        check_stands(whole)
        lines = _lines(items, parts, _returned_before(parts))
        made = Return.objects.create(
            redemption=whole,
            api_key=api_key,
            source_id=source_id,
            amount=sum(line.amount for line in lines),
            created_at=at,
        )
        for line in lines:
            line.of = made
        ReturnLine.objects.bulk_create(lines)
        if actor is not None:
            audit.record(actor=actor, action="redemption.returned", of=whole, fields=["lines"])
        if not whole.test:
            facts.record(
                kind=telling.RETURNED,
                subject_id=whole.pk,
                at=at,
                data={
                    "return": made.pk,
                    "customer": whole.identity.customer_id if whole.identity else None,
                },
            )
            giving_back.release_part(amounts=_by_redemption(lines), at=at)
        return made


def _returned_before(parts: Sequence[Redemption]) -> dict[Place, tuple[int, int]]:
    """Units and discount that each line gave back so far."""
    rows = (
        ReturnLine.objects.filter(redemption__in=parts)
        .order_by()
        .values_list("redemption_id", "position")
        .annotate(Sum("quantity"), Sum("amount"))
    )
    return {(pk, position): (units, amount) for pk, position, units, amount in rows}


def _lines(
    items: Sequence[ReturnedItem],
    parts: Sequence[Redemption],
    before: Mapping[Place, tuple[int, int]],
) -> list[ReturnLine]:
    """What the items give back, line by line; lines of one name are filled in their order."""
    done = dict(before)
    made: list[ReturnLine] = []
    for index, item in enumerate(items):
        left = item.quantity
        last = parts[-1]  # has all the goods, those too that codes added to lines or as lines
        positions = _positions(last, item)
        if not positions:
            raise ReturnOfUnknownLine(index, item.source_id)
        for position in positions:
            bought = int(last.lines[position]["quantity"])
            units, _amount = done.get((last.pk, position), (0, 0))
            taken = min(left, bought - units)
            if taken:
                having = [part for part in parts if position < len(part.lines)]
                made += filter(None, (_line(part, position, taken, done) for part in having))
                left -= taken
        if left:
            raise ReturnedTooMuch(index, item.source_id, more=left)
    return made


def _positions(redemption: Redemption, item: ReturnedItem) -> list[int]:
    """The lines that the shop calls so: by their own id, else by their product or SKU."""
    if item.position is not None:
        return [item.position] if item.position < len(redemption.lines) else []
    name = item.source_id
    for key in ("source_id", "sku_id", "product_id"):
        found = [i for i, line in enumerate(redemption.lines) if line.get(key) == name]
        if found:
            return found
    return []


def _line(
    part: Redemption, position: int, quantity: int, done: dict[Place, tuple[int, int]]
) -> ReturnLine | None:
    """What one code gives back; nothing for units that a code after it added to the line."""
    frozen = part.lines[position]
    bought = int(frozen["quantity"])
    before, given = done.get((part.pk, position), (0, 0))
    units = min(before + quantity, bought)
    if units == before:
        return None
    amount = refund_amount(int(frozen["discount_amount"]), units, bought) - given
    done[part.pk, position] = (units, given + amount)
    return ReturnLine(redemption=part, position=position, quantity=units - before, amount=amount)


def _by_redemption(lines: Sequence[ReturnLine]) -> list[tuple[int, int]]:
    amounts: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        amounts[line.redemption_id] += line.amount
    return list(amounts.items())
