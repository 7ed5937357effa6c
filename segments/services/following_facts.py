"""Membership follows the facts: whoever is written about is looked at again.

Few customers at a moment are looked at in the transaction that moves the cursor, so that killed
anywhere nothing is skipped and nothing is told twice. Where many are concerned at once (an import,
a product that changed), they are noted down and taken by whichever worker is free, so that a single
order is not kept waiting for a file.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from config.shared import dispatch, facts
from config.shared.facts import ReadFact
from customers.models import ProductCategory
from segments import touches
from segments.kept_rules import conditions_of, tree_of
from segments.models import Because, KeptSegment, PendingEvaluation
from segments.touches import Rebuilding, Touch

from .keeping import build_anew
from .reevaluating import AT_ONCE, Look, look_again

READER: Final = "segments.membership"
CATCH_UP: Final = "segments.look_at_many"
PRODUCT_CHANGED: Final = "product.changed"
CATEGORY_DECIDED: Final = "category.decided"
OF_PRODUCTS: Final = frozenset({PRODUCT_CHANGED, CATEGORY_DECIDED})
_FACTS: Final = 1_000
_MANY: Final = 50  # customers; more at one moment are no single write


def follow() -> int:
    """Look again at whoever something happened to since the last time; returns how many customers.

    The cursor moves also where nothing is kept, so that a keeping begins with what comes.
    """
    done = 0
    while facts.behind(READER):
        kinds = touches.kinds() | OF_PRODUCTS | set(touches.rebuilding())
        with facts.following(READER, kinds=kinds, limit=_FACTS) as found:
            if KeptSegment.objects.exists():
                done += _follow(found)
    return done


def _follow(found: Sequence[ReadFact]) -> int:
    about_products = [fact for fact in found if fact.kind in OF_PRODUCTS]
    if about_products:
        _note_who_met(about_products)
    for kind in {fact.kind for fact in found} & touches.rebuilding().keys():
        _build_of(touches.rebuilding()[kind])
    single: list[ReadFact] = []
    for told in _at_once(found).values():
        if len({_customer_of(fact) for fact in told}) > _MANY:
            _note((_customer_of(fact), fact.at) for fact in told)
        else:
            single += told
    looks = _looks(single)
    ids = sorted(looks)
    for start in range(0, len(ids), AT_ONCE):
        look_again({pk: looks[pk] for pk in ids[start : start + AT_ONCE]})
    return len(ids)


def _build_of(rebuilding: Rebuilding) -> None:
    asking = [
        kept.pk
        for kept in KeptSegment.objects.select_related("segment").order_by("pk")
        if rebuilding.fields & {one.field for one in conditions_of(tree_of(kept.segment))}
    ]
    build_anew(asking, because=rebuilding.because)


def _at_once(found: Iterable[ReadFact]) -> dict[tuple[str, datetime], list[ReadFact]]:
    """Facts about customers that one write told of together; nobody follows one about nobody."""
    together: dict[tuple[str, datetime], list[ReadFact]] = defaultdict(list)
    of_one = touches.kinds()
    for fact in found:
        if fact.kind in of_one and fact.data.get("customer", fact.subject_id) is not None:
            together[fact.kind, fact.at].append(fact)
    return together


def _looks(found: Iterable[ReadFact]) -> dict[int, Look]:
    """What happened to each customer: from the first moment to the last, by all that was told."""
    looks: dict[int, Look] = {}
    for fact in found:
        customer_id = _customer_of(fact)
        touch = touches.touch_of(fact.kind, fact.data)
        known = looks.get(customer_id) or Look(fact.at, Touch())
        looks[customer_id] = Look(
            min(fact.at, known.at),
            touch | (known.touch or Touch()),
            known.told | {max(fact.at, known.at)},
        )
    return looks


def _customer_of(fact: ReadFact) -> int:
    return int(fact.data.get("customer", fact.subject_id))


# --- Many at once ---------------------------------------------------------------------------------
_NOTE = """
INSERT INTO segments_pendingevaluation AS p (customer_id, at)
SELECT customer_id, min(at) FROM unnest(%s::bigint[], %s::timestamptz[]) AS t (customer_id, at)
GROUP BY customer_id ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET at = LEAST(p.at, excluded.at)
"""


def _note(concerned: Iterable[tuple[int, datetime]]) -> None:
    """Have these customers looked at by whoever is free."""
    told = list(concerned)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [[pk for pk, _at in told], [at for _pk, at in told]])
    dispatch.after_commit(CATCH_UP)


_NOTE_WHO_MET = """
WITH product AS MATERIALIZED (
    SELECT id FROM customers_product WHERE id = ANY(%(products)s)
    UNION SELECT id FROM customers_product
          WHERE categories && %(names)s::varchar[] OR category = ANY(%(names)s)
), met AS (
    SELECT i.customer_id
    FROM product p
    JOIN customers_orderline l ON l.product_id = p.id
    JOIN customers_order o ON o.id = l.order_id
    JOIN customers_identity i ON i.id = o.identity_id
    UNION
    SELECT i.customer_id
    FROM product p
    JOIN customers_event e ON e.product_id = p.id
    JOIN customers_identity i ON i.id = e.identity_id
)
INSERT INTO segments_pendingevaluation AS p (customer_id, at)
SELECT customer_id, %(at)s FROM met ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET at = LEAST(p.at, excluded.at)
"""


def _note_who_met(found: Sequence[ReadFact]) -> None:
    """Have everybody looked at who bought or viewed these products, or ones of these categories."""
    categories = ProductCategory.objects.filter(
        pk__in=[fact.subject_id for fact in found if fact.kind == CATEGORY_DECIDED]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_WHO_MET,
            {
                "products": [fact.subject_id for fact in found if fact.kind == PRODUCT_CHANGED],
                "names": list(categories.values_list("name", flat=True)),
                "at": max(fact.at for fact in found),
            },
        )
    dispatch.after_commit(CATCH_UP)


def look_at_many() -> int:
    """Look at those noted down, some in each transaction; returns how many.

    Several workers may: each takes rows that nobody else is at.
    """
    done = 0
    while count := _look_at_some():
        done += count
    return done


def _look_at_some() -> int:
    with transaction.atomic():
        taken = list(
            PendingEvaluation.objects.select_for_update(skip_locked=True).order_by(
                "at", "customer_id"
            )[:AT_ONCE]
        )
        look_again({one.customer_id: Look(one.at) for one in taken}, because=Because.WRITE)
        PendingEvaluation.objects.filter(pk__in=[one.pk for one in taken]).delete()
        return len(taken)
