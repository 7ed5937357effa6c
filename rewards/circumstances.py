"""The facts that a marketer's conditions look at, for one code on one order.

Earlier orders and being new are the shop's own terms ("your first order"), so they are looked up
without a consent; the birth date is used only where its kind of data may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from config.shared import localtime
from customers.ages import age_on
from customers.models import Customer, DataCategory
from customers.selectors import gated_categories, permitted_categories
from rewards.arithmetic import CartState
from rewards.candidates import Candidate
from rewards.conditions.facts import CustomerFact, History, HistoryOf, MetadataOf, Spent, Uses
from rewards.conditions.needs import Needs
from rewards.lookups import Known, Questions
from segments.models import Segment
from segments.selectors import compiled

_ORDERS: Final = """
FROM customers_identity i JOIN customers_order o ON o.identity_id = i.id
WHERE i.customer_id = %(history_customer)s AND o.status IN ('PAID', 'FULFILLED')
    AND o.placed_at <= %(history_at)s AND o.source_id <> %(history_order)s
"""


def ask_conditions(
    questions: Questions,
    needs: Needs,
    *,
    customer: Customer | None,
    order_source_id: str,
    at: datetime,
) -> None:
    """Ask for what rules need to know of the customer; segments cost further statements."""
    if customer is None:
        return
    questions.params |= {
        "history_customer": customer.pk,
        "history_at": at,
        "history_order": order_source_id,
    }
    if CustomerFact.IS_NEW in needs.customer:
        questions.add("is_new", f"to_jsonb(NOT EXISTS (SELECT 1 {_ORDERS}))")
    for number, asked in enumerate(sorted(needs.history, key=repr)):
        _ask_history(questions, asked, number, customer, at)
    if CustomerFact.AGE in needs.customer and _may_know_birthday(customer, at):
        born = (customer.birth_year, customer.birth_month, customer.birth_day)
        today = localtime.to_local(at, customer.zone).date()
        questions.add("age", "to_jsonb(%(age)s::int)", age=age_on(today, born=born))
    for segment in Segment.objects.filter(public_id__in=needs.segments) if needs.segments else ():
        _ask_segment(questions, segment, customer, at)


def _ask_history(
    questions: Questions, asked: History, number: int, customer: Customer, at: datetime
) -> None:
    figure = {
        HistoryOf.COUNT: "count(*)",
        HistoryOf.SUM: "coalesce(sum(o.amount), 0)",
        HistoryOf.DAYS_SINCE_LAST: "max(o.placed_at)",
    }[asked.of]
    where = ""
    values: dict[str, Any] = {}
    if asked.days is not None:
        first = localtime.to_local(at, customer.zone).date() - timedelta(days=asked.days)
        where += f" AND o.placed_at >= %(since{number})s"
        values[f"since{number}"] = localtime.to_instant(first, time(0), customer.zone)
    if asked.of is HistoryOf.SUM:
        where += f" AND o.currency = %(currency{number})s"
        values[f"currency{number}"] = asked.currency
    questions.add(_name(asked), f"SELECT to_jsonb({figure}) {_ORDERS}{where}", **values)


def _ask_segment(questions: Questions, segment: Segment, customer: Customer, at: datetime) -> None:
    """Whether the customer is in it; its parameters get names of their own."""
    sql = compiled(segment.rules, at=at, few=True)
    joins, where = sql.joins, sql.where
    values = {}
    for name in sorted(sql.params, key=len, reverse=True):
        mine = f"of{segment.pk}_{name}"
        joins, where = (text.replace(f"%({name})s", f"%({mine})s") for text in (joins, where))
        values[mine] = sql.params[name]
    questions.add(
        f"segment:{segment.public_id}",
        "SELECT to_jsonb(EXISTS (SELECT 1 FROM customers_customer c"
        f" {joins} WHERE c.id = %(history_customer)s AND {where}))",
        **values,
    )


def _may_know_birthday(customer: Customer, at: datetime) -> bool:
    if DataCategory.PROFILE not in gated_categories():
        return True
    permitted = permitted_categories([customer.pk], at=at)
    return DataCategory.PROFILE in permitted.get(customer.pk, set())


def _name(asked: History) -> str:
    return f"history:{asked.of}:{asked.days}:{asked.currency}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Implements `rewards.conditions.facts.Facts` over what was looked up."""

    candidate: Candidate
    customer_row: Customer | None
    known: Known
    values: Mapping[MetadataOf, Mapping[str, Any]]
    at: datetime
    zone: str
    currency: str
    cart: CartState | None
    after: CartState | None
    has_customer: bool
    channel: str

    @property
    def is_holder(self) -> bool | None:
        holder = self.candidate.voucher.holder
        if holder is None:
            return None
        return self.customer_row is not None and holder.customer_id == self.customer_row.pk

    def metadata(self, of: MetadataOf) -> Mapping[str, Any]:
        return self.values.get(of, {})

    def customer(self, fact: CustomerFact) -> str | int | bool | None:
        customer = self.customer_row
        if customer is None:
            # Somebody who is new to us has not ordered before; all else is not known.
            return True if fact is CustomerFact.IS_NEW else None
        match fact:
            case CustomerFact.COUNTRY:
                return customer.country or None
            case CustomerFact.LANGUAGE:
                return customer.language or None
            case CustomerFact.AGE:
                age: int | None = self.known.more.get("age")
                return age
            case CustomerFact.IS_NEW:
                return bool(self.known.more.get("is_new"))

    def segments(self, among: frozenset[str]) -> frozenset[str]:
        return frozenset(one for one in among if self.known.more.get(f"segment:{one}"))

    def history(self, asked: History) -> int | None:
        found = self.known.more.get(_name(asked))
        if asked.of is not HistoryOf.DAYS_SINCE_LAST:
            return int(found or 0)
        if found is None or self.customer_row is None:
            return None
        last = localtime.to_local(datetime.fromisoformat(found), self.customer_row.zone).date()
        return (localtime.to_local(self.at, self.customer_row.zone).date() - last).days

    def uses(self, asked: Uses) -> int:
        raise LookupError(f"{asked.by} is limited by the offer itself, not by a condition")

    def spent(self, asked: Spent) -> int:
        raise LookupError(f"{asked.of} is limited by the offer's budget, not by a condition")
