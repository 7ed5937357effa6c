"""The positions of an order brought in line with what the shop says they are, in memory."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from customers.asked import AskedLine
from customers.errors import UnusableOrder
from customers.models import Order, OrderLine
from customers.models.order import LineKind


@dataclass(slots=True)
class LineChanges:
    """What is to be written; lines of orders that are not stored yet are among the new."""

    new: list[OrderLine] = field(default_factory=list)
    changed: list[OrderLine] = field(default_factory=list)
    gone: list[OrderLine] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def settle_lines(
    order: Order,
    stored: list[OrderLine],
    told: Iterable[AskedLine],
    kept: Collection[str],
    products: Mapping[str, int],
) -> LineChanges:
    """Make `stored` what was told, line by line: the nth position of a product stays the nth.

    Lines of the kinds in `kept` are not spoken of and stay. Raises UnusableOrder, with nothing
    changed, where more was returned than would be left.
    """
    left: dict[tuple[str, int | None], list[OrderLine]] = {}
    for line in stored:
        if line.kind not in kept:
            left.setdefault((line.kind, line.product_id), []).append(line)
    pairs: list[tuple[OrderLine | None, AskedLine]] = []
    for position in told:
        same = left.get((position.kind, products.get(position.product)), [])
        pairs.append((same.pop(0) if same else None, position))
    gone = [line for lines in left.values() for line in lines]
    _check_returns(pairs, gone)
    changes = LineChanges(gone=gone)
    keys = _free_keys(stored)
    for known, position in pairs:
        if known is None:
            line = _new_line(order, next(keys), position, products)
            changes.new.append(line)
            stored.append(line)
        elif _set(known, position):
            changes.changed.append(known)
    for line in gone:
        stored.remove(line)
    return changes


def _check_returns(
    pairs: Sequence[tuple[OrderLine | None, AskedLine]], gone: Sequence[OrderLine]
) -> None:
    short = any(line.returned_quantity for line in gone) or any(
        line is not None and position.quantity < line.returned_quantity for line, position in pairs
    )
    if short:
        raise UnusableOrder(
            details=_("More was returned than the order would hold; keep what was bought.")
        )


def _free_keys(stored: Sequence[OrderLine]) -> Iterator[str]:
    taken = {line.line_key for line in stored}
    number = 0
    while True:
        number += 1
        if str(number) not in taken:
            yield str(number)


def _new_line(
    order: Order, key: str, position: AskedLine, products: Mapping[str, int]
) -> OrderLine:
    return OrderLine(
        order=order,
        line_key=key,
        kind=position.kind,
        product_id=products.get(position.product),
        name=position.name or position.product or position.kind.value,
        quantity=position.quantity,
        unit_amount=position.unit_amount,
        amount=position.amount,
    )


def _set(line: OrderLine, position: AskedLine) -> bool:
    """Put what is told on a line; a name that is not told stays. Whether anything is different."""
    told = {
        "name": position.name or line.name,
        "quantity": position.quantity,
        "unit_amount": position.unit_amount,
        "amount": position.amount,
    }
    different = {name: value for name, value in told.items() if getattr(line, name) != value}
    for name, value in different.items():
        setattr(line, name, value)
    return bool(different)


def discount_line(amount: int) -> list[AskedLine]:
    """The position that takes a discount off; none for none."""
    if not amount:
        return []
    return [AskedLine(LineKind.DISCOUNT, "", "", 1, -amount, -amount)]


def sums(lines: Iterable[OrderLine]) -> tuple[int, int]:
    """The price of the products and of everything else."""
    goods = charges = 0
    for line in lines:
        if line.kind == LineKind.PRODUCT:
            goods += line.amount
        else:
            charges += line.amount
    return goods, charges
