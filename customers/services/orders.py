"""Receiving orders as the shop tells of them: made, changed, cancelled, in any order of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared import facts
from config.shared.actors import Actor
from config.shared.errors import BadInput, VesileError
from config.shared.idempotency import Overtaken
from config.shared.models import Fact, Project
from customers.asked import AskedCustomer, AskedOrder, Outcome, Status
from customers.errors import OrderOfAnother, UnknownOrder, UnusableOrder
from customers.models import Identity, Order, OrderLine
from customers.models.customer import DEFAULT_SOURCE
from customers.models.order import LineKind, OrderStatus

from . import purchases
from .order_lines import discount_line, settle_lines, sums
from .people import People, overtaken_where_taken
from .products import resolve_products
from .profile import merged_metadata
from .return_matching import await_returns, settle_returns

# Without a time of change, a message of an earlier state is an old one.
_LATER: Final = {
    OrderStatus.CREATED: 0,
    OrderStatus.PAID: 1,
    OrderStatus.FULFILLED: 2,
    OrderStatus.CANCELED: 3,
}
_CHANGING: Final = (
    "status",
    "currency",
    "amount",
    "charges_amount",
    "cancel_reason",
    "is_gift",
    "gift_reason",
    "metadata",
    "changed_at",
    "placed_at",
)


def receive_orders(
    *, asked: Sequence[AskedOrder], actor: Actor, at: datetime, source: str = DEFAULT_SOURCE
) -> list[Outcome]:
    """Make or change each of these orders; a rejected one does not keep the others out.

    What is not told stays. A message older than what is stored changes nothing and is a duplicate:
    by `changed_at` where both sides have one, else by a status that was passed already. Customers
    and products that we do not know yet are made; an order whose customer was erased is changed
    without a person, whoever it is told with. Locks the customers. Raises Overtaken when somebody
    makes one of the same at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        project = Project.objects.get()
        work = _Work(asked, source, at)
        people = People(actor=actor, at=at, project=project)
        customers = [work.customer_of(order) for order in asked]
        people.find(customer for customer in customers if customer is not None)
        work.read()
        outcomes: list[Outcome | None] = [None] * len(asked)
        meant: dict[int, Identity | None] = {}
        for place, customer in enumerate(customers):
            try:
                meant[place] = work.check(asked[place], customer, people)
            except VesileError as error:
                outcomes[place] = Outcome.rejected(error)
        made = people.write()
        work.products = resolve_products(
            (line.product for place in meant for line in asked[place].lines or ()), at=at
        )
        for place, identity in meant.items():
            try:
                outcomes[place] = work.receive(asked[place], identity, project.currency)
            except VesileError as error:
                outcomes[place] = Outcome.rejected(error)
        facts.record_all([*made, *work.write()])
        return [outcome for outcome in outcomes if outcome is not None]


@dataclass(slots=True)
class _Stored:
    """An order with its lines, as they will be."""

    order: Order
    lines: list[OrderLine]
    customer_id: int | None
    is_new: bool = False
    changed: bool = False


