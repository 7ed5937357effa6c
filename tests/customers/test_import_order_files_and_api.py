"""What a file of orders brings and what the API told before are one shop."""

import pytest

from config.shared import clock
from customers.models import OrderLine, Product, PurchaseProfile, PurchaseTotal, Return
from tests.rewards.makers import make_key

from .api.conftest import AT, Shop
from .test_import_order_files import PLAIN, Shelf
from .test_import_retail_files import RETAIL

pytestmark = pytest.mark.django_db

WAITING = {
    "source_id": "R1",
    "order": {"source_id": "1"},
    "items": [{"source_id": "10A", "quantity": 2, "price": 250}],
    "reason": "Arrived broken",
}
OF_A_FILE = ["1", "100", "2011-01-01", "10A", "6", "2.50"]
OF_ONLINE_RETAIL = [
    "1", "10A", "RED MUG", "6", "2011-01-01 10:00:00", "2.50", "100", "United Kingdom",
]  # fmt: skip


@pytest.fixture
def shop():
    with clock.use(clock.FrozenClock(AT)):
        yield Shop(make_key())


def bring(shelf, *rows):
    writer = shelf.contents.writer(shelf.run, shelf.setting, dry_run=False)
    tally = writer.write(shelf.rows(rows))
    writer.finish()
    assert not tally.rejected


@pytest.mark.parametrize(
    ("targets", "setting", "row"),
    [
        (list(PLAIN), {"currency": "GBP"}, OF_A_FILE),
        (RETAIL, {"system": "online-retail"}, OF_ONLINE_RETAIL),
    ],
)
def test_a_return_that_waits_meets_the_order_of_a_file(shop, targets, setting, row):
    assert shop.post("returns", WAITING).json()["customer"] is None

    bring(Shelf(targets, **setting), row)

    told = shop.get("returns/R1").json()
    assert told["customer"]["source_id"] == "100"
    assert told["items"][0]["matched_quantity"] == 2
    assert OrderLine.objects.get(kind="product").returned_quantity == 2
    assert PurchaseTotal.objects.values_list("currency", "amount", "returned_amount").get() == (
        "GBP", 1500, 500,
    )  # fmt: skip


def test_it_takes_the_currency_of_the_order(shop):
    shop.post("returns", WAITING)

    bring(Shelf(list(PLAIN), currency="EUR"), OF_A_FILE)

    assert Return.objects.get().currency == "EUR"
    assert PurchaseTotal.objects.get().returned_amount == 500


def test_an_order_of_a_file_with_another_number_leaves_it_waiting(shop):
    shop.post("returns", WAITING)

    bring(Shelf(RETAIL, system="online-retail"), ["2", *OF_ONLINE_RETAIL[1:]])

    assert Return.objects.get().identity is None


def test_a_category_of_a_file_is_the_one_that_the_api_told(shop):
    shop.post("products", {"source_id": "P0", "category": "Pharmacy"})
    shelf = Shelf([*PLAIN, "product.category"], currency="GBP")

    bring(shelf, [*OF_A_FILE, " PHARMACY"])

    product = Product.objects.get(source_id="10A")
    assert (product.category, product.categories) == ("Pharmacy", ["Pharmacy"])
    assert PurchaseProfile.objects.get().favourite_category == ""  # it is sensitive
