"""What customers like: who is believed, what may be looked at, what they say themselves."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Project
from customers import interest_rules as rules
from customers.errors import UnknownCustomer
from customers.interests import interest_condition, interests_of, interests_of_many
from customers.models import Customer, Interest, InterestOrigin
from customers.services.interests import (
    AskedInterest,
    SensitiveTopic,
    declare_interests,
    refresh,
)
from tests.factories import NOON, IdentityFactory

from .interest_world import BROWSE, PURCHASE, SEARCH, allow, buy, category, product

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return IdentityFactory().customer


def tell(customer, topic, likes, kind="category", at=NOON):
    return declare_interests(
        customer=customer, asked=[AskedInterest(kind, topic, likes)], actor=SYSTEM, at=at
    )


def known(customer, points, *, topic="Tea", data=PURCHASE, as_of=NOON, kind="category"):
    return Interest.objects.create(
        customer=customer,
        kind=kind,
        topic=topic,
        topic_key=topic.lower(),
        origin="observed" if data == PURCHASE else "inferred",
        data_category=data,
        strength=points,
        as_of=as_of,
        evidence={"bought": {"times": 1, "last": as_of.isoformat()}},
        updated_at=NOON,
    )


def liked(customer, *, at=NOON):
    return {
        one.topic: (one.origin, round(one.level, 3)) for one in interests_of(customer, at=at).likes
    }


# --- who is believed ------------------------------------------------------------------------------
def test_what_was_told_beats_what_was_bought_beats_what_was_viewed(ann):
    allow(ann, BROWSE)
    known(ann, 9.0, data=BROWSE)
    assert liked(ann) == {"Tea": ("inferred", 0.9)}
    known(ann, 1.0)
    assert liked(ann) == {"Tea": ("observed", 0.5)}
    tell(ann, "Tea", True)
    assert liked(ann) == {"Tea": ("declared", 1.0)}


def test_views_and_searches_add_up(ann):
    allow(ann, BROWSE, SEARCH)
    known(ann, 1.0, data=BROWSE)
    known(ann, 2.0, data=SEARCH)
    [tea] = interests_of(ann, at=NOON).known
    assert (tea.level, tea.categories) == (0.75, (BROWSE, SEARCH))


def test_a_purchase_that_faded_says_nothing_any_more_so_views_do(ann):
    allow(ann, BROWSE)
    known(ann, 1.0, as_of=NOON - timedelta(days=390))
    known(ann, 3.0, data=BROWSE)
    assert liked(ann) == {"Tea": ("inferred", 0.75)}
    assert liked(ann, at=NOON + 10 * rules.HALF_LIFE) == {}


def test_a_told_dislike_silences_the_topic(ann):
    known(ann, 5.0)
    tell(ann, "tea", False)
    assert liked(ann) == {}
    [tea] = interests_of(ann, at=NOON).known
    assert (tea.topic, tea.is_liked, tea.origin) == ("Tea", False, InterestOrigin.DECLARED)


def test_a_told_interest_does_not_fade_and_is_forgotten_on_request(ann):
    known(ann, 1.0)
    tell(ann, "Tea", True)
    assert liked(ann, at=NOON + timedelta(days=3650)) == {"Tea": ("declared", 1.0)}
    tell(ann, "Tea", None)
    assert liked(ann) == {"Tea": ("observed", 0.5)}


# --- within consent -------------------------------------------------------------------------------
def test_rows_that_are_still_there_are_not_shown_once_permission_is_gone(ann):
    allow(ann, BROWSE, SEARCH, valid_until=NOON + timedelta(days=1))
    known(ann, 1.0, data=BROWSE)
    known(ann, 1.0, topic="Cups")
    assert set(liked(ann)) == {"Tea", "Cups"}
    assert interests_of(ann, at=NOON).hidden == []
    later = NOON + timedelta(days=1)
    assert set(liked(ann, at=later)) == {"Cups"}
    assert interests_of(ann, at=later).hidden == [BROWSE, SEARCH]


def test_a_dislike_is_respected_even_where_the_profile_needs_permission(ann):
    known(ann, 1.0)
    tell(ann, "Tea", False)
    tell(ann, "Cups", True)
    Project.objects.update(gated_categories=["PROFILE"])
    assert liked(ann) == {}
    assert meets(ann, "tea", 0.1) is False


def test_what_became_sensitive_is_not_shown(ann):
    known(ann, 1.0)
    tell(ann, "Tea", True)
    category("Tea", sensitive=True)
    assert interests_of(ann, at=NOON).known == []
    assert meets(ann, "tea", 0.1) is False


def test_many_customers_cost_as_much_as_one(ann, django_assert_num_queries):
    others = [IdentityFactory().customer for _ in range(5)]
    for customer in [ann, *others]:
        known(customer, 1.0)
    with django_assert_num_queries(4):
        found = interests_of_many([customer.pk for customer in [ann, *others]], at=NOON)
    assert {len(one.likes) for one in found.values()} == {1}


# --- the same rule for whole tables ---------------------------------------------------------------
def meets(customer, key, level, *, at=NOON, kind="category"):
    values = []

    def bound(value):
        values.append(value)
        return f"%(v{len(values) - 1})s"

    where = interest_condition(kind=kind, key=key, level=level, at=at, bound=bound)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {where} FROM customers_customer c WHERE c.id = %(who)s",
            {"who": customer.pk, **{f"v{n}": value for n, value in enumerate(values)}},
        )
        return bool(cursor.fetchone()[0])


class _Undone(Exception):
    pass


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.dictionaries(
        st.sampled_from([PURCHASE, BROWSE, SEARCH]),
        st.tuples(st.floats(0.01, 20), st.integers(-1, 800)),
    ),
    told=st.sampled_from([None, True, False]),
    allowed=st.sets(st.sampled_from([BROWSE, SEARCH])),
    level=st.sampled_from([0.0, 0.04, 0.3, 0.5, 0.9]),
    days=st.integers(0, 400),
)
def test_the_condition_finds_whom_the_list_shows(db, rows, told, allowed, level, days):
    try:
        with transaction.atomic():
            ann = IdentityFactory().customer
            allow(ann, *allowed)
            for data, (points, age) in rows.items():
                known(ann, points, data=data, as_of=NOON - timedelta(days=age))
            if told is not None:
                tell(ann, "Tea", told)
            at = NOON + timedelta(days=days)
            shown = next((one.level for one in interests_of(ann, at=at).likes), None)
            assert meets(ann, "tea", level, at=at) == (shown is not None and shown >= level)
            raise _Undone
    except _Undone:
        pass


# --- told -----------------------------------------------------------------------------------------
def test_telling_again_changes_nothing(ann):
    assert tell(ann, "Tea", True) is True
    assert tell(ann, "TEA", True, at=NOON + timedelta(days=1)) is False
    assert Interest.objects.get().as_of == NOON
    assert tell(ann, "Tea", False) is True
    assert tell(ann, "Coffee", None) is False
    entries = AuditEntry.objects.filter(object_id=str(ann.pk))
    assert [(e.action, e.fields) for e in entries] == [("customer.changed", ["interests"])] * 2


def test_a_topic_is_called_as_the_shop_calls_it(ann):
    category("Çay")
    tell(ann, "cay", True)
    tell(ann, "  My   own ", True)
    assert set(liked(ann)) == {"Çay", "My own"}


def test_a_sensitive_category_cannot_be_told_but_be_forgotten(ann):
    with pytest.raises(SensitiveTopic):
        tell(ann, "Diabetes", True)  # nobody said so, but it looks like it
    health = category("Health", sensitive=False)
    tell(ann, "Health", True)
    health.is_sensitive = True
    health.save()
    with pytest.raises(SensitiveTopic, match="HEALTH"):
        tell(ann, "HEALTH", True)
    tell(ann, "health", None)
    assert not Interest.objects.exists()


@pytest.mark.parametrize(
    ("kind", "topic", "words"),
    [
        ("colour", "Red", "kind of interest"),
        ("brand", "  ", "1 to 120"),
        ("brand", "x" * 121, "1 to 120"),
        ("brand", "\u200b", "1 to 120"),
    ],
)
def test_what_cannot_be_an_interest_changes_nothing(ann, kind, topic, words):
    with pytest.raises(BadInput, match=words):
        declare_interests(
            customer=ann,
            asked=[AskedInterest("brand", "Lipton", True), AskedInterest(kind, topic, True)],
            actor=SYSTEM,
            at=NOON,
        )
    assert not Interest.objects.exists()


def test_somebody_who_is_gone_says_nothing(ann):
    gone = Customer(pk=ann.pk + 999)
    with pytest.raises(UnknownCustomer):
        tell(gone, "Tea", True)


def test_deriving_leaves_alone_what_was_told(ann):
    tell(ann, "Tea", False)
    buy(ann.identities.get(), product("Tea"))
    refresh(customer_ids=[ann.pk], at=NOON)
    assert liked(ann) == {}
    assert Interest.objects.filter(topic_key="tea").count() == 2
