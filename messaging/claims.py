"""What the gate, the template variables and the channels see of a delivery."""

from dataclasses import dataclass

from config.shared.models import Brand
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that a worker holds, or a preview of one (`preview`, with `delivery_id` 0).

    `language` is that of the words: the customer's, or the one the template has instead.
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
    preview: bool = False
