"""Orders and returns of a file, some at a time, through the services that everybody else uses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from config.shared.actors import Actor
from config.shared.errors import VesileError
from config.shared.idempotency import Overtaken
from customers.asked import (
    AskedCustomer,
    AskedLine,
    AskedOrder,
    AskedProduct,
    AskedReturn,
    Outcome,
    Status,
)
from customers.errors import UnknownCustomer
from customers.importing import order_problems as wrong
from customers.importing.order_documents import Document, Rejected
from customers.importing.order_rows import Item
from customers.importing.problems import Problem
from customers.models import Customer, Identity, Product
from customers.models.customer import DEFAULT_SOURCE
from customers.models.order import LineKind

from .orders import receive_orders
from .products import receive_products
from .returns import receive_returns

_ATTEMPTS: Final = 5


@dataclass(slots=True)
class Received:
    """What became of the documents of a batch, and the people (by number or address) they are of.

    `new_people` are those whom nobody knew before.
    """

    people: set[str] = field(default_factory=set)
    new_people: set[str] = field(default_factory=set)
    created: list[Document] = field(default_factory=list)
    changed: list[Document] = field(default_factory=list)
    unchanged: list[Document] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    _blamed: set[tuple[int, str]] = field(default_factory=set)

    def note(self, document: Document, outcome: Outcome) -> None:
        if outcome.error is not None:
            said = str(outcome.error.details or outcome.error.message)
            self.reject(document, Problem(wrong.REFUSED, remedy=said))
        elif outcome.status == Status.CREATED:
            self.created.append(document)
        elif outcome.status == Status.UPDATED:
            self.changed.append(document)
        else:
            self.unchanged.append(document)

    def reject(self, document: Document, problem: Problem) -> None:
        """Reject its rows; a row that tells of an order and of its return is blamed once."""
        for row in document.rows:
            if (row.number, problem.code) not in self._blamed:
                self._blamed.add((row.number, problem.code))
                self.rejected.append((row, problem))


def receive_documents(
    *, documents: Sequence[Document], actor: Actor, at: datetime, make_customers: bool
) -> Received:
    """Write these orders and returns; the same again changes nothing.

    Each order number is one order however often it comes. Customers are found by their number in
    the shop, else by their e-mail address; those nobody knows are made where `make_customers` says
    so. Locks the customers. In the caller's transaction, if there is one.
    """
    for _attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _receive(documents, actor, at, make_customers)
        except Overtaken:
            continue
    raise Overtaken


def _receive(
    documents: Sequence[Document], actor: Actor, at: datetime, make_customers: bool
) -> Received:
    received = Received()
    owners = _Owners(documents, make_customers)
    orders: list[tuple[Document, AskedOrder]] = []
    returns: list[tuple[Document, AskedReturn]] = []
    for document in documents:
        owner = owners.of(document)
        if isinstance(owner, str):
            received.reject(document, Problem(owner))
            continue
        name = document.customer or document.email
        received.people.add(name)
        if owners.is_new(owner):
            received.new_people.add(name)
        if document.is_return:
            returns.append((document, _asked_return(document, owner)))
        else:
            orders.append((document, _asked_order(document, owner)))
    outcomes = receive_orders(asked=[asked for _document, asked in orders], actor=actor, at=at)
    outcomes += receive_returns(asked=[asked for _document, asked in returns], actor=actor, at=at)
    told: list[tuple[Document, AskedOrder | AskedReturn]] = [*orders, *returns]
    for (document, asked), outcome in zip(told, outcomes, strict=True):
        if isinstance(outcome.error, UnknownCustomer) and asked.customer:
            # The file names nobody by our id: we found the customer, and a merge came before the
            # lock.
            raise Overtaken
        received.note(document, outcome)
    _describe_products(documents, at)
    return received


class _Owners:
    """Whose the documents are, by the shop's number or the e-mail address; read once."""

    def __init__(self, documents: Iterable[Document], make: bool) -> None:
        self._make = make
        self._by_email: dict[str, list[str]] = defaultdict(list)
        emails = {one.email for one in documents if one.email and not one.customer}
        found = Customer.objects.filter(email__in=emails).order_by("id")
        for email, public_id in found.values_list("email", "public_id"):
            self._by_email[email].append(public_id)
        numbers = {one.customer or one.email[:120] for one in documents}
        known = Identity.objects.filter(source=DEFAULT_SOURCE, external_id__in=numbers)
        self._known = set(known.values_list("external_id", flat=True))

    def is_new(self, owner: AskedCustomer) -> bool:
        return not owner.public_id and owner.source_id not in self._known

    def of(self, document: Document) -> AskedCustomer | str:
        """The customer, or the code of the problem."""
        if not document.customer:
            known = self._by_email.get(document.email, [])
            if len(known) > 1:
                return wrong.SHARED_EMAIL
            if known:
                return AskedCustomer(public_id=known[0])
        # The address stands in for a number that the shop's file does not tell.
        number = document.customer or document.email[:120]
        if number in self._known:
            return AskedCustomer(source_id=number)
        if not self._make:
            return wrong.UNKNOWN_CUSTOMER
        profile: dict[str, Any] = dict(document.profile)
        if document.email:
            profile["email"] = document.email
        return AskedCustomer(source_id=number, profile=profile)


