"""A small shop whose segments are kept, and how to ask whether what is kept is true."""

from config.shared import facts
from config.shared.actors import SYSTEM
from segments.models import KeptSegment, Membership, MembershipChange, Segment
from segments.selectors import member_ids
from segments.services import building
from segments.services.keeping import keep_segment
from tests.factories import NOON, OrderFactory

IN_TURKEY = {"op": "and", "rules": [{"field": "profile.country", "cmp": "is", "value": "TR"}]}


def segment(rules, name="segment"):
    return Segment.objects.create(name=name, rules=rules, created_at=NOON, updated_at=NOON)


def kept(rules, name="segment"):
    """A segment that is kept and built."""
    made = segment(rules, name)
    keep_segment(segment=made, actor=SYSTEM)
    building.build()
    return made


def inside(of):
    """Who is in, as it is kept."""
    rows = Membership.objects.filter(segment=of, inside=True)
    return sorted(rows.values_list("customer", flat=True))


def truth(of, at):
    """Who is in, asked of the live tables."""
    return member_ids(Segment.objects.get(pk=of.pk).rules, at=at)


def history(of, customer=None):
    rows = MembershipChange.objects.filter(segment=of).order_by("pk")
    if customer is not None:
        rows = rows.filter(customer=customer)
    return [(row.customer_id, row.entered, row.because, row.at) for row in rows]


def buy(identity, at, *, told_at=None, **fields):
    """An order, told of as the services do."""
    order = OrderFactory(identity=identity, placed_at=at, **fields)
    facts.record(
        kind="order.placed",
        subject_id=order.pk,
        at=told_at or at,
        data={"customer": identity.customer_id},
    )
    return order


def state(of):
    return KeptSegment.objects.get(segment=of)
