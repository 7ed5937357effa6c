"""Receiving what customers gave back, as documents of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from config.shared import facts
from config.shared.actors import Actor
from config.shared.errors import VesileError
from config.shared.models import Project
from customers.asked import AskedCustomer, AskedLine, Outcome, Status
from customers.errors import OrderOfAnother
from customers.models import Identity, Return, ReturnLine
from customers.models.customer import DEFAULT_SOURCE

from .people import People, overtaken_where_taken
from .products import resolve_products
from .return_matching import match_returns


@dataclass(frozen=True, slots=True)
class AskedReturn:
    """What came back; `source_id` is the number of the document, amounts are positive."""

    customer: AskedCustomer
    source_id: str
    order_source_id: str
    currency: str
    reason: str
    lines: Sequence[AskedLine]
    returned_at: datetime


def receive_returns(
    *, asked: Sequence[AskedReturn], actor: Actor, at: datetime, source: str = DEFAULT_SOURCE
) -> list[Outcome]:
    """Make or change each of these returns and match them to what was bought.

    A rejected one does not keep the others out; the same again changes nothing. Locks the
    customers. Raises Overtaken when somebody makes one of the same at this moment: begin again.
    """
    if not asked:
        return []
    with transaction.atomic(savepoint=False):
        people = People(actor=actor, at=at, project=Project.objects.get())
        people.find(one.customer for one in asked)
        stored = _stored(asked, source)
        outcomes: list[Outcome | None] = [None] * len(asked)
        meant: dict[int, Identity] = {}
        for place, one in enumerate(asked):
            known = stored.get(one.source_id)
            try:
                identity, _status = people.meet(one.customer)
                owner = known and known.identity
                if owner and owner.customer_id != identity.customer_id:
                    raise OrderOfAnother
                meant[place] = identity
            except VesileError as error:
                outcomes[place] = Outcome.rejected(error)
        facts.record_all(people.write())
        touched: set[int] = set()
        products = resolve_products((line.product for one in asked for line in one.lines), at=at)
        for place, identity in meant.items():
            one = asked[place]
            status = _write(one, stored.get(one.source_id), identity, products, source, at)
            outcomes[place] = Outcome(status, one.source_id)
            if status != Status.DUPLICATE:
                touched.add(identity.customer_id)
        if touched:
            match_returns(customers=sorted(touched))
        return [outcome for outcome in outcomes if outcome is not None]


def _stored(asked: Sequence[AskedReturn], source: str) -> dict[str, Return]:
    rows = Return.objects.filter(source=source, source_id__in=[one.source_id for one in asked])
    return {one.source_id: one for one in rows.select_related("identity").prefetch_related("lines")}


def _write(
    asked: AskedReturn,
    stored: Return | None,
    identity: Identity,
    products: dict[str, int],
    source: str,
    at: datetime,
) -> Status:
    lines = [
        ReturnLine(
            line_key=str(number),
            kind=line.kind,
            product_id=products.get(line.product),
            name=line.name or line.product or line.kind.value,
            quantity=line.quantity,
            unit_amount=line.unit_amount,
            amount=line.amount,
        )
        for number, line in enumerate(asked.lines, start=1)
    ]
    told: dict[str, Any] = {
        "currency": asked.currency,
        "amount": sum(line.amount for line in lines),
        "reason": asked.reason,
        "order_source_id": asked.order_source_id,
        "returned_at": asked.returned_at,
    }
    if stored is None:
        with overtaken_where_taken("customers_return_source_id"):
            stored = Return.objects.create(
                identity=identity,
                source=source,
                source_id=asked.source_id,
                received_at=at,
                **told,
            )
        status = Status.CREATED
    else:
        same = {name: getattr(stored, name) for name in told} == told
        if same and _positions(stored.lines.all()) == _positions(lines):
            return Status.DUPLICATE
        Return.objects.filter(pk=stored.pk).update(**told)
        stored.lines.all().delete()
        status = Status.UPDATED
    for line in lines:
        line.document = stored
    ReturnLine.objects.bulk_create(lines)
    return status


def _positions(lines: Any) -> list[tuple[Any, ...]]:
    return sorted(
        (line.line_key, line.product_id, line.name, line.quantity, line.unit_amount, line.amount)
        for line in lines
    )