def _asked_order(document: Document, owner: AskedCustomer) -> AskedOrder:
    items = document.items
    discount = document.discount
    if items is not None:
        of_items = sum(item.discount for item in items)
        discount = of_items + (discount or 0) if discount is not None or of_items else None
    lines = None if items is None else _lines(document, items, discount or 0)
    amount = None
    if items is None and document.total is not None:
        amount = document.total + (discount or 0)
    return AskedOrder(
        customer=owner,
        source_id=document.number,
        # What a file of orders lists was bought, unless it says otherwise.
        status=document.status or "PAID",
        currency=document.currency,
        amount=amount,
        discount_amount=discount,
        lines=lines,
        cancel_reason=document.cancel_reason,
        is_gift=document.is_gift,
        gift_reason=document.gift_reason,
        placed_at=document.placed_at,
        changed_at=document.changed_at,
    )


def _asked_return(document: Document, owner: AskedCustomer) -> AskedReturn:
    return AskedReturn(
        customer=owner,
        source_id=document.number,
        order_source_id=document.order_number,
        currency=document.currency,
        reason=document.reason,
        amount=None if document.items else abs(document.total or 0),
        lines=_goods(document.items) if document.items else None,
        returned_at=document.placed_at,
    )


def _goods(items: Iterable[Item]) -> list[AskedLine]:
    return [
        AskedLine(
            LineKind.PRODUCT, item.code, item.name, item.quantity, item.unit_amount, item.amount
        )
        for item in items
    ]


def _lines(document: Document, items: Sequence[Item], discount: int) -> list[AskedLine]:
    """The goods, the shipping, and what else the order's total says was paid, such as taxes."""
    lines = _goods(items)
    if document.shipping:
        lines.append(_charge(LineKind.SHIPPING, document.shipping))
    if document.total is not None:
        rest = document.total + discount - sum(line.amount for line in lines)
        if rest:
            lines.append(_charge(LineKind.ADJUSTMENT, rest))
    return lines


def _charge(kind: LineKind, amount: int) -> AskedLine:
    return AskedLine(kind, "", "", 1, amount, amount)


def _describe_products(documents: Iterable[Document], at: datetime) -> None:
    """Tell products what the file says of them, where nothing is known yet.

    The shop's own feed of products knows better than an old order.
    """
    told: dict[str, Item] = {}
    for document in documents:
        for item in document.items or ():
            if item.name or item.category or item.brand:
                told.setdefault(item.code, item)
    asked = []
    for product in Product.objects.filter(source_id__in=list(told)):
        item = told[product.source_id]
        fields = {
            name: value
            for name in ("name", "category", "brand")
            if (value := getattr(item, name)) and not getattr(product, name)
        }
        if fields:
            asked.append(AskedProduct(source_id=product.source_id, fields=fields))
    if asked:
        outcomes = receive_products(asked=asked, at=at)
        _raise_first(outcomes)


def _raise_first(outcomes: Iterable[Outcome]) -> None:
    """A description that cannot be kept would be a mistake of ours: the reader cut it."""
    error: VesileError | None = next((one.error for one in outcomes if one.error), None)
    if error is not None:
        raise error
