"""Our objects in the published vocabulary."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from config.shared.api.handler import body_of
from config.shared.api.listing import Page
from config.shared.ids import new_id
from customers.asked import AskedConsent, AskedEvent, Outcome
from customers.models import Address, Customer, Identity, Order, OrderLine, Product, Sku
from customers.models.customer import DEFAULT_SOURCE
from customers.models.order import LineKind

from .orders import SHIPPING_PRODUCT_ID


def source_id_of(identities: Iterable[Identity]) -> str | None:
    """The shop's own id of a customer: the first that the shop gave, else the first of any."""
    ordered = sorted(identities, key=lambda identity: identity.pk)
    of_shop = [identity for identity in ordered if identity.source == DEFAULT_SOURCE]
    return next((identity.external_id for identity in of_shop or ordered), None)


def customer(found: Customer) -> dict[str, Any]:
    """A customer with its identities, addresses and adviser loaded."""
    birthdate = None
    if found.birth_year:
        birthdate = f"{found.birth_year:04d}-{found.birth_month:02d}-{found.birth_day:02d}"
    return {
        "object": "customer",
        "id": found.public_id,
        "source_id": source_id_of(found.identities.all()),
        "name": found.full_name or None,
        "first_name": found.first_name or None,
        "last_name": found.last_name or None,
        "kind": found.kind,
        "company": found.company or None,
        "gender": found.gender or None,
        "description": found.description or None,
        "email": found.email or None,
        "phone": found.phone or None,
        "birthdate": birthdate,
        "birth_month": found.birth_month,
        "birth_day": found.birth_day,
        "language": found.language or None,
        "zone": found.zone,
        "zone_source": found.zone_source,
        "zone_problem": found.zone_problem or None,
        "address": {
            "city": found.city or None,
            "state": found.region or None,
            "line_1": found.address_line_1 or None,
            "line_2": found.address_line_2 or None,
            "country": found.country or None,
            "postal_code": found.postal_code or None,
            "latitude": found.latitude,
            "longitude": found.longitude,
        },
        "addresses": [_address(address) for address in found.addresses.all()],
        "adviser": found.adviser.source_id if found.adviser else None,
        "metadata": found.metadata,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


def _address(found: Address) -> dict[str, Any]:
    return {
        "label": found.label,
        "recipient": found.recipient or None,
        "line_1": found.line_1 or None,
        "line_2": found.line_2 or None,
        "postal_code": found.postal_code or None,
        "city": found.city or None,
        "state": found.region or None,
        "country": found.country or None,
        "phone": found.phone or None,
    }


def order(found: Order) -> dict[str, Any]:
    """An order with its lines, their products and its customer's identity loaded.

    Without a customer where the person was erased.
    """
    lines = sorted(found.lines.all(), key=lambda line: line.pk)
    discount = -sum(line.amount for line in lines if line.kind == LineKind.DISCOUNT)
    owner = None
    if found.identity is not None:
        owner = {
            "object": "customer",
            "id": found.identity.customer.public_id,
            "source_id": found.identity.external_id,
        }
    return {
        "object": "order",
        "id": found.public_id,
        "source_id": found.source_id,
        "status": found.status,
        "currency": found.currency,
        "amount": found.total_amount + discount,
        "initial_amount": found.total_amount + discount,
        "discount_amount": discount,
        "total_discount_amount": discount,
        "total_amount": found.total_amount,
        "items": [_item(line) for line in lines if line.kind != LineKind.DISCOUNT],
        "customer": owner,
        "customer_id": owner and owner["id"],
        "metadata": found.metadata,
        "cancel_reason": found.cancel_reason or None,
        "is_gift": found.is_gift,
        "gift_reason": found.gift_reason or None,
        "created_at": found.placed_at,
        "updated_at": found.changed_at or found.received_at,
    }


def _item(line: OrderLine) -> dict[str, Any]:
    said = {
        "object": "order_item",
        "quantity": line.quantity,
        "price": line.unit_amount,
        "amount": line.amount,
        "subtotal_amount": line.amount,
        "returned_quantity": line.returned_quantity,
    }
    if line.product is None:
        code = SHIPPING_PRODUCT_ID if line.kind == LineKind.SHIPPING else line.kind
        return {**said, "product_id": code, "source_id": code, "product": {"name": line.name}}
    product = {
        "id": line.product.public_id,
        "source_id": line.product.source_id,
        "name": line.name,
    }
    return {
        **said,
        "related_object": "product",
        "product_id": line.product.public_id,
        "source_id": line.product.source_id,
        "product": product,
    }


def product(found: Product) -> dict[str, Any]:
    return {
        "object": "product",
        "id": found.public_id,
        "source_id": found.source_id,
        "name": found.name or None,
        "category": found.category or None,
        "categories": found.categories,
        "brand": found.brand or None,
        "price": found.price,
        "image_url": found.image_url or None,
        "attributes": found.attributes,
        "metadata": found.metadata,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


def deletion(public_id: str, *, at: datetime) -> dict[str, Any]:
    """That a customer is no more. The object's name is spelled as it was published."""
    return {
        "object": "pernament_deletion",
        "id": new_id("pd"),
        "related_object": "customer",
        "related_object_id": public_id,
        "status": "DONE",
        "created_at": at,
    }


def sku(found: Sku, *, currency: str) -> dict[str, Any]:
    """A variant with its product loaded; `currency` is the project's."""
    return {
        "object": "sku",
        "id": found.public_id,
        "source_id": found.source_id,
        "product_id": found.product.public_id,
        "sku": found.name or None,
        "price": found.price,
        "currency": currency,
        "attributes": found.attributes,
        "image_url": found.image_url or None,
        "metadata": found.metadata,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


def event(told: AskedEvent, outcome: Outcome) -> dict[str, Any]:
    """What was told, with what became of it."""
    return {
        "object": "event",
        "id": outcome.id,
        "type": told.name,
        "status": outcome.status.value,
        "customer": {
            "object": "customer",
            "id": told.customer.public_id or None,
            "source": told.customer.source,
            "source_id": told.customer.source_id or None,
        },
        "data_category": told.data_category.value,
        "occurred_at": told.occurred_at,
        "referral": None,
        "loyalty": None,
        "metadata": dict(told.properties),
    }


def consent(told: AskedConsent, outcome: Outcome) -> dict[str, Any]:
    return {
        "object": "consent",
        "id": outcome.id,
        "status": outcome.status.value,
        "purpose": told.purpose,
        "channel": told.channel or None,
        "data_category": told.data_category or None,
        "action": told.action,
        "captured_at": told.captured_at,
    }


def listed(name: str, page: Page[Any], shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One page of a list; `more` is the id to start the next one after, if there is one."""
    return {
        "object": "list",
        "data_ref": name,
        name: shown,
        "total": page.total,
        "has_more": page.more is not None,
        "more_starting_after_id": page.more,
    }


def results(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """What became of each item of a batch, in its order."""
    return {
        "results": [
            {
                "index": index,
                "status": outcome.status.value,
                "id": outcome.id or None,
                "error": None if outcome.error is None else body_of(outcome.error),
            }
            for index, outcome in enumerate(outcomes)
        ]
    }
