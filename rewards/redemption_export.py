"""Redemptions and refused attempts as a file, safe to open as a spreadsheet.

A line is a line of the list. Every column of amounts can be added up over the file and counts
nothing twice: of several codes on one order, the line of the whole has what the order cost, and
the lines of the codes have what each of them took off. What was refused has no amounts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import audit, money, spreadsheets
from config.shared.actors import Actor
from config.shared.localtime import to_local
from config.shared.models import Project
from rewards.labels import place_in_stack, result_in_words
from rewards.models import Redemption, RedemptionResult, ReturnLine
from rewards.refusals import advice, refusal_in_words

BATCH: Final = 2_000
_JOINED: Final = ("voucher", "promotion", "api_key", "parent", "identity__customer")
_READ: Final = (
    *("public_id", "created_at", "result", "rolled_back_at", "only_asked", "test", "currency"),
    *("order_source_id", "order_amount", "discount_amount", "shipping_discount_amount"),
    *("total_amount", "failure_key", "failure_rule", "failure_seen", "failure_needed"),
    *("failure_text", "voucher__code", "promotion__name", "api_key__name", "parent__public_id"),
    *("identity__external_id", "identity__customer__public_id"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A redemption with the discount that returned goods gave back of it, in minor units."""

    redemption: Redemption
    returned: int
    zone: str

    @property
    def is_accepted(self) -> bool:
        return self.redemption.result == RedemptionResult.SUCCESS

    @property
    def has_order(self) -> bool:
        """Whether this is the line of its order, of which there is one: no part of a stack."""
        return self.is_accepted and self.redemption.parent_id is None

    @property
    def has_discount(self) -> bool:
        """Whether this is a line of a code: not the whole of a stack, which has no code."""
        return self.is_accepted and self.redemption.voucher_id is not None

    @property
    def rolled_back(self) -> int:
        """What a rollback gave back: what returned goods had not given back before."""
        one = self.redemption
        return one.discount_amount - self.returned if one.rolled_back_at else 0

    def money(self, amount: int) -> Decimal:
        return money.from_minor(amount, self.redemption.currency)

    def of_order(self, amount: int) -> Decimal | None:
        return self.money(amount) if self.has_order else None

    def of_code(self, amount: int) -> Decimal | None:
        return self.money(amount) if self.has_discount else None

    def at(self, moment: datetime | None) -> str:
        """A moment on the clock of the zone, as spreadsheets read it."""
        if moment is None:
            return ""
        return to_local(moment, self.zone).replace(tzinfo=None).isoformat(" ", "seconds")


def _standing(line: Line) -> Decimal | None:
    """What is neither given back nor of a key in test mode, which takes no money."""
    one = line.redemption
    if one.test:
        return None
    return line.of_code(one.discount_amount - line.rolled_back - line.returned)


def _why(line: Line) -> str:
    one = line.redemption
    return "" if line.is_accepted else refusal_in_words(one.failure_rule or one.failure_key)


