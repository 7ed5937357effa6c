"""What is cheap and dear within a category."""

from datetime import timedelta

import pytest

from customers.models import Order, OrderLine, PriceScale, ProductCategory, PurchaseProfile
from customers.services import purchase_rebuilds
from customers.services.price_scales import FEWEST_LINES, RECENT, measure_prices
from tests.factories import (
    NOON,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamps():
    """A line of each price from 1 to 101 pounds."""
    product = ProductFactory(category="Lighting", categories=["Lighting"])
    order = OrderFactory(identity=IdentityFactory(), placed_at=NOON - timedelta(days=1))
    for pounds in range(1, 102):
        OrderLineFactory(
            order=order, product=product, quantity=1, unit_amount=100 * pounds, amount=100 * pounds
        )
    return product


def test_the_scale_is_at_the_quantiles_of_what_was_paid(lamps):
    assert measure_prices(at=NOON)

    scale = PriceScale.objects.get()
    assert (scale.category, scale.currency) == ("Lighting", "GBP")
    assert (scale.p20, scale.p40, scale.p60, scale.p80) == (2_100, 4_100, 6_100, 8_100)
    assert scale.line_count == 101


def test_bands_follow_and_the_same_prices_move_nothing(lamps):
    measure_prices(at=NOON)

    assert purchase_rebuilds.work(at=NOON) == 1
    assert PurchaseProfile.objects.get().price_band == 3
    assert not measure_prices(at=NOON)
    assert purchase_rebuilds.work(at=NOON) == 0


@pytest.mark.parametrize("reason", ["few", "old", "cancelled", "sensitive"])
def test_a_category_loses_a_scale_it_is_not_worth(lamps, reason):
    measure_prices(at=NOON)
    at = NOON
    match reason:
        case "few":
            keep = OrderLine.objects.order_by("pk").values("pk")[: FEWEST_LINES - 1]
            OrderLine.objects.exclude(pk__in=list(keep.values_list("pk", flat=True))).delete()
        case "old":
            at = NOON + RECENT
        case "cancelled":
            Order.objects.update(status="CANCELED")
        case "sensitive":
            ProductCategory.objects.create(
                name="Lighting", key="lighting", is_sensitive=True, created_at=NOON
            )

    assert measure_prices(at=at)
    assert not PriceScale.objects.exists()
