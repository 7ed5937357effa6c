"""Receiving what customers gave back, before or after the order it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared import facts
from config.shared.actors import Actor
from config.shared.errors import BadInput, VesileError
from config.shared.idempotency import Overtaken
from config.shared.models import Fact, Project
from customers.asked import AskedCustomer, AskedLine, AskedReturn, Outcome, Status
from customers.errors import ReturnOfAnother, UnknownOrder, UnusableReturn
from customers.models import Identity, Order, Return, ReturnLine
from customers.models.customer import DEFAULT_SOURCE

from .people import People, overtaken_where_taken
from .products import resolve_products
from .return_matching import await_orders, match_returns

_CHANGING: Final = (
    "identity",
    "currency",
    "amount",
    "reason",
    "order_source_id",
    "returned_at",
)

# Lines that go give their units back to the order lines they were matched to.
_RELEASE = """
UPDATE customers_orderline l SET returned_quantity = l.returned_quantity - m.units
FROM (
    SELECT m.order_line_id, sum(m.quantity) AS units
    FROM customers_returnmatch m
    JOIN customers_returnline rl ON rl.id = m.return_line_id
    WHERE rl.document_id = ANY(%s)
    GROUP BY 1
) m
WHERE l.id = m.order_line_id
"""


def receive_returns(
    *, asked: Sequence[AskedReturn], actor: Actor, at: datetime, source: str = DEFAULT_SOURCE
) -> list[Outcome]:
    """Make or correct each of these returns; a rejected one does not keep the others out.

    Told again it is a duplicate; told again with other contents it is corrected. A return of an
    order that we do not know yet is kept and matched when the order arrives, also without a
    customer. More may be given back than was bought: the rest stays unmatched. Locks the customers.
    Raises Overtaken when somebody writes the same at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        project = Project.objects.get()
        work = _Work(asked, source, at)
        people = People(actor=actor, at=at, project=project)
        people.find(work.customers())
        work.read_again(people)
        outcomes: list[Outcome | None] = [None] * len(asked)
        meant: dict[int, Identity | None] = {}
        for place, told in enumerate(asked):
            try:
                meant[place] = work.check(told, people)
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
        return [
            outcome if outcome.error else Outcome(outcome.status, work.public_id(told))
            for told, outcome in zip(asked, outcomes, strict=True)
            if outcome is not None
        ]


@dataclass(slots=True)
class _Stored:
    """A return with its lines, as they will be."""

    document: Return
    lines: list[ReturnLine]
    is_new: bool = False
    changed: bool = False
    lines_changed: bool = False
    owner_before: int | None = None


