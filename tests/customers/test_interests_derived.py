"""What shapes an interest, and what does not: one SQL rule against what people would say."""

from datetime import timedelta

import pytest

from config.shared.models import Project
from customers.models import Interest
from customers.services.interests import forget_unpermitted, rebuild, refresh
from tests.factories import NOON, IdentityFactory

from .interest_world import (
    BROWSE,
    PURCHASE,
    SEARCH,
    ago,
    allow,
    buy,
    category,
    derived,
    happen,
    product,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return IdentityFactory()


@pytest.fixture
def tea():
    return product("Tea", "Twinings")


def test_an_order_speaks_for_its_categories_and_brands(ann):
    buy(ann, product("Tea", "Twinings", "Breakfast"), days=90)
    assert derived(ann.customer) == {
        ("Tea", PURCHASE): pytest.approx(0.5),
        ("Breakfast", PURCHASE): pytest.approx(0.5),
        ("Twinings", PURCHASE): pytest.approx(0.5),
    }


def test_an_order_counts_once_however_much_it_holds(ann, tea):
    order = buy(ann, tea, quantity=500)
    buy(ann, product("Tea", "Lipton"), order=order)
    buy(ann, tea)
    assert derived(ann.customer)["Tea", PURCHASE] == pytest.approx(2.0)
    row = Interest.objects.get(customer=ann.customer, topic="Tea")
    assert (row.kind, row.origin, row.as_of) == ("category", "observed", ago())
    assert row.evidence == {"bought": {"times": 2, "last": "2026-03-17T12:00:00+00:00"}}


def test_what_was_given_back_was_not_liked(ann, tea):
    buy(ann, tea, quantity=3, returned=2)
    assert derived(ann.customer)["Tea", PURCHASE] == pytest.approx(1.0)
    order = buy(ann, tea)
    order.lines.update(returned_quantity=1)
    assert derived(ann.customer)["Tea", PURCHASE] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "order", [{"is_gift": True}, {"status": "CANCELED"}, {"status": "CREATED"}]
)
def test_gifts_and_orders_that_do_not_stand_shape_no_taste(ann, tea, order):
    buy(ann, tea, **order)
    assert derived(ann.customer) == {}


def test_a_cancellation_afterwards_takes_it_back(ann, tea):
    order = buy(ann, tea)
    assert derived(ann.customer)
    order.status = "CANCELED"
    order.save()
    assert derived(ann.customer) == {}


def test_products_in_sensitive_categories_tell_nothing_not_even_their_brand(ann):
    category("Health", sensitive=True)
    category("Tea")
    buy(ann, product("Tea", "Clearview", "HEALTH"))
    allow(ann.customer, SEARCH, BROWSE)
    happen(ann, "searched", query="health tea")
    happen(ann, "page_viewed", category="Health", brand="Clearview")
    assert derived(ann.customer) == {}


def test_what_only_looks_sensitive_counts_as_such_until_a_person_decides(ann):
    buy(ann, product("Tea", "Pregnancy Care"))
    assert derived(ann.customer) == {}
    category("Pregnancy Care", sensitive=False)
    assert set(derived(ann.customer)) == {("Tea", PURCHASE), ("Pregnancy Care", PURCHASE)}


def test_a_search_for_a_sensitive_category_is_not_read_as_one(ann, tea):
    category("Health", sensitive=True)
    product("Health")
    allow(ann.customer, SEARCH)
    happen(ann, "searched", query="health")
    happen(ann, "searched", query="tea", hours=2)
    assert set(derived(ann.customer)) == {("Tea", SEARCH)}


def test_views_carts_and_searches_count_less_than_an_order(ann, tea):
    allow(ann.customer, BROWSE, SEARCH)
    happen(ann, "product_viewed", product=tea)
    happen(ann, "cart_updated", product=tea)
    happen(ann, "page_viewed", category="TEA")
    happen(ann, "searched", query="earl grey tea", hours=1)
    assert derived(ann.customer) == {
        # A page and a product within one hour are one view.
        ("Tea", BROWSE): pytest.approx(0.2 + 0.4, rel=1e-3),
        ("Twinings", BROWSE): pytest.approx(0.2 + 0.4, rel=1e-3),
        ("Tea", SEARCH): pytest.approx(0.3, rel=1e-3),
    }


def test_loading_a_page_again_is_not_liking_it_more(ann, tea):
    allow(ann.customer, BROWSE)
    for minutes in range(50):
        happen(ann, "product_viewed", product=tea, hours=minutes / 60)
    happen(ann, "product_viewed", product=tea, hours=5)
    rows = derived(ann.customer)
    assert rows["Tea", BROWSE] == pytest.approx(0.6, rel=1e-2)
    assert Interest.objects.get(topic="Tea").evidence["viewed"]["times"] == 3


def test_a_search_finds_turkish_names_however_typed(ann):
    product("Çay Takımları", "IŞIL")
    allow(ann.customer, SEARCH)
    happen(ann, "searched", query="ÇAY TAKIMLARI")
    happen(ann, "searched", q="ışıl", days=1)
    assert set(derived(ann.customer)) == {("Çay Takımları", SEARCH), ("IŞIL", SEARCH)}


