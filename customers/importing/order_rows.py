"""One row of an order file as values, everything that is wrong with it named by column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from config.shared import money
from customers import values
from customers.values import UnusableValue

from . import order_problems as wrong
from . import order_words
from .cells import FORMULA, is_formula, unnumbered
from .contents import Setting
from .order_targets import columns_by_target
from .problems import Problem, of_value

ITEM_TARGETS: Final = ("product.code", "product.name")


@dataclass(frozen=True, slots=True)
class Item:
    """One position; `quantity` is positive. Amounts in minor units of the order's currency."""

    code: str
    name: str
    quantity: int
    unit_amount: int
    amount: int
    discount: int = 0
    category: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What a row says: `head` of the whole order (by target, only what is told), and its item.

    `item` is None where the row tells of no units; `gives_back` marks what was returned.
    """

    number: str
    head: Mapping[str, Any]
    item: Item | None
    gives_back: bool


class OrderReader:
    """Reads rows in the order of the file: a row without currency has that of its order."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._columns = columns_by_target(setting.columns)
        self.tells_items = any(target in self._columns for target in ITEM_TARGETS)
        self._order = "dmy" if setting.day_first else "mdy"
        self._number = ""
        self._currency = setting.currency
        # The same moments and prices stand in many rows; parsing is most of the reading.
        self._read_moment = unnumbered(self._moment)
        self._moments: dict[str, datetime] = {}
        self._amounts: dict[tuple[str, str], int] = {}

    def read(self, cells: Sequence[str]) -> OrderRow | list[Problem]:
        row = _Cells(cells, self._columns)
        number = row.text("order.number")
        if number and number != self._number:
            self._number, self._currency = number, self._setting.currency
        elif not row.has("order.number") and not self._number:
            row.problems.append(Problem(wrong.NO_NUMBER, self._columns.get("order.number")))
        row.take("order.number", _id)
        self._currency = row.take("order.currency", _currency) or self._currency
        head = self._head(row)
        item, gives_back = self._item(row) if self.tells_items else (None, self._marked(row))
        if row.problems:
            return row.problems
        told = {target: value for target, value in head.items() if value is not None}
        return OrderRow(self._number, told, item, gives_back)

    def _head(self, row: "_Cells") -> dict[str, Any]:
        head: dict[str, Any] = {
            "currency": row.take("order.currency", _currency),
            "customer": row.take("customer.id", _id),
            "email": row.take("customer.email", _email),
            "country": row.take("customer.country", _country),
            "cancelled": row.take("order.cancelled", _cancelled),
            "is_gift": row.take("order.gift", _boolean),
            "status": row.take("order.status", _status),
            "delivery": row.take("order.delivery", _status),
        }
        for name in ("placed_at", "changed_at"):
            head[name] = row.take(f"order.{name}", self._read_moment)
        for name in ("discount", "shipping", "total"):
            head[name] = row.take(f"order.{name}", self._amount)
        head["refunded"] = row.take("return.amount", self._amount)
        for target, longest in _TEXTS.items():
            head[target.replace(".", "_")] = row.text(target)[:longest] or None
        return head

    def _item(self, row: "_Cells") -> tuple[Item | None, bool]:
        marked = self._marked(row)
        told = row.take("item.quantity", _units)
        units = 1 if "item.quantity" not in self._columns else told
        if units is None and not row.has("item.quantity"):
            row.wrong("item.quantity", wrong.BAD_QUANTITY)
        name = row.text("product.name")[:300]
        code = row.take("product.code", _id) or name[:120]
        if not code and not row.has("product.code"):
            row.wrong("product.code", wrong.NO_PRODUCT)
        if units == 0:
            return None, marked
        unit, whole = self._price(row, abs(units or 1))
        if units is None:
            return None, marked
        item = Item(
            code,
            name,
            abs(units),
            unit,
            whole,
            abs(row.take("item.discount", self._amount) or 0),
            row.text("product.category")[:120],
            row.text("product.brand")[:120],
        )
        return item, marked or units < 0

    def _marked(self, row: "_Cells") -> bool:
        return bool(row.take("return.is_return", _boolean))

    def _price(self, row: "_Cells", units: int) -> tuple[int, int]:
        """Price of one and of all; where there is only a total, one is its share, rounded down."""
        unit, total = row.take("item.price", self._amount), row.take("item.total", self._amount)
        if unit is None and total is None:
            if not row.has("item.price") and not row.has("item.total"):
                row.wrong("item.price", wrong.NO_PRICE)
            return 0, 0
        if unit is None:
            return abs(total) // units, abs(total)
        if unit < 0:
            row.wrong("item.price", wrong.NEGATIVE_PRICE)
        if unit * units > money.LARGEST_AMOUNT:
            row.wrong("item.price", wrong.LARGE_AMOUNT)
        return unit, unit * units

    def _moment(self, written: str) -> datetime:
        found = self._moments.get(written)
        if found is None:
            found = values.moment(
                written, zone=self._setting.zone, now=self._setting.at, order=self._order
            )
            if found is None:
                raise _Wrong(wrong.NO_MOMENT)
            if len(self._moments) < _REMEMBERED:
                self._moments[written] = found
        return found

    def _amount(self, written: str) -> int:
        key = written, self._currency
        found = self._amounts.get(key)
        if found is None:
            # Book-keepers write (12.50) for -12.50.
            negative = written.startswith("(") and written.endswith(")")
            found = (
                values.minor_units(
                    written[1:-1] if negative else written,
                    currency=self._currency,
                    decimal_mark=self._setting.decimal_mark,
                )
                or 0
            )
            found = -found if negative else found
            if len(self._amounts) < _REMEMBERED:
                self._amounts[key] = found
        return found

    def shown(self, value: OrderRow) -> Mapping[int, str]:
        """What would be stored, as text by column."""
        found: dict[str, str] = {"order.number": value.number}
        for name, told in value.head.items():
            target = _TARGET_OF.get(name, f"order.{name}")
            found[target] = self._as_text(target, told)
        if value.item:
            item = value.item
            found |= {
                "product.code": item.code,
                "product.name": item.name,
                "item.quantity": str(-item.quantity if value.gives_back else item.quantity),
                "item.price": self._money(item.unit_amount),
                "item.total": self._money(item.amount),
                "product.category": item.category,
                "product.brand": item.brand,
            }
        return {self._columns[t]: text for t, text in found.items() if t in self._columns}

    def _as_text(self, target: str, told: Any) -> str:
        if isinstance(told, datetime):
            return f"{told:%Y-%m-%d %H:%M} UTC"
        if target in ("order.discount", "order.shipping", "order.total", "return.amount"):
            return self._money(told)
        return str(told)

    def _money(self, amount: int) -> str:
        return f"{money.from_minor(amount, self._currency)} {self._currency}"


