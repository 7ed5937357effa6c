"""Kept memberships go by scores of one moment, made anew hourly, and follow those that changed."""

from datetime import timedelta

import pytest

from config.shared import clock
from config.shared.actors import SYSTEM
from customers.services.erasure import erase_customer
from segments.models import KeptSegment, RfmMoment, RfmScore
from segments.selectors import member_ids
from segments.services import building, keeping, scoring
from segments.services.segments import save_segment
from tests.factories import NOON, IdentityFactory, OrderFactory, OrderLineFactory

from .world import IN_TURKEY, history, inside, kept, truth

pytestmark = pytest.mark.django_db

FREQUENT = {"op": "and", "rules": [{"field": "rfm.frequency", "cmp": "gte", "value": 4}]}
NEVER = {"op": "and", "rules": [{"field": "rfm.segment", "cmp": "empty"}]}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


@pytest.fixture
def buyers():
    """Five who bought once, twice, ... five times; each of them one of the five scores."""
    found = [IdentityFactory(external_id=str(number)) for number in range(1, 6)]
    for number, identity in enumerate(found, start=1):
        for days in range(number):
            bought(identity, NOON - timedelta(days=days + 10 * number))
    return found


def bought(identity, at, times=1):
    for _time in range(times):
        order = OrderFactory(identity=identity, placed_at=at)
        OrderLineFactory(order=order, quantity=1, unit_amount=500, amount=500)


def stored():
    """The scores by customer."""
    rows = RfmScore.objects.exclude(recency=None).values_list(
        "customer_id", "recency", "frequency", "monetary"
    )
    return {pk: tuple(scores) for pk, *scores in rows}


def live(at):
    """The same scores as rules find them."""
    found = {}
    for name in ("recency", "frequency", "monetary"):
        for score in range(1, 6):
            for pk in member_ids({"field": f"rfm.{name}", "cmp": "eq", "value": score}, at=at):
                found.setdefault(pk, []).append(score)
    return {pk: tuple(scores) for pk, scores in found.items()}


def tick(frozen, at):
    """What beat wakes."""
    frozen.set(at)
    made = scoring.refresh(at=at)
    scoring.look_at_changed()
    return made


def test_what_is_stored_is_what_is_computed_at_that_moment(buyers, at_noon):
    kept(FREQUENT)
    assert len(stored()) == 5
    assert stored() == live(NOON)
    assert RfmMoment.objects.get().at == NOON

    bought(buyers[0], NOON, times=9)
    assert stored() != live(NOON + HOUR)
    assert tick(at_noon, NOON + HOUR)

    assert stored() == live(NOON + HOUR)
    assert RfmMoment.objects.get().at == NOON + HOUR


def test_the_first_build_finds_members_by_the_scores_and_nobody_enters(buyers):
    of = kept(FREQUENT)

    assert inside(of) == [one.customer_id for one in buyers[3:]] == truth(of, NOON)
    assert history(of) == []
    assert not RfmScore.objects.filter(pending=True).exists()


def test_within_the_hour_nothing_moves_and_then_whose_score_changed_is_looked_at(buyers, at_noon):
    of = kept(FREQUENT)
    bought(buyers[0], NOON, times=9)
    soon = NOON + HOUR - timedelta(seconds=1)

    assert not tick(at_noon, soon)
    assert inside(of) == [one.customer_id for one in buyers[3:]]

    later = NOON + HOUR
    assert tick(at_noon, later)

    assert inside(of) == [buyers[0].customer_id, buyers[4].customer_id] == truth(of, later)
    assert history(of) == [
        (buyers[0].customer_id, True, "scores", later),
        (buyers[3].customer_id, False, "scores", later),
    ]


def test_only_whose_score_changed_is_looked_at(buyers, at_noon, monkeypatch):
    kept(FREQUENT)
    kept(IN_TURKEY, "another")
    bought(buyers[0], NOON - timedelta(days=10))  # two orders now, as the second has
    looked = []
    look_again = scoring.look_again

    def noticed(looks, *, segment_ids, **more):
        looked.append((sorted(looks), sorted(segment_ids)))
        return look_again(looks, segment_ids=segment_ids, **more)

    monkeypatch.setattr(scoring, "look_again", noticed)
    before = stored()
    tick(at_noon, NOON + HOUR)

    changed = sorted(pk for pk, scores in stored().items() if before.get(pk) != scores)
    asking = list(KeptSegment.objects.filter(segment__name="segment").values_list("pk", flat=True))
    assert 0 < len(changed) < 5
    assert looked == [(changed, asking)]


def test_who_is_no_buyer_any_more_has_no_scores(buyers, at_noon):
    of = kept(NEVER)
    assert inside(of) == []

    buyers[2].orders.all().delete()
    tick(at_noon, NOON + HOUR)

    assert inside(of) == [buyers[2].customer_id] == truth(of, NOON + HOUR)
    assert buyers[2].customer_id not in set(RfmScore.objects.values_list("pk", flat=True))


def test_the_sweep_goes_on_where_a_worker_was_killed_after_the_refresh(buyers, at_noon):
    of = kept(FREQUENT)
    bought(buyers[0], NOON, times=9)
    later = NOON + HOUR
    at_noon.set(later)
    scoring.refresh(at=later)
    assert history(of) == []

    tick(at_noon, later + timedelta(minutes=1))

    assert inside(of) == truth(of, later)
    assert {moment for *_rest, moment in history(of)} == {later}


def test_scores_are_kept_only_while_a_kept_segment_asks_for_them(buyers, at_noon):
    assert not tick(at_noon, NOON)
    assert not RfmMoment.objects.exists()

    of = kept(FREQUENT)
    assert RfmScore.objects.count() == 5
    keeping.stop_keeping(segment=of, actor=SYSTEM)
    keeping.review()
    tick(at_noon, NOON + HOUR)

    assert not RfmScore.objects.exists()
    assert not RfmMoment.objects.exists()


def test_a_segment_named_by_another_asks_as_well(buyers, at_noon):
    inner = kept(IN_TURKEY, "inner")
    member = {"field": "segment.member", "cmp": "in", "value": [inner.public_id]}
    outer = kept({"op": "and", "rules": [member]}, "outer")
    save_segment(segment=inner, name="inner", rules=FREQUENT, actor=SYSTEM)
    building.build()

    assert inside(outer) == inside(inner) == truth(inner, NOON)
    bought(buyers[0], NOON, times=9)
    tick(at_noon, NOON + HOUR)
    assert inside(outer) == inside(inner) == truth(inner, NOON + HOUR)


def test_a_clock_that_was_ahead_does_not_stop_the_scores(buyers, at_noon):
    kept(FREQUENT)
    RfmMoment.objects.update(at=NOON + timedelta(days=300))

    assert tick(at_noon, NOON + timedelta(minutes=1))


def test_an_erased_buyer_has_no_scores(buyers, at_noon):
    kept(FREQUENT)
    customer = buyers[0].customer
    erase_customer(customer=customer, actor=SYSTEM, reason="requested_by_customer", at=NOON)

    assert buyers[0].customer_id not in stored()