def test_spellings_of_one_name_are_one_topic(ann):
    category("Çay")
    buy(ann, product("ÇAY"))
    buy(ann, product("çay"))
    assert derived(ann.customer) == {("Çay", PURCHASE): pytest.approx(2.0)}


@pytest.mark.parametrize(("rating", "points"), [(5, 1.5), (3, 1.0), (1, 0.5), ("5", 1.0), (90, 1)])
def test_a_review_says_how_it_was_liked(ann, tea, rating, points):
    buy(ann, tea)
    happen(ann, "review", product=tea, rating=rating)
    assert derived(ann.customer)["Tea", PURCHASE] == pytest.approx(points)


def test_bad_reviews_alone_are_no_interest_and_complaints_say_nothing(ann, tea):
    happen(ann, "review", product=tea, rating=1)
    happen(ann, "complaint_filed", product=tea, rating=5)
    assert derived(ann.customer) == {}


def test_late_evidence_counts_as_of_its_own_date(ann, tea):
    buy(ann, tea)
    before = derived(ann.customer)["Tea", PURCHASE]
    buy(ann, tea, days=180)
    assert derived(ann.customer)["Tea", PURCHASE] - before == pytest.approx(0.25)


def test_every_identity_of_a_customer_counts(ann, tea):
    device = IdentityFactory(customer=ann.customer, source="web")
    allow(ann.customer, BROWSE)
    buy(ann, tea)
    happen(device, "product_viewed", product=tea)
    assert {kind for _topic, kind in derived(ann.customer)} == {PURCHASE, BROWSE}


# --- within consent -------------------------------------------------------------------------------
def test_without_permission_nothing_is_read(ann, tea):
    happen(ann, "product_viewed", product=tea)
    happen(ann, "searched", query="tea")
    buy(ann, tea)
    assert {kind for _topic, kind in derived(ann.customer)} == {PURCHASE}


@pytest.mark.parametrize("no", [{"allowed": False}, {"valid_until": NOON}])
def test_withdrawing_one_kind_takes_away_what_was_learned_from_it_and_nothing_else(ann, tea, no):
    allow(ann.customer, BROWSE, SEARCH)
    happen(ann, "product_viewed", product=tea)
    happen(ann, "searched", query="tea")
    assert {kind for _topic, kind in derived(ann.customer)} == {BROWSE, SEARCH}
    allow(ann.customer, SEARCH, **no)
    assert {kind for _topic, kind in derived(ann.customer)} == {BROWSE}


def test_the_project_decides_what_needs_permission(ann, tea):
    buy(ann, tea)
    happen(ann, "product_viewed", product=tea)
    Project.objects.update(gated_categories=[PURCHASE])
    assert {kind for _topic, kind in derived(ann.customer)} == {BROWSE}


def test_what_lost_its_permission_unnoticed_is_swept_away(ann, tea):
    allow(ann.customer, BROWSE, valid_until=NOON + timedelta(hours=1))
    buy(ann, tea)
    happen(ann, "product_viewed", product=tea)
    derived(ann.customer)
    assert forget_unpermitted(at=NOON) == 0
    assert forget_unpermitted(at=NOON + timedelta(hours=1)) == 2
    assert set(Interest.objects.values_list("data_category", flat=True)) == {PURCHASE}


def test_nothing_new_is_derived_about_restricted_people(ann, tea):
    allow(ann.customer, BROWSE)
    buy(ann, tea)
    happen(ann, "product_viewed", product=tea)
    before = derived(ann.customer)
    ann.customer.restriction = "restricted"
    ann.customer.save()
    buy(ann, tea)
    assert derived(ann.customer) == before
    # A withdrawal counts for them too.
    allow(ann.customer, BROWSE, allowed=False)
    assert {kind for _topic, kind in derived(ann.customer)} == {PURCHASE}


# --- again ----------------------------------------------------------------------------------------
def test_deriving_again_changes_nothing(ann, tea):
    buy(ann, tea, days=3)
    assert refresh(customer_ids=[ann.customer_id], at=NOON) == 2
    row = Interest.objects.filter(topic="Tea").values().get()
    assert refresh(customer_ids=[ann.customer_id], at=NOON + timedelta(days=9)) == 0
    assert Interest.objects.filter(topic="Tea").values().get() == row
    assert refresh(customer_ids=[], at=NOON) == 0


def test_a_rebuild_comes_to_the_same_and_goes_on_where_it_was_killed(tea):
    people = [IdentityFactory() for _ in range(5)]
    for days, one in enumerate(people):
        buy(one, tea, days=days)
    refresh(customer_ids=[one.customer_id for one in people], at=NOON)
    kept = list(
        Interest.objects.order_by("customer", "kind").values("customer", "topic", "strength")
    )
    Interest.objects.all().delete()
    steps = []

    class Killed(Exception):
        pass

    def progress(last, done):
        steps.append((last, done))
        if len(steps) == 1:
            raise Killed

    with pytest.raises(Killed):
        rebuild(at=NOON, progress=progress, batch=2)
    rebuild(at=NOON, progress=progress, batch=2, after=steps[0][0])

    assert [done for _last, done in steps] == [2, 2, 3]
    assert kept == list(
        Interest.objects.order_by("customer", "kind").values("customer", "topic", "strength")
    )
