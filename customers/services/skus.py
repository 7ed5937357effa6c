"""Variants of products, as the shop tells of them, and goods that the shop no longer has."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput, Conflict, NotFound
from customers.asked import AskedSku, Outcome, Status
from customers.models import Event, OrderLine, Product, ReturnLine, Sku

from .people import overtaken_where_taken
from .profile import merged_metadata


class SkuOfAnother(Conflict):
    """The variant exists, of another product."""

    key = "duplicate_found"
    message = _("This variant belongs to another product.")

    def __init__(self, product: Product) -> None:
        super().__init__(
            details=_("Change it there, or delete it there first."),
            resource_id=product.public_id,
            resource_type="product",
        )


class ProductInUse(Conflict):
    """What was bought, returned or looked at refers to the product."""

    message = _("Orders, returns or events refer to this product, so it stays.")

    def __init__(self, product: Product) -> None:
        super().__init__(
            details=_("Take it out of the offers that give it away instead."),
            resource_id=product.public_id,
            resource_type="product",
        )


def receive_sku(*, product: Product, asked: AskedSku, at: datetime) -> Outcome:
    """Make or change a variant of this product.

    What is not told stays. `metadata` is merged: a key with null is removed. Locks the variant.
    Raises BadInput without any id, NotFound for an id that we never gave, SkuOfAnother, and
    Overtaken when somebody made it at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        stored = Sku.objects.select_for_update(of=("self",), no_key=True).select_related("product")
        named = (
            {"public_id": asked.public_id} if asked.public_id else {"source_id": asked.source_id}
        )
        known = stored.filter(**named).first()
        if known is None:
            return _made(product, asked, at)
        if known.product_id != product.pk:
            raise SkuOfAnother(known.product)
        if not _tell(known, asked, at):
            return Outcome(Status.DUPLICATE, known.public_id)
        known.save()
        return Outcome(Status.UPDATED, known.public_id)


def _made(product: Product, asked: AskedSku, at: datetime) -> Outcome:
    if asked.public_id:
        raise no_such_sku(asked.public_id)
    if not asked.source_id:
        raise BadInput(
            _("The variant has no id."),
            details=_("Send source_id, the shop's own code of the variant."),
        )
    made = Sku(product=product, source_id=asked.source_id, created_at=at)
    _tell(made, asked, at)
    made.updated_at = None
    with overtaken_where_taken("customers_sku_source_id_key"):
        made.save(force_insert=True)
    return Outcome(Status.CREATED, made.public_id)


def _tell(sku: Sku, asked: AskedSku, at: datetime) -> bool:
    """Put what is told on the variant; whether anything is different now."""
    fields: dict[str, Any] = dict(asked.fields)
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(sku.metadata, fields["metadata"])
    changed = {name for name, value in fields.items() if getattr(sku, name) != value}
    for name in changed:
        setattr(sku, name, fields[name])
    if changed:
        sku.updated_at = at
    return bool(changed)


def no_such_sku(wanted: str) -> NotFound:
    return NotFound(
        _("There is no variant with this id."),
        details=_("Send the shop's own code as source_id; then the variant is created."),
        resource_id=wanted,
        resource_type="sku",
    )


def delete_sku(*, sku: Sku, actor: Actor) -> None:
    """The shop no longer has it. Asking twice changes nothing."""
    with transaction.atomic():
        locked = Sku.objects.select_for_update().filter(pk=sku.pk).first()
        if locked is not None:
            audit.record(actor=actor, action="sku.deleted", of=locked)
            locked.delete()


def delete_product(*, product: Product, actor: Actor) -> None:
    """Delete a product that nobody bought, returned or looked at, with its variants.

    Asking twice changes nothing. Locks it, so that nobody refers to it meanwhile. Raises
    ProductInUse for any other.
    """
    with transaction.atomic():
        locked = Product.objects.select_for_update().filter(pk=product.pk).first()
        if locked is None:
            return
        referring: tuple[type[Model], ...] = (OrderLine, ReturnLine, Event)
        if any(kind._default_manager.filter(product=locked).exists() for kind in referring):
            raise ProductInUse(locked)
        audit.record(actor=actor, action="product.deleted", of=locked)
        locked.delete()