Column = tuple[str | Promise, Callable[[Line], Any]]
_CODE: Final[Column] = (
    gettext_lazy("Code"),
    lambda line: line.redemption.voucher.code if line.redemption.voucher else "",
)
_COLUMNS: Final[tuple[Column, ...]] = (
    (gettext_lazy("When (%(zone)s)"), lambda line: line.at(line.redemption.created_at)),
    (gettext_lazy("Redemption id"), lambda line: line.redemption.public_id),
    (gettext_lazy("Result"), lambda line: result_in_words(line.redemption)),
    (gettext_lazy("Several codes"), lambda line: place_in_stack(line.redemption)),
    (
        gettext_lazy("Redeemed together as"),
        lambda line: line.redemption.parent.public_id if line.redemption.parent else "",
    ),
    (
        gettext_lazy("Offer"),
        lambda line: line.redemption.promotion.name if line.redemption.promotion else "",
    ),
    _CODE,
    (
        gettext_lazy("Our id"),
        lambda line: (
            line.redemption.identity.customer.public_id if line.redemption.identity else ""
        ),
    ),
    (
        gettext_lazy("Customer number"),
        lambda line: line.redemption.identity.external_id if line.redemption.identity else "",
    ),
    (gettext_lazy("Order"), lambda line: line.redemption.order_source_id),
    (gettext_lazy("Currency"), lambda line: line.redemption.currency),
    (gettext_lazy("Order amount"), lambda line: line.of_order(line.redemption.order_amount)),
    (gettext_lazy("Discount"), lambda line: line.of_code(line.redemption.discount_amount)),
    (
        gettext_lazy("of it on shipping"),
        lambda line: line.of_code(line.redemption.shipping_discount_amount),
    ),
    (gettext_lazy("To pay"), lambda line: line.of_order(line.redemption.total_amount)),
    (gettext_lazy("Rolled back (%(zone)s)"), lambda line: line.at(line.redemption.rolled_back_at)),
    (gettext_lazy("Discount rolled back"), lambda line: line.of_code(line.rolled_back)),
    (gettext_lazy("Discount of returned goods"), lambda line: line.of_code(line.returned)),
    (gettext_lazy("Discount that stands"), _standing),
    (gettext_lazy("Rule"), lambda line: line.redemption.failure_rule),
    (gettext_lazy("Why refused"), _why),
    (gettext_lazy("Value seen"), lambda line: line.redemption.failure_seen),
    (gettext_lazy("Value needed"), lambda line: line.redemption.failure_needed),
    (gettext_lazy("Own words"), lambda line: line.redemption.failure_text),
    (gettext_lazy("What to do"), lambda line: advice(line.redemption)),
    (gettext_lazy("Only asked"), lambda line: _yes_or_no(line.redemption.only_asked)),
    (
        gettext_lazy("Key"),
        lambda line: line.redemption.api_key.name if line.redemption.api_key else "",
    ),
    (gettext_lazy("Test"), lambda line: _yes_or_no(line.redemption.test)),
)


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


def export_redemptions(
    rows: QuerySet[Redemption], *, actor: Actor, filters: Sequence[str], with_codes: bool
) -> Iterator[bytes]:
    """The parts of a CSV file of these rows, the newest first; memory stays at 2,000 of them.

    That somebody has it, how many lines and by which `filters` (their names), is in the audit log
    before its first line is read. Moments are on the clock of the project; the heading names it.
    """
    project = Project.objects.get()
    audit.record(
        actor=actor,
        action="redemptions.exported",
        of=project,
        fields=[*filters, f"rows={rows.count()}"],
    )
    columns = [one for one in _COLUMNS if with_codes or one is not _CODE]
    return _parts(rows.select_related(*_JOINED).only(*_READ), columns, project.zone)


def _parts(rows: QuerySet[Redemption], columns: Sequence[Column], zone: str) -> Iterator[bytes]:
    heading = [str(title) % {"zone": zone} for title, _value in columns]
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.csv_bytes([heading])
    for batch in _batches(rows):
        returned = _returned(batch)
        lines = (Line(one, returned.get(one.pk, 0), zone) for one in batch)
        yield spreadsheets.csv_bytes([value(line) for _title, value in columns] for line in lines)


def _batches(rows: QuerySet[Redemption]) -> Iterator[list[Redemption]]:
    wanted = rows
    while batch := list(wanted.order_by("-pk")[:BATCH]):
        yield batch
        if len(batch) < BATCH:
            return
        wanted = rows.filter(pk__lt=batch[-1].pk)


def _returned(batch: Sequence[Redemption]) -> dict[int, int]:
    """The discount that returned goods gave back of each of these."""
    lines = ReturnLine.objects.filter(redemption__in=batch).order_by()
    return dict(lines.values_list("redemption").annotate(Sum("amount")))
