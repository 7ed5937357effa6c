"""What the gate, the template variables and the channels see of a delivery."""

from dataclasses import dataclass
from datetime import datetime

from config.shared.models import Brand
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that a worker holds, or a preview of one (`preview`, with `delivery_id` 0).

    `language` is that of the words: the customer's, or the one the template has instead.
    `due_at` is when it was to leave; a preview has no such moment.
    """

    delivery_id: int
    customer: Customer
    identity_id: int
    channel: str
    brand: Brand
    template_id: int
    source_kind: str = ""
    source_id: int = 0
    occurrence_key: str = ""
    step: int = 1
    voucher_id: int | None = None
    language: str = ""
    due_at: datetime | None = None
    preview: bool = False
