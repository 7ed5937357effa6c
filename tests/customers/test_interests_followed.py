"""Interests keep up with what happens, whoever writes at the same time and whatever is killed."""

import threading

import pytest
from django.db import connection, transaction

from config.shared import facts
from config.shared.actors import SYSTEM
from config.shared.models import Project
from customers.asked import AskedProduct
from customers.models import Interest
from customers.services import interest_derivation, interest_following, interests
from customers.services.categories import decide_sensitivity
from customers.services.consent import record_consents
from customers.services.interest_following import follow
from customers.services.interests import refresh
from customers.services.locking import lock_customers
from customers.services.products import receive_products
from customers.tasks import follow_interests, forget_unpermitted_interests
from tests.factories import NOON, ConsentEventFactory, IdentityFactory
from tests.tools.waiting import until_facts_are_readable

from .interest_world import BROWSE, PURCHASE, buy, category, happen, product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann():
    return IdentityFactory()


def say(identity, action, category=BROWSE):
    record_consents(
        [
            ConsentEventFactory.build(
                identity=identity, channel="", data_category=category, action=action,
                captured_at=NOON, received_at=NOON,
            )
        ]
    )  # fmt: skip


def placed(identity, order):
    facts.record(
        kind="order.placed", subject_id=order.pk, at=NOON, data={"customer": identity.customer_id}
    )


def caught_up(at=NOON):
    """How many customers were derived again, now that every fact can be read.

    In two rounds: what changed about a product becomes facts about the customers who met it.
    """
    done = 0
    for _round in range(2):
        until_facts_are_readable()
        done += follow(at=at)
    return done


def kinds(identity):
    rows = Interest.objects.filter(customer=identity.customer_id)
    return set(rows.values_list("data_category", flat=True))


def test_orders_views_and_consents_are_followed(ann):
    tea = product("Tea")
    placed(ann, buy(ann, tea))
    assert caught_up() == 1
    assert kinds(ann) == {PURCHASE}

    say(ann, "granted")
    event = happen(ann, "product_viewed", product=tea)
    facts.record(
        kind="event.received", subject_id=event.pk, at=NOON, data={"customer": ann.customer_id}
    )
    assert caught_up() == 1
    assert kinds(ann) == {PURCHASE, BROWSE}

    say(ann, "withdrawn")
    until_facts_are_readable()
    follow_interests()
    assert kinds(ann) == {PURCHASE}
    assert caught_up() == 0


def test_killed_in_the_middle_it_begins_again(ann, monkeypatch):
    placed(ann, buy(ann, product("Tea")))

    class Killed(BaseException):
        pass

    def dies(*args, **kwargs):
        interest_derivation.derive(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(interests, "derive", dies)
        with pytest.raises(Killed):
            caught_up()
    assert not Interest.objects.exists()
    assert caught_up() == 1
    assert kinds(ann) == {PURCHASE}


def test_more_facts_than_one_batch_holds(monkeypatch):
    monkeypatch.setattr(interest_following, "BATCH", 3)
    tea = product("Tea")
    people = [IdentityFactory() for _ in range(8)]
    for one in people:
        placed(one, buy(one, tea))
    caught_up()
    assert Interest.objects.count() == 8


def test_the_daily_sweep_forgets_what_needs_a_permission_since(ann):
    buy(ann, product("Tea"))
    refresh(customer_ids=[ann.customer_id], at=NOON)
    Project.objects.update(gated_categories=[PURCHASE])
    forget_unpermitted_interests()
    assert not Interest.objects.exists()


def test_facts_about_customers_who_are_gone_are_passed(ann):
    facts.record(kind="customer.changed", subject_id=ann.customer_id + 99, at=NOON)
    assert caught_up() == 1


def test_products_that_are_told_of_after_they_were_bought(ann):
    unknown = product()
    placed(ann, buy(ann, unknown))
    caught_up()
    assert kinds(ann) == set()
    told = AskedProduct(unknown.source_id, "", {"category": "Tea", "brand": "Twinings"})
    receive_products(asked=[told], at=NOON)
    assert caught_up() == 1
    topics = Interest.objects.order_by("topic").values_list("topic", flat=True)
    assert list(topics) == ["Tea", "Twinings"]
    # Another price changes nobody's taste.
    receive_products(asked=[AskedProduct(unknown.source_id, "", {"price": 5})], at=NOON)
    assert caught_up() == 0


def test_a_category_that_becomes_sensitive_takes_its_interests_and_brands_with_it(ann):
    tea = category("Tea")
    buy(ann, product("Tea", "Twinings"))
    buy(ann, product("Cups", "Denby"))
    refresh(customer_ids=[ann.customer_id], at=NOON)
    for is_sensitive, known in (
        (True, {"Cups", "Denby"}),
        (False, {"Tea", "Twinings", "Cups", "Denby"}),
    ):
        decide_sensitivity(category=tea, is_sensitive=is_sensitive, actor=SYSTEM, at=NOON)
        assert caught_up() == 1
        assert set(Interest.objects.values_list("topic", flat=True)) == known


# --- at once --------------------------------------------------------------------------------------
def until_somebody_waits():
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            # Within one transaction the view shows what it showed first.
            cursor.execute("SELECT pg_sleep(0.02), pg_stat_clear_snapshot()")
    raise TimeoutError("nobody came to wait for the lock")


def strength_after_two_at_once(ann):
    """A rebuild looks at a customer whose newest order is written and derived at this moment."""
    tea = product("Tea")
    buy(ann, tea)
    refresh(customer_ids=[ann.customer_id], at=NOON)

    def rebuild():
        interests.refresh(customer_ids=[ann.customer_id], at=NOON)
        connection.close()

    with transaction.atomic():
        lock_customers([ann.customer_id])
        buy(ann, tea)
        refresh(customer_ids=[ann.customer_id], at=NOON)
        other = threading.Thread(target=rebuild)
        other.start()
        until_somebody_waits()
    other.join()
    return Interest.objects.get(customer=ann.customer_id).strength


def test_an_older_look_never_overwrites_a_newer_one(ann):
    assert strength_after_two_at_once(ann) == 2.0


def test_without_the_lock_it_would(ann, monkeypatch):
    """The race is real: the rebuild's look from before the commit wins."""
    monkeypatch.setattr(interests, "lock_customers", lambda customer_ids: None)
    assert strength_after_two_at_once(ann) == 1.0


def test_an_order_committed_after_the_look_is_followed_later(ann):
    tea = product("Tea")
    placed(ann, buy(ann, tea))
    caught_up()
    with transaction.atomic():
        # Told within the transaction of the order, so read only when both are there.
        placed(ann, buy(ann, tea))
        assert follow_elsewhere() == 0
    assert caught_up() == 1
    assert Interest.objects.get().strength == 2.0


def follow_elsewhere():
    found = []

    def work():
        found.append(follow(at=NOON))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]
