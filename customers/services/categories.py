"""Categories of products: made when a product names them, sensitive until a person decides."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.idempotency import Overtaken
from config.shared.text import fold
from customers.models import ProductCategory
from customers.sensitive import topic_of

from .purchase_rebuilds import want_rebuild

LONGEST_NAME: Final = 120

_RESOLVE = """
WITH known AS (
    SELECT key, name FROM customers_productcategory WHERE key = ANY(%(keys)s)
), added AS (
    INSERT INTO customers_productcategory (key, name, is_sensitive, created_at)
    SELECT g.key, g.name, g.is_sensitive, %(at)s
    FROM unnest(%(keys)s::text[], %(names)s::text[], %(sensitive)s::boolean[])
        AS g (key, name, is_sensitive)
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.key = g.key)
    ORDER BY g.key
    ON CONFLICT (key) DO NOTHING
    RETURNING key, name
)
SELECT key, name FROM known UNION ALL SELECT key, name FROM added
"""


def resolve_categories(names: Iterable[str], *, at: datetime) -> dict[str, str]:
    """The one way in which we write each of these names; a category is made where it is new.

    “Kitchen” and “KITCHEN” are one category, written as whoever named it first wrote it. What looks
    sensitive starts as sensitive. One statement, none without names. Raises Overtaken when somebody
    made one at this moment.
    """
    told = {name: fold(name) for name in names if fold(name)}
    if not told:
        return {}
    first = {key: name for name, key in sorted(told.items(), reverse=True)}
    keys = sorted(first)
    with connection.cursor() as cursor:
        cursor.execute(
            _RESOLVE,
            {
                "keys": keys,
                "names": [" ".join(first[key].split()) for key in keys],
                "sensitive": [topic_of(first[key]) is not None for key in keys],
                "at": at,
            },
        )
        written = dict(cursor.fetchall())
    if any(key not in written for key in keys):
        raise Overtaken
    return {name: written[key] for name, key in told.items()}


def decide_sensitivity(
    *, category: ProductCategory, is_sensitive: bool, actor: Actor, at: datetime
) -> ProductCategory:
    """Say for good whether a category is sensitive; purchases are added up anew where that changes.

    From this moment rules find nothing bought in a sensitive category; favourites, price bands and
    interests follow in the background.
    """
    with transaction.atomic():
        kept = ProductCategory.objects.select_for_update().get(pk=category.pk)
        changed = kept.is_sensitive != is_sensitive
        if not changed and kept.decided_at is not None:
            return kept
        kept.is_sensitive, kept.decided_at = is_sensitive, at
        kept.save(update_fields=["is_sensitive", "decided_at"])
        audit.record(
            actor=actor,
            action="category.sensitive" if is_sensitive else "category.harmless",
            of=kept,
            fields=["is_sensitive"] if changed else ["decided_at"],
        )
        if changed:
            want_rebuild(at=at)
            facts.record(kind="category.decided", subject_id=kept.pk, at=at)
        return kept