_REMEMBERED: Final = 20_000  # different cells
_TEXTS: Final = {
    "customer.first_name": 120,
    "customer.last_name": 120,
    "customer.full_name": 240,
    "customer.city": 120,
    "order.cancel_reason": 200,
    "order.gift_reason": 200,
    "return.order_number": 120,
    "return.reason": 200,
}
_TARGET_OF: Final = {
    "customer": "customer.id",
    "email": "customer.email",
    "country": "customer.country",
    "is_gift": "order.gift",
    "refunded": "return.amount",
    **{target.replace(".", "_"): target for target in _TEXTS},
}


class _Wrong(Exception):
    """A cell that cannot be used, by the code of its problem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class _Cells:
    """The cells of a row by target; collects everything that is wrong with them."""

    cells: Sequence[str]
    columns: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)

    def text(self, target: str) -> str:
        """What stands there; nothing for a formula, which is a problem."""
        column = self.columns.get(target)
        cell = self.cells[column].strip() if column is not None else ""
        if cell and cell[0] in "=#" and is_formula(cell):
            self.wrong(target, FORMULA)
            return ""
        return cell

    def has(self, target: str) -> bool:
        column = self.columns.get(target)
        return column is not None and bool(self.cells[column].strip())

    def take(self, target: str, read: Callable[[str], Any]) -> Any:
        """The value of a cell, None for an empty or unusable one or where there is no column."""
        written = self.text(target)
        if not written:
            return None
        try:
            return read(written)
        except _Wrong as error:
            self.wrong(target, error.code)
        except UnusableValue as error:
            self.problems.append(of_value(error, self.columns[target]))
        return None

    def wrong(self, target: str, code: str) -> None:
        problem = Problem(code, self.columns.get(target))
        if problem not in self.problems:
            self.problems.append(problem)


def _id(written: str) -> str:
    # Spreadsheets put an apostrophe before long numbers, and so does Shopify.
    return values.external_id(written.removeprefix("'"))


def _email(written: str) -> str:
    return values.email(written)


def _country(written: str) -> str | None:
    try:
        return values.country(written)
    except UnusableValue:
        return None  # an order is not refused for the address of a customer


def _boolean(written: str) -> bool | None:
    return values.boolean(written)


def _cancelled(written: str) -> bool:
    """Such a column holds yes and no, or the moment at which it was done."""
    try:
        return bool(values.boolean(written))
    except UnusableValue:
        return True


def _status(written: str) -> str:
    state = order_words.state(written)
    if state is None:
        raise _Wrong(wrong.UNKNOWN_STATUS)
    return state


def _currency(written: str) -> str:
    code = order_words.currency(written)
    if code is None:
        raise _Wrong(wrong.BAD_CURRENCY)
    return code


def _units(written: str) -> int:
    try:
        found = order_words.units(written)
    except ValueError:
        raise _Wrong(wrong.PART_QUANTITY) from None
    if found is None:
        raise _Wrong(wrong.BAD_QUANTITY)
    return found
