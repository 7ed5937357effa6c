"""How many a rule describes, whom withheld data hides, and how many each channel can reach."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection

from config.shared.actors import Actor
from customers.models import Channel, Customer, DataCategory
from customers.services.suppression import suppress
from segments import limits, reach, sampling
from segments.models import RfmMoment, RfmScore
from segments.reach import Basis, Kept, reach_of
from tests.factories import (
    NOON,
    ConsentStateFactory,
    CustomerFactory,
    EventFactory,
    IdentityFactory,
)

pytestmark = pytest.mark.django_db

EVERYONE = {"everyone": True}
IRISH = {"field": "profile.country", "cmp": "is", "value": "IE"}
VIEWED = {"field": "event.product_viewed", "cmp": "gte", "value": 1}
SEARCHED = {"field": "event.searched", "cmp": "gte", "value": 1}


def both(*rules: dict, **more: object) -> dict:
    return {"op": "and", "rules": list(rules), **more}


def either(*rules: dict) -> dict:
    return {"op": "or", "rules": list(rules)}


def writable(customer: Customer, channel: str = "email", **more: object) -> Customer:
    ConsentStateFactory(customer=customer, channel=channel, **more)
    return customer


def allow(customer: Customer, kind: DataCategory) -> None:
    ConsentStateFactory(customer=customer, channel="", data_category=kind)


def by_mail(found: reach.Reach) -> reach.ChannelReach:
    return next(one for one in found.channels if one.channel == Channel.EMAIL)


def hidden(rules: dict) -> dict[DataCategory, int]:
    return {one.kind: one.count for one in reach_of(rules, at=NOON).withheld}


def saw_a_product(customer: Customer) -> Customer:
    EventFactory(identity=IdentityFactory(customer=customer), name="product_viewed")
    return customer


# --- channels ---
def test_each_step_takes_away_its_own_and_what_is_left_can_be_reached():
    writable(CustomerFactory(email="yes@example.com"))
    writable(CustomerFactory(email=""))
    writable(CustomerFactory(email="gone@example.com"))
    writable(CustomerFactory(), valid_until=NOON - timedelta(days=1))
    writable(CustomerFactory(), allowed=False)
    CustomerFactory()
    CustomerFactory(restriction="restricted")
    suppress(
        channel="email",
        addresses=["Gone@Example.com"],
        reason="bounced",
        actor=Actor("system", ""),
        at=NOON,
    )
    found = reach_of(EVERYONE, at=NOON)
    assert (found.size, found.basis, found.exact) == (6, Basis.COUNTED, True)
    mail = by_mail(found)
    assert (mail.no_consent, mail.no_address, mail.suppressed, mail.reachable) == (3, 1, 1, 1)
    assert mail.listed_exactly


def test_a_consent_to_e_mail_is_none_to_text_messages():
    writable(CustomerFactory(phone="+353861234567"), channel="email")
    writable(CustomerFactory(phone="+353861234568"), channel="sms")
    found = {one.channel: one for one in reach_of(EVERYONE, at=NOON).channels}
    assert (found[Channel.SMS].no_consent, found[Channel.SMS].reachable) == (1, 1)


def test_of_many_addresses_some_are_looked_up_and_the_rest_is_in_proportion():
    listed = [f"c{n}@example.com" for n in range(0, 60, 2)]
    for n in range(60):
        writable(CustomerFactory(email=f"c{n}@example.com"))
    actor = Actor("system", "")
    suppress(channel="email", addresses=listed, reason="bounced", actor=actor, at=NOON)
    with patch.object(reach, "_LOOKED_UP", 30):
        mail = by_mail(reach_of(EVERYONE, at=NOON))
    assert not mail.listed_exactly
    assert 10 <= mail.suppressed <= 50
    assert mail.suppressed + mail.reachable == 60


def test_examples_are_the_newest_of_those_described():
    CustomerFactory.create_batch(25, country="IE")
    CustomerFactory(country="TR")
    newest = Customer.objects.filter(country="IE").order_by("-pk").values_list("pk", flat=True)
    assert list(reach_of(both(IRISH), at=NOON).examples) == list(newest[:20])


# --- consents that hide ---
@pytest.fixture
def people() -> dict[str, Customer]:
    found = {
        "willing": saw_a_product(CustomerFactory(country="IE")),
        "silent": saw_a_product(CustomerFactory(country="IE")),
        "silent abroad": CustomerFactory(country="TR"),
        "willing but idle": CustomerFactory(country="IE"),
    }
    allow(found["willing"], DataCategory.BROWSE_HISTORY)
    allow(found["willing but idle"], DataCategory.BROWSE_HISTORY)
    return found


def test_who_lets_us_look_is_never_hidden(people):
    assert hidden(both(VIEWED)) == {DataCategory.BROWSE_HISTORY: 2}
    assert hidden(both(VIEWED, negated(VIEWED))) == {DataCategory.BROWSE_HISTORY: 2}


def negated(rule: dict) -> dict:
    return both(rule, **{"not": True})


def test_what_else_is_known_of_somebody_may_settle_it(people):
    assert hidden(both(IRISH, VIEWED)) == {DataCategory.BROWSE_HISTORY: 1}
    assert hidden(either(IRISH, VIEWED)) == {DataCategory.BROWSE_HISTORY: 1}
    assert hidden(both(either(IRISH, VIEWED), **{"not": True})) == {DataCategory.BROWSE_HISTORY: 1}


def test_the_number_tells_nothing_about_what_is_withheld(people):
    """Who viewed products and who did not count alike, so asking narrowly reveals nothing."""
    before = hidden(both(VIEWED))
    saw_a_product(people["silent abroad"])
    assert hidden(both(VIEWED)) == before
    assert hidden(both({**VIEWED, "cmp": "eq", "value": 0})) == before


def test_whoever_withholds_two_needed_kinds_is_hidden_by_neither_alone(people):
    allow(people["silent"], DataCategory.SEARCH_HISTORY)
    by = DataCategory
    EventFactory(
        identity=IdentityFactory(customer=people["silent"]),
        name="searched",
        data_category=by.SEARCH_HISTORY,
    )
    assert hidden(both(VIEWED, SEARCHED)) == {by.BROWSE_HISTORY: 1, by.SEARCH_HISTORY: 1}
    assert hidden(either(VIEWED, SEARCHED)) == {by.BROWSE_HISTORY: 1, by.SEARCH_HISTORY: 2}


def test_restricted_people_are_not_counted_as_hidden(people):
    Customer.objects.filter(pk=people["silent"].pk).update(restriction="restricted")
    assert hidden(both(VIEWED)) == {DataCategory.BROWSE_HISTORY: 1}


def test_a_rule_on_what_needs_no_permission_hides_nobody(people):
    assert reach_of(both(IRISH), at=NOON).withheld == []


# --- in time, or about ---
@pytest.fixture
def slow():
    """Whole questions are never answered in time; those about a sample are."""

    def found(tree, at, gated, sample=None):
        if sample is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(20)")
        return whole(tree, at, gated, sample)

    whole = reach._found
    with patch.object(reach, "_found", found), patch.object(reach, "SECONDS", 0.5):
        yield


def test_what_takes_too_long_is_estimated_from_some(slow):
    CustomerFactory.create_batch(10, country="IE")
    CustomerFactory.create_batch(10, country="TR")
    found = reach_of(both(IRISH), at=NOON, seconds=0.5)
    assert (found.size, found.basis, found.exact) == (10, Basis.SAMPLE, False)
    assert found.drawn == 20
    assert len(found.examples) == 10


def test_where_counting_may_take_long_some_are_asked_first():
    """So there is always something to tell; what surely takes too long is not begun."""
    CustomerFactory.create_batch(3, country="IE")
    whole, asked = reach._found, []

    def found(tree, at, gated, sample=None):
        asked.append(len(sample.ids) if sample else "all")
        return whole(tree, at, gated, sample)

    with patch.object(reach, "_found", found):
        assert reach_of(both(IRISH), at=NOON).exact
        assert asked == ["all"]
        asked.clear()
        with patch.object(reach, "_QUICK", -1):
            assert reach_of(both(IRISH), at=NOON).exact
            assert asked == [3, "all"]
            asked.clear()
            with patch.object(reach, "_HOPELESS", -1):
                assert reach_of(both(IRISH), at=NOON).basis == Basis.SAMPLE
            assert asked == [3, 3]


def test_a_sample_goes_by_kept_scores_and_says_of_when_they_are(slow):
    """Scoring everybody takes as long for a sample as for all."""
    champions, others = CustomerFactory.create_batch(3), CustomerFactory.create_batch(2)
    scored_at = NOON - timedelta(minutes=40)
    RfmMoment.objects.create(at=scored_at)
    for customer in [*champions, *others]:
        score = 5 if customer in champions else 1
        RfmScore.objects.create(
            customer_id=customer.pk, recency=score, frequency=score, monetary=1, pending=False
        )
    rule = {"field": "rfm.segment", "cmp": "is", "value": "champions"}

    found = reach_of(both(rule), at=NOON, seconds=0.5)

    assert (found.size, found.basis, found.as_of) == (3, Basis.SAMPLE, scored_at)
    assert reach_of(both(IRISH), at=NOON, seconds=0.5).as_of is None


def test_where_not_even_that_is_quick_the_kept_size_is_told_or_none():
    CustomerFactory()
    with patch.object(reach, "_found", side_effect=limits.TookTooLong):
        kept = reach_of(EVERYONE, at=NOON, kept=Kept(7, NOON))
        nothing = reach_of(EVERYONE, at=NOON)
    assert (kept.size, kept.basis, kept.as_of) == (7, Basis.KEPT, NOON)
    assert (nothing.size, nothing.basis) == (None, Basis.UNKNOWN)


def test_a_limit_ends_with_its_questions():
    with (
        pytest.raises(limits.TookTooLong),
        limits.Allowance(0.1).limited(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(20)")
    with limits.Allowance(5).limited():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "0"


# --- drawing ---
def test_a_sample_stands_for_all_ids():
    first = CustomerFactory()
    CustomerFactory.create_batch(9)
    Customer.objects.filter(pk=first.pk + 3).delete()
    sample = sampling.draw(5)
    assert len(sample.ids) == 5
    assert sample.each == 2
    assert sampling.draw(5).ids == sample.ids
    assert sample.of_all(3) == 6


def test_an_estimate_is_rounded_to_what_it_can_tell():
    sample = sampling.Sample(list(range(4_000)), 250)
    assert sample.of_all(1_234) == 310_000
    assert sample.margin(1_234) == 14_000
    assert sample.of_all(0) == 0
    assert sample.margin(0) == 750
