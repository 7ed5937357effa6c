"""Products: told by the shop, or met in an order or event before the shop told of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared import facts
from config.shared.errors import BadInput, NotFound, VesileError
from config.shared.idempotency import Overtaken
from config.shared.ids import new_ids
from config.shared.text import fold
from customers.asked import AskedProduct, Outcome, Status
from customers.models import Product

from .categories import resolve_categories
from .people import overtaken_where_taken
from .profile import merged_metadata

_TOLD: Final = (
    "name",
    "category",
    "categories",
    "brand",
    "price",
    "image_url",
    "attributes",
    "metadata",
)

_RESOLVE = """
WITH known AS (
    SELECT id, source_id, public_id FROM customers_product
    WHERE source_id = ANY(%(codes)s) OR public_id = ANY(%(codes)s)
    UNION ALL
    SELECT product_id, source_id, public_id FROM customers_sku s
    WHERE (source_id = ANY(%(codes)s) OR public_id = ANY(%(codes)s))
        AND NOT EXISTS (SELECT FROM customers_product p WHERE p.source_id = s.source_id)
), added AS (
    INSERT INTO customers_product (public_id, source_id, name, search, created_at)
    SELECT g.public_id, g.code, '', g.search, %(at)s
    FROM unnest(%(codes)s::text[], %(public_ids)s::text[], %(searches)s::text[])
        AS g (code, public_id, search)
    WHERE NOT EXISTS (SELECT FROM known k WHERE g.code IN (k.source_id, k.public_id))
    ORDER BY g.code
    ON CONFLICT (source_id) DO NOTHING
    RETURNING id, source_id, public_id
)
SELECT id, source_id, public_id FROM known UNION ALL SELECT * FROM added
"""


def resolve_products(codes: Iterable[str], *, at: datetime) -> dict[str, int]:
    """The primary key of the product behind each code, the shop's or ours; made where it is new.

    The code of a variant stands for its product, unless it is that of a product as well. One
    statement, none without codes. Raises Overtaken when somebody made one at this moment.
    """
    wanted = sorted({code for code in codes if code})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _RESOLVE,
            {
                "codes": wanted,
                "public_ids": new_ids("prod", len(wanted)),
                "searches": [fold(code) for code in wanted],
                "at": at,
            },
        )
        rows = cursor.fetchall()
    # The shop's own code wins where one product's code is another one's id.
    found = {public_id: pk for pk, _source_id, public_id in rows}
    found |= {source_id: pk for pk, source_id, _public_id in rows}
    if any(code not in found for code in wanted):
        raise Overtaken
    return {code: found[code] for code in wanted}


def receive_products(*, asked: Sequence[AskedProduct], at: datetime) -> list[Outcome]:
    """Make or change each of these products; a rejected one does not keep the others out.

    What is not told stays. `metadata` is merged: a key with null is removed. The main category is
    one of all; categories that are new are made. Locks the products. Raises Overtaken when somebody
    made one of them at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        stored = _locked(asked)
        topics = {product.pk: _topics(product) for product in stored.values()}
        written = resolve_categories((name for told in asked for name in _named(told)), at=at)
        outcomes, new, changed = [], [], {}
        for told in asked:
            try:
                product, status = _told(told, stored, written, at)
            except VesileError as error:
                outcomes.append(Outcome.rejected(error))
                continue
            if status == Status.CREATED:
                new.append(product)
            elif status == Status.UPDATED and product.pk is not None:
                changed[product.pk] = product
            outcomes.append(Outcome(status, product.public_id))
        with overtaken_where_taken("customers_product_source_id_key"):
            Product.objects.bulk_create(sorted(new, key=lambda product: product.source_id))
        Product.objects.bulk_create(
            changed.values(),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*_TOLD, "search", "updated_at"],
        )
        moved = [pk for pk, product in changed.items() if _topics(product) != topics[pk]]
        if moved:
            facts.record_many(kind="product.changed", subject_ids=moved, at=at)
        return outcomes


def _topics(product: Product) -> tuple[str, ...]:
    """What a purchase of the product says about taste."""
    return (product.brand, product.category, *product.categories)


def _locked(asked: Sequence[AskedProduct]) -> dict[str, Product]:
    """The products that exist, by our ids and the shop's codes, locked in ascending order."""
    products = (
        Product.objects.filter(
            Q(source_id__in={told.source_id for told in asked if told.source_id})
            | Q(public_id__in={told.public_id for told in asked if told.public_id})
        )
        .order_by("id")
        .select_for_update(no_key=True)
    )
    stored: dict[str, Product] = {}
    for product in products:
        stored[f"id {product.public_id}"] = stored[f"code {product.source_id}"] = product
    return stored


def _named(told: AskedProduct) -> list[str]:
    return [told.fields.get("category", ""), *told.fields.get("categories", ())]


def _told(
    told: AskedProduct, stored: dict[str, Product], written: Mapping[str, str], at: datetime
) -> tuple[Product, Status]:
    """The product after being told of it, in memory; raises BadInput and NotFound."""
    known = stored.get(f"id {told.public_id}" if told.public_id else f"code {told.source_id}")
    if known is None and told.public_id:
        raise NotFound(
            _("There is no product with this id."),
            details=_("Send the shop's own code as source_id; then the product is created."),
            resource_id=told.public_id,
            resource_type="product",
        )
    if known is None:
        if not told.source_id:
            raise BadInput(
                _("The product has no id."),
                details=_("Send source_id, the shop's own code of the product."),
            )
        known = Product(source_id=told.source_id, created_at=at)
        _tell(known, told, written, at)
        stored[f"id {known.public_id}"] = stored[f"code {known.source_id}"] = known
        return known, Status.CREATED
    return known, Status.UPDATED if _tell(known, told, written, at) else Status.DUPLICATE


def _tell(product: Product, told: AskedProduct, written: Mapping[str, str], at: datetime) -> bool:
    """Put what is told on the product; whether anything is different now."""
    fields: dict[str, Any] = dict(told.fields)
    fields |= _categories(product, fields, written)
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(product.metadata, fields["metadata"])
    changed = {name for name, value in fields.items() if getattr(product, name) != value}
    for name in changed:
        setattr(product, name, fields[name])
    product.search = fold(f"{product.name} {product.source_id}")
    if changed:
        product.updated_at = at
    return bool(changed)


def _categories(
    product: Product, fields: Mapping[str, Any], written: Mapping[str, str]
) -> dict[str, Any]:
    """The main category and all of them, as told; the main one told alone replaces the main one."""
    if "category" not in fields and "categories" not in fields:
        return {}
    told = [written[name] for name in fields.get("categories", ()) if name in written]
    main = written.get(fields.get("category", ""), "")
    if "categories" not in fields:
        told = [name for name in product.categories if name != product.category]
    elif "category" not in fields and product.category in told:
        main = product.category
    names = list(dict.fromkeys([main, *told] if main and main not in told else told))
    return {"category": main or (names[0] if names else ""), "categories": names}
