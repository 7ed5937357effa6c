"""Interests: kept in line with what is stored, and declared or corrected by the customer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput, Refused
from config.shared.text import fold
from customers import interest_rules as rules
from customers.errors import UnknownCustomer
from customers.interest_rules import Topic
from customers.models import (
    Customer,
    DataCategory,
    Interest,
    InterestKind,
    InterestOrigin,
    ProductCategory,
)

from .interest_derivation import Catalogue, derive, looks_sensitive
from .locking import lock_customers

BATCH: Final = 1_000  # customers
LONGEST_NAME: Final = 120


class SensitiveTopic(Refused):
    """Health, weight, pregnancy, religion, politics: not kept as an interest by anybody."""

    key = "sensitive_topic"
    message = _("This category is marked sensitive: no interest in it is kept.")


@dataclass(frozen=True, slots=True)
class AskedInterest:
    """What a customer says about a topic; `likes` None forgets it, so that it is derived again."""

    kind: str
    topic: str
    likes: bool | None


# --- derived --------------------------------------------------------------------------------------
def refresh(
    *, customer_ids: Iterable[int], at: datetime, catalogue: Catalogue | None = None
) -> int:
    """Derive the interests of these customers again; returns how many rows changed.

    Locks the customers, so it takes turns with whoever writes their orders, and what was derived
    last was derived from the latest. `catalogue` spares reading it again.
    """
    ids = sorted(set(customer_ids))
    if not ids:
        return 0
    with transaction.atomic():
        lock_customers(ids)
        return derive(ids, catalogue=catalogue or Catalogue.read(), at=at)


def rebuild(
    *,
    at: datetime,
    progress: Callable[[int, int], None] = lambda last, done: None,
    after: int = 0,
    batch: int = BATCH,
) -> int:
    """Derive everybody's interests again, in batches by ascending id; returns the customers done.

    `progress` is called after each batch is committed, with the last id of it and the number done:
    killed anywhere, it goes on with `after` that id. A batch locks its customers for its duration.
    """
    catalogue = Catalogue.read()
    done = 0
    while True:
        found = Customer.objects.filter(pk__gt=after).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:batch])
        if not ids:
            return done
        refresh(customer_ids=ids, at=at, catalogue=catalogue)
        after, done = ids[-1], done + len(ids)
        progress(after, done)


_FORGET: Final = """
DELETE FROM customers_interest s
USING shared_project g
WHERE s.customer_id > %(after)s AND s.customer_id <= %(until)s
  AND s.origin <> 'declared' AND s.data_category = ANY(g.gated_categories)
  AND NOT EXISTS (
      SELECT FROM customers_consentstate c
      WHERE c.customer_id = s.customer_id AND c.data_category = s.data_category AND c.allowed
        AND (c.valid_until IS NULL OR c.valid_until > %(at)s)
  )
"""


def forget_unpermitted(*, at: datetime, batch: int = 50_000) -> int:
    """Delete derived rows whose permission ran out or whose kind of data now needs one; how many.

    A withdrawal is followed within seconds; this is for what no fact tells of. Nobody sees such
    rows meanwhile.
    """
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    deleted = 0
    with connection.cursor() as cursor:
        for after in range(0, last, batch):
            cursor.execute(_FORGET, {"after": after, "until": after + batch, "at": at})
            deleted += cursor.rowcount
    return deleted


# --- declared -------------------------------------------------------------------------------------
def declare_interests(
    *, customer: Customer, asked: Sequence[AskedInterest], actor: Actor, at: datetime
) -> bool:
    """Keep what the customer says about these topics, all or nothing; whether anything changed.

    What is told wins over what is derived, for likes and dislikes alike, and does not fade. Told
    again it changes nothing. Locks the customer. Raises BadInput, SensitiveTopic, UnknownCustomer.
    """
    topics = [_checked(one) for one in asked]
    if not topics:
        return False
    with transaction.atomic():
        lock_customers([customer.pk])
        if not Customer.objects.filter(pk=customer.pk).exists():
            raise UnknownCustomer
        rows = list(Interest.objects.filter(customer=customer))
        names = _names_of(
            topics, asked, {Topic(row.kind, row.topic_key): row.topic for row in rows}
        )
        stored = {
            Topic(row.kind, row.topic_key): row
            for row in rows
            if row.origin == InterestOrigin.DECLARED
        }
        told = {topic: one.likes for topic, one in zip(topics, asked, strict=True)}
        changed = False
        for topic, likes in told.items():
            row = stored.get(topic)
            if likes is None:
                changed |= row is not None and bool(row.delete()[0])
            elif row is None or row.is_liked != likes:
                _declare(row or _new(customer, topic), likes, names[topic], at)
                changed = True
        if changed:
            audit.record(actor=actor, action="customer.changed", of=customer, fields=["interests"])
            facts.record(
                kind="customer.changed",
                subject_id=customer.pk,
                at=at,
                data={"fields": ["interests"]},
            )
        return changed


def _new(customer: Customer, topic: Topic) -> Interest:
    return Interest(
        customer=customer,
        kind=topic.kind,
        topic_key=topic.key,
        origin=InterestOrigin.DECLARED,
        data_category=DataCategory.PROFILE,
        strength=rules.DECLARED_POINTS,
    )


def _declare(row: Interest, likes: bool, name: str, at: datetime) -> None:
    row.topic, row.is_liked, row.as_of, row.updated_at = name, likes, at, at
    row.save()


def _checked(asked: AskedInterest) -> Topic:
    """The topic that is meant; raises BadInput."""
    if asked.kind not in InterestKind.values:
        raise BadInput(
            _("“%(value)s” is no kind of interest.") % {"value": asked.kind},
            details=_("kind: use one of: %(names)s.") % {"names": ", ".join(InterestKind.values)},
        )
    topic = Topic(asked.kind, fold(asked.topic))
    if not topic.key or max(len(topic.key), len(asked.topic)) > LONGEST_NAME:
        raise BadInput(
            _("An interest names a category or brand of 1 to %(most)s characters.")
            % {"most": LONGEST_NAME}
        )
    return topic


def _names_of(
    topics: Sequence[Topic], asked: Sequence[AskedInterest], derived: Mapping[Topic, str]
) -> dict[Topic, str]:
    """What to call these topics: as the shop does, else as told; raises SensitiveTopic."""
    keys = {topic.key for topic in topics}
    categories = ProductCategory.objects.filter(key__in=keys)
    known = dict(derived)
    decided = {}
    for key, name, is_sensitive in categories.values_list("key", "name", "is_sensitive"):
        known[Topic(InterestKind.CATEGORY.value, key)] = name
        decided[key] = is_sensitive
    names = {}
    for topic, one in zip(topics, asked, strict=True):
        # Forgetting is always possible.
        if one.likes is not None and looks_sensitive(topic.key, one.topic, decided):
            raise SensitiveTopic(details=_("Leave “%(topic)s” out.") % {"topic": one.topic})
        names[topic] = known.get(topic) or " ".join(one.topic.split())
    return names
