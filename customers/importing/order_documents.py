"""Rows of an order file put together to orders and returns. Pure.

Systems write one row per item and what concerns the whole order only in the first row (Shopify) or
in every row (most others). So a value of the order is the first one that stands in its rows. A row
without a number belongs to the order above it. Rows with a negative quantity, or marked as
returned, are a document of their own: a return.

An order is taken whole or not at all: if one row cannot be used, none of its rows are, and the file
of rejected rows holds all of them, so that the corrected file tells the whole order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from customers import values

from . import order_problems as wrong
from . import order_words
from .contents import ReadRow
from .order_rows import Item, OrderRow
from .problems import Problem

MOST_ROWS: Final = 2_000  # of one order
_LONGEST_NUMBER: Final = 120

Rejected = tuple[ReadRow, Problem]


@dataclass(slots=True)
class Document:
    """An order, or what was given back of one, and the `rows` it was told in.

    `items` is None where the file tells no items. None stands for what is not told.
    """

    number: str
    is_return: bool
    rows: list[ReadRow]
    customer: str
    email: str
    currency: str
    placed_at: datetime
    items: list[Item] | None = None
    status: str = ""
    cancel_reason: str | None = None
    discount: int | None = None
    shipping: int | None = None
    total: int | None = None
    is_gift: bool | None = None
    gift_reason: str | None = None
    changed_at: datetime | None = None
    order_number: str = ""  # of a return
    reason: str = ""  # of a return
    profile: dict[str, str] = field(default_factory=dict)


def by_number(rows: Iterable[ReadRow], number_column: int) -> Iterator[tuple[str, list[ReadRow]]]:
    """The rows order by order; rows of one number that do not stand together are several groups."""
    above = ""

    def number_of(row: ReadRow) -> str:
        nonlocal above
        # A broken line has no cells; it may be one of the order above, which it then keeps out.
        written = row.cells[number_column] if len(row.cells) > number_column else ""
        above = written.strip().removeprefix("'") or above
        return above

    for number, group in groupby(rows, key=number_of):
        yield number, list(group)


def documents(
    rows: Sequence[ReadRow], *, default_currency: str, tells_items: bool
) -> tuple[list[Document], list[Rejected]]:
    """The order and the return that the rows of one number make up, or what is wrong with them."""
    rejected: list[Rejected] = [(row, problem) for row in rows for problem in row.problems]
    if not rejected:
        if len(rows) > MOST_ROWS:
            return [], [(row, Problem(wrong.TOO_MANY_ROWS)) for row in rows]
        told: list[tuple[ReadRow, OrderRow]] = [(row, row.value) for row in rows]
        try:
            head = _head(told, default_currency)
        except _RowError as error:
            rejected.append((error.row, error.problem))
        else:
            return _made(told, head, tells_items), []
    blamed = {row.number for row, _problem in rejected}
    rejected += [(row, Problem(wrong.OTHER_ROW)) for row in rows if row.number not in blamed]
    return [], sorted(rejected, key=lambda pair: pair[0].number)


class _RowError(Exception):
    """What keeps the whole order from being taken, and the row it stands in."""

    def __init__(self, row: ReadRow, problem: Problem) -> None:
        super().__init__(row.number, problem)
        self.row, self.problem = row, problem


Told = Sequence[tuple[ReadRow, OrderRow]]


def _head(told: Told, default_currency: str) -> dict[str, Any]:
    """What concerns the whole order; raises _RowError."""
    first: dict[str, Any] = {}
    for row, value in told:
        for name, said in value.head.items():
            known = first.setdefault(name, said)
            if said != known and name in _DIFFERENT:
                raise _RowError(row, Problem(_DIFFERENT[name]))
    moments = [value.head["placed_at"] for _row, value in told if "placed_at" in value.head]
    if not moments:
        raise _RowError(told[0][0], Problem(wrong.NO_MOMENT))
    if not first.get("customer") and not first.get("email"):
        raise _RowError(told[0][0], Problem(wrong.NO_CUSTOMER))
    discount = first.get("discount")
    return {
        "customer": first.get("customer", ""),
        "email": first.get("email", ""),
        "currency": first.get("currency", default_currency),
        "placed_at": min(moments),
        "changed_at": first.get("changed_at"),
        "status": _status(first),
        "cancel_reason": first.get("order_cancel_reason"),
        "discount": None if discount is None else abs(discount),
        "shipping": first.get("shipping"),
        "total": first.get("total"),
        "is_gift": first.get("is_gift"),
        "gift_reason": first.get("order_gift_reason"),
        "order_number": first.get("return_order_number", ""),
        "reason": first.get("return_reason", ""),
        "refunded": abs(first.get("refunded") or 0),
        "profile": _profile(first),
    }


_DIFFERENT: Final = {
    "customer": wrong.SEVERAL_CUSTOMERS,
    "email": wrong.SEVERAL_CUSTOMERS,
    "currency": wrong.SEVERAL_CURRENCIES,
}


def _status(first: dict[str, Any]) -> str:
    """Of payment and delivery, whichever went further; cancelled wins over both."""
    if first.get("cancelled"):
        return "CANCELED"
    told = [first[name] for name in ("status", "delivery") if name in first]
    return max(told, key=order_words.FURTHER.index) if told else ""


def _profile(first: dict[str, Any]) -> dict[str, str]:
    """What is told of a customer whom nobody knows yet."""
    told = {
        "first_name": first.get("customer_first_name", ""),
        "last_name": first.get("customer_last_name", ""),
        "country": first.get("country", ""),
        "city": first.get("customer_city", ""),
    }
    if first.get("customer_full_name") and not (told["first_name"] or told["last_name"]):
        told["first_name"], told["last_name"] = values.split_name(first["customer_full_name"])
    return {name: text for name, text in told.items() if text}


def _made(told: Told, head: dict[str, Any], tells_items: bool) -> list[Document]:
    number = told[0][1].number
    bought = [(row, value) for row, value in told if not value.gives_back]
    returned = [(row, value) for row, value in told if value.gives_back]
    of_order, reason = head.pop("order_number"), head.pop("reason")
    refunded = 0 if head["status"] == "CANCELED" else head.pop("refunded")
    head.pop("refunded", None)
    made = []
    if bought:
        made.append(
            Document(
                number=number,
                is_return=False,
                rows=[row for row, _value in bought],
                items=[v.item for _row, v in bought if v.item] if tells_items else None,
                **head,
            )
        )
    if returned:
        # Beside the order's own rows the return needs a number of its own.
        made.append(
            Document(
                number=_number_beside(number) if bought else number,
                is_return=True,
                rows=[row for row, _value in returned],
                items=[v.item for _row, v in returned if v.item],
                order_number=of_order or (number if bought else ""),
                reason=reason,
                **head,
            )
        )
        if bought:
            # The total of such an order is about both; it says nothing about either.
            made[0].total = None
    elif refunded:
        # Goods that are told later are the same return; it is told in the order's first row.
        about = {**head, "total": refunded}
        made.append(
            Document(
                number=_number_beside(number),
                is_return=True,
                rows=[bought[0][0]],
                items=[],
                order_number=number,
                reason=reason,
                **about,
            )
        )
    return made


def _number_beside(number: str) -> str:
    """The number of a return that is told with its order."""
    return f"{number[: _LONGEST_NUMBER - 7]}/return"
