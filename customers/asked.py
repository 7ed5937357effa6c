"""What a shop tells us, as plain values: checked for type and range, but not against the rows.

Amounts are integers in minor units, moments are aware and in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from config.shared.errors import VesileError
from customers.models import DataCategory
from customers.models.customer import DEFAULT_SOURCE
from customers.models.order import LineKind


@dataclass(frozen=True, slots=True)
class AskedCustomer:
    """A customer by a source's own id (`source_id`) or by ours, and what is told of the profile.

    `source` is the shop, or a device, a till, ... that knows the customer by an id of its own.
    """

    source_id: str = ""
    public_id: str = ""
    source: str = DEFAULT_SOURCE
    profile: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedEvent:
    """Something that happened; `source_id` is the shop's id of it, `product` a code of the shop."""

    customer: AskedCustomer
    name: str
    data_category: DataCategory
    occurred_at: datetime
    source_id: str = ""
    product: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A position of an order; `product` is the code of what is bought, empty for a charge."""

    kind: LineKind
    product: str
    name: str
    quantity: int
    unit_amount: int
    amount: int


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """What is told of an order; None and the empty text stand for what is not told.

    `amount` is the price of goods and charges before the discount.
    """

    customer: AskedCustomer | None = None
    source_id: str = ""
    public_id: str = ""
    status: str = ""
    currency: str = ""
    amount: int | None = None
    discount_amount: int | None = None
    lines: Sequence[AskedLine] | None = None
    metadata: Mapping[str, Any] | None = None
    cancel_reason: str | None = None
    is_gift: bool | None = None
    gift_reason: str | None = None
    placed_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedReturn:
    """What is told of a return: its order by the shop's number or our id, or whose it is.

    `lines` have positive quantities and amounts; None for a sum given back without goods.
    """

    source_id: str
    order_source_id: str = ""
    order_public_id: str = ""
    customer: AskedCustomer | None = None
    currency: str = ""
    amount: int | None = None
    lines: Sequence[AskedLine] | None = None
    reason: str = ""
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedProduct:
    """A product by the shop's own code or our id, and what is told of it."""

    source_id: str = ""
    public_id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedSku:
    """A variant by the shop's own code or our id, and what is told of it."""

    source_id: str = ""
    public_id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedConsent:
    """One thing that happened to a customer's consent; `text` is what the person read.

    With `double_opt_in` a grant counts only once the person used the link we send them.
    """

    customer: AskedCustomer
    purpose: str
    action: str
    basis: str
    source: str
    captured_at: datetime
    channel: str = ""
    data_category: str = ""
    source_id: str = ""
    text: str = ""
    locale: str = ""
    jurisdiction: str = ""
    valid_until: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    double_opt_in: bool = False


class Status(StrEnum):
    """What became of an item of a batch."""

    CREATED = "created"
    UPDATED = "updated"
    DUPLICATE = "duplicate"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing told: its public id, or why it was rejected."""

    status: Status
    id: str = ""
    error: VesileError | None = None

    @classmethod
    def rejected(cls, error: VesileError) -> "Outcome":
        return cls(Status.REJECTED, error=error)