@dataclass(slots=True)
class _Work:
    """The orders of a batch: read once, changed in memory, written once."""

    asked: Sequence[AskedOrder]
    source: str
    at: datetime
    products: dict[str, int] = field(default_factory=dict)
    _customers: dict[str, str] = field(default_factory=dict)
    _stored: dict[str, _Stored] = field(default_factory=dict)
    _changed_lines: dict[int, OrderLine] = field(default_factory=dict)
    _gone_lines: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        rows = self._rows().values_list("source_id", "public_id", "identity__customer__public_id")
        for source_id, public_id, customer in rows:
            self._customers[f"code {source_id}"] = self._customers[f"id {public_id}"] = customer

    def _rows(self) -> Any:
        return Order.objects.filter(
            Q(source=self.source, source_id__in={o.source_id for o in self.asked if o.source_id})
            | Q(public_id__in={o.public_id for o in self.asked if o.public_id})
        )

    @staticmethod
    def _key(asked: AskedOrder) -> str:
        return f"id {asked.public_id}" if asked.public_id else f"code {asked.source_id}"

    def customer_of(self, asked: AskedOrder) -> AskedCustomer | None:
        """Whom the order says it is of, else whom a stored one, or one earlier here, is of."""
        key = self._key(asked)
        if asked.customer is None:
            known = self._customers.get(key)
            if known is not None:
                return AskedCustomer(public_id=known)
            earlier = (o.customer for o in self.asked if o.customer and self._key(o) == key)
            return next(earlier, None) if asked.source_id else None
        return asked.customer

    def read(self) -> None:
        """What is stored, now that the customers are locked."""
        orders = {order.pk: order for order in self._rows().select_related("identity")}
        lines: dict[int, list[OrderLine]] = {pk: [] for pk in orders}
        if orders:
            for line in OrderLine.objects.filter(order__in=list(orders)).order_by("id"):
                lines[line.order_id].append(line)
        for pk, order in orders.items():
            owner = order.identity and order.identity.customer_id
            self._keep(_Stored(order, lines[pk], owner))

    def _keep(self, stored: _Stored) -> None:
        order = stored.order
        self._stored[f"code {order.source_id}"] = self._stored[f"id {order.public_id}"] = stored

    def check(
        self, asked: AskedOrder, customer: AskedCustomer | None, people: People
    ) -> Identity | None:
        """Whose order it is, None for an erased person's; raises what speaks against it."""
        stored = self._stored.get(self._key(asked))
        if stored is None and asked.public_id:
            raise UnknownOrder(asked.public_id)
        if stored is not None and stored.order.identity is None:
            return None
        if customer is None:
            raise BadInput(
                _("The order has no customer."),
                key="missing_customer",
                details=_("Send the customer with id or source_id."),
            )
        if stored is not None:
            known = people.known(customer)
            owner = stored.order.identity
            if known is None and owner and owner.external_id == customer.source_id:
                raise Overtaken  # made, with this order, after we looked for the customer
            if known is None or known.customer_id != stored.customer_id:
                raise OrderOfAnother
        elif not asked.lines and asked.amount is None:
            raise UnusableOrder(details=_("A new order needs its items, or at least its amount."))
        return people.meet(customer)[0]

    def receive(
        self, asked: AskedOrder, identity: Identity | None, default_currency: str
    ) -> Outcome:
        """Make or change one order in memory; raises UnusableOrder."""
        stored = self._stored.get(self._key(asked))
        if stored is None:
            stored = self._new(asked, identity, default_currency)
            self._tell(stored, asked)
            stored.order.source_id = stored.order.source_id or stored.order.public_id
            self._keep(stored)
            return Outcome(Status.CREATED, stored.order.public_id)
        if identity is not None and stored.customer_id != identity.customer_id:
            raise OrderOfAnother
        if _is_old(asked, stored.order) or not self._tell(stored, asked):
            return Outcome(Status.DUPLICATE, stored.order.public_id)
        stored.changed = True
        return Outcome(Status.UPDATED, stored.order.public_id)

    def _new(self, asked: AskedOrder, identity: Identity | None, default_currency: str) -> _Stored:
        order = Order(
            identity=identity,
            source=self.source,
            source_id=asked.source_id,
            status=OrderStatus.CREATED,
            currency=default_currency,
            amount=asked.amount or 0,
            placed_at=self.at,
            received_at=self.at,
        )
        return _Stored(order, [], identity.customer_id if identity else None, is_new=True)

    def _tell(self, stored: _Stored, asked: AskedOrder) -> bool:
        """Put what is told on an order; whether anything is different now."""
        order = stored.order
        metadata = order.metadata
        if asked.metadata is not None:
            metadata = merged_metadata(order.metadata, asked.metadata)
        lines_changed = self._settle(stored, asked)
        goods, charges = sums(stored.lines)
        has_goods = any(line.kind != LineKind.DISCOUNT for line in stored.lines)
        if not has_goods:
            goods = order.amount if asked.amount is None else asked.amount
        told = {
            "status": asked.status or order.status,
            "currency": asked.currency or order.currency,
            "amount": goods,
            "charges_amount": charges,
            "cancel_reason": order.cancel_reason
            if asked.cancel_reason is None
            else asked.cancel_reason,
            "is_gift": order.is_gift if asked.is_gift is None else asked.is_gift,
            "gift_reason": order.gift_reason if asked.gift_reason is None else asked.gift_reason,
            "metadata": metadata,
            "changed_at": asked.changed_at or order.changed_at,
            "placed_at": asked.placed_at or order.placed_at,
        }
        different = {name for name, value in told.items() if getattr(order, name) != value}
        for name in different:
            setattr(order, name, told[name])
        return lines_changed or bool(different)

    def _settle(self, stored: _Stored, asked: AskedOrder) -> bool:
        """Bring the lines in line with items, amount and discount; raises UnusableOrder."""
        kept: set[str] = set()
        told = list(asked.lines or ())
        if asked.lines is None:
            kept = {kind.value for kind in LineKind if kind != LineKind.DISCOUNT}
            _check_amount(stored.lines, asked.amount)
        if asked.discount_amount is None:
            kept.add(LineKind.DISCOUNT)
        else:
            told += discount_line(asked.discount_amount)
        changes = settle_lines(stored.order, stored.lines, told, kept, self.products)
        self._changed_lines |= {line.pk: line for line in changes.changed if line.pk is not None}
        self._gone_lines |= {line.pk for line in changes.gone if line.pk is not None}
        return changes.any

    def write(self) -> list[Fact]:
        """Write all; returns the facts for the caller to record. Raises Overtaken."""
        mine = {id(stored): stored for stored in self._stored.values()}.values()
        new = sorted((s for s in mine if s.is_new), key=lambda s: s.order.source_id)
        changed = [stored for stored in mine if stored.changed and not stored.is_new]
        if new:
            await_returns()
        with overtaken_where_taken("customers_order_source_id"):
            Order.objects.bulk_create([stored.order for stored in new])
        Order.objects.bulk_create(
            [stored.order for stored in changed],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_CHANGING,
        )
        self._write_lines([*new, *changed])
        customers = {s.customer_id for s in [*new, *changed] if s.customer_id is not None}
        settled = settle_returns(customers=customers, new_orders=[s.order.pk for s in new])
        purchases.refresh(customers - settled)
        return [
            Fact(
                kind="order.placed" if stored.is_new else "order.changed",
                subject_id=stored.order.pk,
                at=self.at,
                data={"customer": stored.customer_id, "status": stored.order.status},
            )
            for stored in [*new, *changed]
        ]

    def _write_lines(self, touched: Sequence[_Stored]) -> None:
        if self._gone_lines:
            OrderLine.objects.filter(pk__in=self._gone_lines).delete()
        OrderLine.objects.bulk_create(
            [line for pk, line in self._changed_lines.items() if pk not in self._gone_lines],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "quantity", "unit_amount", "amount"],
        )
        added = [line for stored in touched for line in stored.lines if line.pk is None]
        OrderLine.objects.bulk_create(added)


def _is_old(asked: AskedOrder, order: Order) -> bool:
    """Whether the message speaks of a state that the order has left."""
    if asked.changed_at is not None and order.changed_at is not None:
        return asked.changed_at < order.changed_at
    if not asked.status:
        return False
    return _LATER[OrderStatus(asked.status)] < _LATER[OrderStatus(order.status)]


def _check_amount(lines: Sequence[OrderLine], amount: int | None) -> None:
    priced = [line.amount for line in lines if line.kind != LineKind.DISCOUNT]
    if amount is not None and priced and amount != sum(priced):
        raise UnusableOrder(
            details=_("amount is %(amount)d, but the items stored before sum to %(total)d.")
            % {"amount": amount, "total": sum(priced)}
        )
