"""Rows of the data set Online Retail, recognised among files of orders by their headings.

The rules are those of `online_retail`; here they only meet the columns of an upload.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from customers import values
from customers.values import UnusableValue

from . import copytext, order_targets
from .batches import Batch
from .contents import ReadRow, Setting
from .online_retail import COLUMNS, CURRENCY, Line, Parser, is_moment
from .problems import Problem, declare
from .reasons import EXPLANATIONS, Reason

SYSTEM: Final = "online-retail"
_TARGETS: Final = dict(
    zip(
        COLUMNS,
        (
            "order.number",
            "product.code",
            "product.name",
            "item.quantity",
            "order.placed_at",
            "item.price",
            "customer.id",
            "customer.country",
        ),
        strict=True,
    )
)
_MOMENT: Final = COLUMNS.index("InvoiceDate")
_BLAMED: Final = {
    Reason.BAD_CUSTOMER: "CustomerID",
    Reason.NO_CUSTOMER: "CustomerID",
    Reason.BAD_DOCUMENT: "InvoiceNo",
    Reason.FOREIGN_DOCUMENT: "InvoiceNo",
    Reason.BAD_CODE: "StockCode",
    Reason.BAD_DATE: "InvoiceDate",
    Reason.BAD_QUANTITY: "Quantity",
    Reason.QUANTITY_ZERO: "Quantity",
    Reason.QUANTITY_SIGN: "Quantity",
    Reason.BAD_PRICE: "UnitPrice",
    Reason.PRICE_NEGATIVE: "UnitPrice",
    Reason.PRICE_BELOW_PENNY: "UnitPrice",
    Reason.PRICE_PART_PENNY: "UnitPrice",
}


def _code(reason: Reason) -> str:
    return f"{SYSTEM}.{reason.value}"


declare({_code(reason): explanation for reason, explanation in EXPLANATIONS.items()})


def is_retail(setting: Setting) -> bool:
    """Whether the file is one of the data set, and its eight columns are used as what they are."""
    return setting.system == SYSTEM and set(_TARGETS.values()) <= set(
        order_targets.columns_by_target(setting.columns)
    )


class RetailReader:
    """Reads rows by the rules of the data set; a row without a customer is skipped, not wrong.

    Copies of the data set write their dates as whoever saved them has it (12/1/2010 8:26); those
    are read in the order that was found or told.
    """

    def __init__(self, setting: Setting) -> None:
        by_target = order_targets.columns_by_target(setting.columns)
        self._places = [by_target[_TARGETS[name]] for name in COLUMNS]
        self._parser = Parser()
        self._order = "dmy" if setting.day_first else "mdy"
        self._moments: dict[str, str] = {}

    def read(self, cells: Sequence[str]) -> Line | Reason | list[Problem]:
        fields = [cells[place] for place in self._places]
        written = fields[_MOMENT].strip()
        if not is_moment(written):
            fields[_MOMENT] = self._moment(written)
        outcome = self._parser.parse(fields)
        if isinstance(outcome, Line) or outcome == Reason.NO_CUSTOMER:
            return outcome
        return [self.problem(outcome)]

    def _moment(self, written: str) -> str:
        """As the parser wants it; what cannot be read stays, for the parser to refuse it."""
        known = self._moments.get(written)
        if known is None:
            known = written
            with suppress(UnusableValue):
                known = values.local_moment(written, order=self._order)
            self._moments[written] = known
        return known

    def problem(self, reason: Reason) -> Problem:
        blamed = _BLAMED.get(reason)
        return Problem(_code(reason), self._places[COLUMNS.index(blamed)] if blamed else None)

    def shown(self, value: Line | Reason) -> Mapping[int, str]:
        if isinstance(value, Reason):
            return {}
        texts = (
            value.document,
            value.code,
            value.name,
            str(-value.quantity if value.cancellation else value.quantity),
            f"{value.happened_at:%Y-%m-%d %H:%M} UTC",
            f"{value.unit_amount / 100:.2f} {CURRENCY}",
            value.customer,
            value.country,
        )
        return dict(zip(self._places, texts, strict=True))


def batch_of(rows: Sequence[ReadRow]) -> Batch:
    """The usable lines as the command's importer holds them, by the number of their row."""
    batch = Batch(last=rows[-1].last, record_count=len(rows))
    for row in rows:
        if isinstance(row.value, Line):
            batch.lines[row.number] = row.value
            batch.rows[row.number] = copytext.row(row.number, row.value)
    return batch
