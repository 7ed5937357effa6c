"""What a customer's orders add up to."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import PriceScale, ProductCategory, PurchaseProfile, PurchaseTotal
from customers.purchases import purchases_of
from customers.services import purchases
from tests.customers.filing import imported, upload
from tests.factories import (
    NOON,
    CustomerFactory,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ReturnFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def identity():
    return IdentityFactory()


def ordered(identity, *positions, placed_at=NOON, **fields):
    """An order of (product, units, unit price) positions."""
    amount = sum(units * price for _product, units, price in positions)
    order = OrderFactory(identity=identity, amount=amount, placed_at=placed_at, **fields)
    for product, units, price in positions:
        OrderLineFactory(
            order=order, product=product, quantity=units, unit_amount=price, amount=units * price
        )
    return order


def profile_of(identity):
    purchases.refresh([identity.customer_id])
    return PurchaseProfile.objects.get(customer=identity.customer_id)


def test_standing_orders_count_and_sum_with_charges_and_discounts(identity):
    order = ordered(identity, (ProductFactory(), 2, 1_000), charges_amount=-200)
    OrderLineFactory(
        order=order, kind="discount", product=None, quantity=1, unit_amount=-300, amount=-300
    )
    ordered(identity, (ProductFactory(), 1, 500), status="FULFILLED")
    ordered(identity, (ProductFactory(), 9, 999), status="CREATED")
    ordered(identity, (ProductFactory(), 9, 999), status="CANCELED")
    ordered(identity, (ProductFactory(), 1, 700), currency="TRY")
    ReturnFactory(identity=identity, amount=400)

    purchases.refresh([identity.customer_id])

    bought = purchases_of([identity.customer_id])[identity.customer_id]
    assert bought.orders == 3
    assert bought.spend == {"GBP": 2_300, "TRY": 700}
    assert bought.returned == {"GBP": 400}
    assert bought.discounts == {"GBP": 300}
    assert bought.net == {"GBP": 1_900, "TRY": 700}
    assert bought.average == {"GBP": 1_150, "TRY": 700}


def test_everything_disappears_with_the_last_order(identity):
    order = ordered(identity, (ProductFactory(), 2, 1_000))
    purchases.refresh([identity.customer_id])
    assert PurchaseProfile.objects.count() == PurchaseTotal.objects.count() == 1

    order.status = "CANCELED"
    order.save()
    purchases.refresh([identity.customer_id])

    assert PurchaseProfile.objects.count() == PurchaseTotal.objects.count() == 0


def test_who_only_gave_back_has_a_total_and_no_profile(identity):
    ReturnFactory(identity=identity, amount=400)

    purchases.refresh([identity.customer_id])

    assert not PurchaseProfile.objects.exists()
    total = PurchaseTotal.objects.get()
    assert (total.orders_count, total.amount, total.returned_amount) == (0, 0, 400)


def test_the_usual_interval_is_the_median_between_days_with_orders(identity):
    for days in (0, 3, 13, 33):
        ordered(identity, placed_at=NOON + timedelta(days=days))
    ordered(identity, placed_at=NOON + timedelta(days=3, hours=2))  # the same day again

    assert profile_of(identity).usual_interval_days == 10


def test_one_order_has_no_interval(identity):
    ordered(identity)

    assert profile_of(identity).usual_interval_days is None


@pytest.mark.parametrize(
    ("zone", "interval"), [("Pacific/Auckland", None), ("Europe/Istanbul", 1), ("no/zone", 1)]
)
def test_days_are_days_on_the_customers_clock(zone, interval):
    identity = IdentityFactory(customer=CustomerFactory(zone=zone))
    # In Auckland both are on the 18th, in Istanbul and in UTC on two days.
    ordered(identity, placed_at=datetime(2026, 3, 17, 20, tzinfo=UTC))
    ordered(identity, placed_at=datetime(2026, 3, 18, 5, tzinfo=UTC))

    assert profile_of(identity).usual_interval_days == interval


def test_who_moves_by_a_file_has_the_days_counted_anew():
    ann = IdentityFactory(external_id="1", customer=CustomerFactory(zone="Europe/Istanbul"))
    ordered(ann, placed_at=datetime(2026, 3, 17, 20, tzinfo=UTC))
    ordered(ann, placed_at=datetime(2026, 3, 18, 5, tzinfo=UTC))
    assert profile_of(ann).usual_interval_days == 1

    imported(upload("Customer ID,Time Zone\n1,Pacific/Auckland\n"))

    assert PurchaseProfile.objects.get().usual_interval_days is None


def test_a_clock_that_changed_between_is_followed():
    identity = IdentityFactory(customer=CustomerFactory(zone="Europe/London"))
    ordered(identity, placed_at=datetime(2026, 1, 10, 23, 30, tzinfo=UTC))  # the 10th, winter
    ordered(identity, placed_at=datetime(2026, 7, 10, 23, 30, tzinfo=UTC))  # the 11th, summer

    assert profile_of(identity).usual_interval_days == 182


class TestTaste:
    """What was kept of orders for oneself, by its price."""

    @pytest.fixture
    def lamp(self):
        return ProductFactory(category="Lighting", categories=["Lighting"], brand="Lumo")

    @pytest.fixture
    def cup(self):
        return ProductFactory(category="Kitchen", categories=["Kitchen"], brand="Tas")

    def test_the_favourite_is_where_most_money_went(self, identity, lamp, cup):
        ordered(identity, (lamp, 1, 9_000), (cup, 6, 500))

        profile = profile_of(identity)

        assert (profile.favourite_category, profile.favourite_brand) == ("Lighting", "Lumo")

    def test_what_was_given_back_shapes_nothing(self, identity, lamp, cup):
        order = ordered(identity, (lamp, 1, 9_000), (cup, 6, 500))
        order.lines.filter(product=lamp).update(returned_quantity=1)

        assert profile_of(identity).favourite_category == "Kitchen"

    def test_gifts_count_as_orders_and_shape_nothing(self, identity, lamp, cup):
        ordered(identity, (lamp, 1, 9_000), is_gift=True)
        ordered(identity, (cup, 6, 500))

        profile = profile_of(identity)

        assert profile.orders_count == 2
        assert profile.favourite_category == "Kitchen"

    @pytest.mark.parametrize("sensitive", ["Pharmacy", "Pregnancy"])
    def test_a_sensitive_category_shapes_nothing(self, identity, cup, sensitive):
        ProductCategory.objects.create(
            name=sensitive, key=sensitive.lower(), is_sensitive=True, created_at=NOON
        )
        pills = ProductFactory(
            category="Pharmacy", categories=["Pharmacy", "Pregnancy"], brand="Med"
        )
        PriceScale.objects.create(
            category="Pharmacy",
            currency="GBP",
            p20=1,
            p40=2,
            p60=3,
            p80=4,
            line_count=99,
            computed_at=NOON,
        )
        ordered(identity, (pills, 1, 9_000), (cup, 6, 500))

        profile = profile_of(identity)

        assert (profile.favourite_category, profile.favourite_brand) == ("Kitchen", "Tas")
        assert profile.price_band is None

    def test_the_favourite_is_sought_in_the_currency_ordered_in_most(self, identity, lamp, cup):
        ordered(identity, (lamp, 1, 900_000), currency="TRY")
        ordered(identity, (cup, 1, 500))
        ordered(identity, (cup, 1, 500))

        assert profile_of(identity).favourite_category == "Kitchen"

    def test_the_band_is_the_median_position_within_the_categories(self, identity, lamp, cup):
        for category, unit in (("Lighting", 1_000), ("Kitchen", 100)):
            PriceScale.objects.create(
                category=category, currency="GBP", p20=unit, p40=2 * unit, p60=3 * unit,
                p80=4 * unit, line_count=99, computed_at=NOON,
            )  # fmt: skip
        ordered(identity, (lamp, 1, 1_000), (cup, 40, 401), (cup, 1, 301))  # bands 1, 5 and 4

        assert profile_of(identity).price_band == 4


def test_a_rebuild_goes_on_where_it_stood_and_finds_the_same():
    identities = IdentityFactory.create_batch(5)
    for identity in identities:
        ordered(identity, (ProductFactory(), 1, 100))
    told = []

    assert purchases.rebuild(batch_size=2, progress=lambda *said: told.append(said)) == 5

    assert [done for _last, done in told] == [2, 4, 5]
    PurchaseProfile.objects.all().delete()
    assert purchases.rebuild(after=told[1][0], batch_size=2) == 1
    assert PurchaseProfile.objects.get().customer_id == max(i.customer_id for i in identities)


def test_the_purchases_of_a_page_are_one_statement(identity, django_assert_num_queries):
    ordered(identity, (ProductFactory(), 1, 100))
    purchases.refresh([identity.customer_id])

    with django_assert_num_queries(1):
        purchases_of([identity.customer_id, 0])
