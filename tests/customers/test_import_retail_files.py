"""The data set Online Retail by the file import: its own rules, whoever saved the copy."""

from dataclasses import replace

import pytest

from customers.models import Customer, Order, Return

from .test_import_order_files import Shelf, codes

pytestmark = pytest.mark.django_db

RETAIL = [
    "order.number",
    "product.code",
    "product.name",
    "item.quantity",
    "order.placed_at",
    "item.price",
    "customer.id",
    "customer.country",
]
RETAIL_LINES = [
    ["1", "10A", "RED MUG", "6", "2011-01-01 10:00:00", "2.50", "100", "United Kingdom"],
    ["1", "10A", "RED MUG", "6", "2011-01-01 10:00:00", "2.50", "100", "United Kingdom"],
    ["1", "POST", "POSTAGE", "1", "2011-01-01 10:01:00", "5.00", "100", "United Kingdom"],
    ["3", "20", "damaged", "-5", "2011-01-02 11:00:00", "0.0", "", "United Kingdom"],
    ["4", "10a", "RED MUG", "10", "2011-01-03 10:00:00", "2.00", "100", "United Kingdom"],
    ["5", "10A", "RED CUP", "1", "2011-06-04 09:00:00", "0.001", "100", "United Kingdom"],
    ["C6", "10A", "RED MUG", "-8", "2011-01-05 10:00:00", "2.50", "100", "France"],
    ["1", "20", "TRAY", "1", "2011-01-07 10:00:00", "1.00", "200", "EIRE"],
]


def retail() -> Shelf:
    return Shelf(RETAIL, system="online-retail")


def test_online_retail_keeps_its_own_rules():
    shelf = retail()
    writer = shelf.contents.writer(shelf.run, shelf.setting, dry_run=False)
    tally = writer.write(shelf.rows(RETAIL_LINES))
    assert {name: tally.counts[name] for name in ("created", "repeated", "skipped")} == {
        "created": 4, "repeated": 1, "skipped": 1,
    }  # fmt: skip
    assert codes(tally) == [
        (7, "online-retail.price_below_penny"), (9, "online-retail.foreign_document"),
    ]  # fmt: skip
    counts = writer.finish().counts
    assert (counts["units_matched"], counts["cancellation_lines_matched_fully"]) == (8, 1)
    first = Order.objects.get(source_id="1")
    assert (first.amount, first.charges_amount, first.currency) == (1500, 500, "GBP")
    assert Return.objects.get().source_id == "C6"


@pytest.mark.parametrize(
    ("written", "day_first"),
    [("12/9/2011 12:50", False), ("9.12.2011 12:50:00", True), ("2011-12-09T12:50", True)],
)
def test_a_copy_of_online_retail_may_write_its_dates_otherwise(written, day_first):
    line = ["581587", "22138", "BAKING SET", "3", written, "4.95", "12680", "France"]
    shelf = retail()
    shelf.setting = replace(shelf.setting, day_first=day_first)
    (row,) = shelf.rows([line])
    assert (row.value.moment, row.value.unit_amount) == ("2011-12-09T12:50:00+00:00", 495)
    (row,) = shelf.rows([[*line[:4], "soon", *line[5:]]])
    assert [problem.code for problem in row.problems] == ["online-retail.bad_date"]


def test_a_dry_run_of_online_retail_counts_each_customer_once_and_writes_nothing():
    shelf = retail()
    writer = shelf.contents.writer(shelf.run, shelf.setting, dry_run=True)
    both = [writer.write(shelf.rows(lines)) for lines in (RETAIL_LINES[:3], RETAIL_LINES[3:])]
    assert sum(tally.counts["customers"] for tally in both) == 2
    assert sum(tally.counts["created"] for tally in both) == 4 + 1  # nobody took order 1 before
    writer.finish()
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_the_same_file_again_finds_everything_stored():
    for _again in range(2):
        shelf = retail()
        writer = shelf.contents.writer(shelf.run, shelf.setting, dry_run=False)
        tally = writer.write(shelf.rows(RETAIL_LINES))
        writer.finish()
    assert (tally.counts["unchanged"], tally.counts["created"]) == (5, 0)
    assert Order.objects.count() == 2