@dataclass(slots=True)
class _Work:
    """The returns of a batch: read once, changed in memory, written once."""

    asked: Sequence[AskedReturn]
    source: str
    at: datetime
    products: dict[str, int] = field(default_factory=dict)
    _orders: dict[str, Order] = field(default_factory=dict)
    _stored: dict[str, _Stored] = field(default_factory=dict)

    def _read_orders(self) -> None:
        wanted = Order.objects.filter(
            Q(
                source=self.source,
                source_id__in={a.order_source_id for a in self.asked if a.order_source_id},
            )
            | Q(public_id__in={a.order_public_id for a in self.asked if a.order_public_id})
        ).select_related("identity__customer")
        self._orders = {}
        for order in wanted:
            self._orders[f"code {order.source_id}"] = self._orders[f"id {order.public_id}"] = order

    def _order_of(self, told: AskedReturn) -> Order | None:
        if told.order_public_id:
            return self._orders.get(f"id {told.order_public_id}")
        return self._orders.get(f"code {told.order_source_id}")

    def customers(self) -> list[AskedCustomer]:
        """Whom to lock: the owners of the orders and of the stored returns, and who is named."""
        self._read_orders()
        owners = [
            AskedCustomer(public_id=order.identity.customer.public_id)
            for order in self._orders.values()
            if order.identity is not None
        ]
        of_stored = self._rows().values_list("identity__customer__public_id", flat=True)
        owners += [AskedCustomer(public_id=name) for name in of_stored if name is not None]
        return owners + [told.customer for told in self.asked if told.customer is not None]

    def _rows(self) -> Any:
        return Return.objects.filter(
            source=self.source, source_id__in={told.source_id for told in self.asked}
        )

    def read_again(self, people: People) -> None:
        """Orders and returns as they stand now that the customers are locked; raises Overtaken."""
        if any(told.order_source_id and not self._order_of(told) for told in self.asked):
            await_orders()
        self._read_orders()
        documents = {row.pk: row for row in self._rows().select_related("identity__customer")}
        lines: dict[int, list[ReturnLine]] = {pk: [] for pk in documents}
        if documents:
            for line in ReturnLine.objects.filter(document__in=list(documents)).order_by("id"):
                lines[line.document_id].append(line)
        for pk, document in documents.items():
            owner = document.identity.customer_id if document.identity else None
            self._stored[document.source_id] = _Stored(document, lines[pk], owner_before=owner)
        for owned in [*self._orders.values(), *documents.values()]:
            if owned.identity is None:
                continue
            if people.known(AskedCustomer(public_id=owned.identity.customer.public_id)) is None:
                raise Overtaken  # it changed hands, or came, after we looked whom to lock

    def check(self, told: AskedReturn, people: People) -> Identity | None:
        """Whose return it is, None while that is not known; raises what speaks against it."""
        order = self._order_of(told)
        if order is None and told.order_public_id:
            raise UnknownOrder(told.order_public_id)
        stored = self._stored.get(told.source_id)
        owner = order.identity if order else stored.document.identity if stored else None
        if order is not None and owner is None:
            return None  # erased: money without a person
        if told.customer is None:
            if owner is None and not told.order_source_id:
                raise BadInput(
                    _("The return belongs to nobody."),
                    key="missing_customer",
                    details=_("Send the order it belongs to, or the customer."),
                )
            return owner
        named = people.meet(told.customer)[0]
        if owner is not None and named.customer_id != owner.customer_id:
            raise ReturnOfAnother
        return owner or named

    def receive(
        self, told: AskedReturn, identity: Identity | None, default_currency: str
    ) -> Outcome:
        """Make or correct one return in memory; raises UnusableReturn."""
        order = self._order_of(told)
        currency = told.currency or (order.currency if order else default_currency)
        if order is not None and currency != order.currency:
            raise UnusableReturn(
                details=_("currency: the order is in %(currency)s, so is what comes back of it.")
                % {"currency": order.currency}
            )
        stored = self._stored.get(told.source_id)
        is_new = stored is None
        if stored is None:
            document = Return(
                source=self.source,
                source_id=told.source_id,
                currency=currency,
                amount=0,
                returned_at=told.returned_at or self.at,
                received_at=self.at,
            )
            stored = self._stored[told.source_id] = _Stored(document, [], is_new=True)
        changed = self._tell(stored, told, identity, order, currency)
        if is_new:
            return Outcome(Status.CREATED)
        if not changed:
            return Outcome(Status.DUPLICATE)
        stored.changed = True
        return Outcome(Status.UPDATED)

    def _tell(
        self,
        stored: _Stored,
        told: AskedReturn,
        identity: Identity | None,
        order: Order | None,
        currency: str,
    ) -> bool:
        """Put what is told on a return; whether anything is different now."""
        document = stored.document
        lines = [self._line(document, n, line) for n, line in enumerate(told.lines or (), start=1)]
        # Of another customer now: what was matched among the former one's purchases is undone.
        moved = stored.owner_before not in (None, identity.customer_id if identity else None)
        if moved or [_content(line) for line in lines] != [_content(one) for one in stored.lines]:
            stored.lines, stored.lines_changed = lines, True
        values = {
            "identity": identity,
            "currency": currency,
            "amount": sum(line.amount for line in lines) if lines else told.amount or 0,
            "reason": told.reason or document.reason,
            "order_source_id": order.source_id
            if order
            else told.order_source_id or document.order_source_id,
            "returned_at": told.returned_at or document.returned_at,
        }
        different = {name for name, value in values.items() if getattr(document, name) != value}
        for name in different:
            setattr(document, name, values[name])
        return bool(different) or stored.lines_changed

    def _line(self, document: Return, number: int, line: AskedLine) -> ReturnLine:
        return ReturnLine(
            document=document,
            line_key=str(number),
            kind=line.kind,
            product_id=self.products.get(line.product),
            name=line.name or line.product or line.kind.value,
            quantity=line.quantity,
            unit_amount=line.unit_amount,
            amount=line.amount,
        )

    def write(self) -> list[Fact]:
        """Write all and match anew; returns the facts for the caller to record."""
        touched = [s for s in self._stored.values() if s.is_new or s.changed]
        touched.sort(key=lambda stored: stored.document.source_id)
        replaced = [s.document.pk for s in touched if s.lines_changed and not s.is_new]
        if replaced:
            with connection.cursor() as cursor:
                cursor.execute(_RELEASE, [replaced])
            ReturnLine.objects.filter(document__in=replaced).delete()
        with overtaken_where_taken("customers_return_source_id"):
            Return.objects.bulk_create([s.document for s in touched if s.is_new])
        Return.objects.bulk_create(
            [s.document for s in touched if not s.is_new],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_CHANGING,
        )
        ReturnLine.objects.bulk_create(
            [line for stored in touched if stored.lines_changed for line in stored.lines]
        )
        owners = {s.document.identity.customer_id for s in touched if s.document.identity}
        owners |= {s.owner_before for s in touched if s.owner_before is not None}
        if owners:
            match_returns(customers=sorted(owners))
        return [
            Fact(
                kind="return.received",
                subject_id=stored.document.pk,
                at=self.at,
                data={"customer": stored.document.identity.customer_id},
            )
            for stored in touched
            if stored.document.identity is not None
        ]

    def public_id(self, told: AskedReturn) -> str:
        return self._stored[told.source_id].document.public_id


def _content(line: ReturnLine) -> tuple[object, ...]:
    """What makes two told lines the same."""
    return line.kind, line.product_id, line.name, line.quantity, line.unit_amount, line.amount
