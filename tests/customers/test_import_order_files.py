"""Orders from files as other systems write them, from the cells of a row to stored orders."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from config.shared.actors import SYSTEM
from customers.importing.contents import ReadRow, Setting, contents_of
from customers.models import Customer, ImportRun, Order, Product, PurchaseTotal, Return
from customers.models.import_run import ImportState
from tests import factories as make

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)
SHOPIFY = {
    "order.number": "Name",
    "customer.email": "Email",
    "order.status": "Financial Status",
    "order.delivery": "Fulfillment Status",
    "order.currency": "Currency",
    "order.shipping": "Shipping",
    "order.total": "Total",
    "order.discount": "Discount Amount",
    "order.placed_at": "Created at",
    "item.quantity": "Lineitem quantity",
    "product.name": "Lineitem name",
    "item.price": "Lineitem price",
    "product.code": "Lineitem sku",
    "order.cancelled": "Cancelled at",
    "product.brand": "Vendor",
}
PLAIN = {
    "order.number": "order",
    "customer.id": "customer",
    "order.placed_at": "date",
    "product.code": "code",
    "item.quantity": "units",
    "item.price": "price",
}


class Shelf:
    """Rows of a file as the engine hands them on: mapped by position, read, then written."""

    def __init__(self, targets: Sequence[str], **setting) -> None:
        self.contents = contents_of("orders")
        columns = {str(n): {"target": target} for n, target in enumerate(targets)}
        told = {"decimal_mark": ".", "day_first": True, "zone": "Europe/Istanbul", "system": ""}
        told |= {"country": "TR", "language": "tr", "currency": "TRY", "options": {}, **setting}
        self.setting = Setting(columns=columns, project_zone="Europe/Istanbul", at=AT, **told)
        self.run = ImportRun.objects.create(
            kind="orders", name="orders.csv", sha256="0", state=ImportState.RUNNING, started_at=AT,
            actor_kind=SYSTEM.kind, lines_done=1,
        )  # fmt: skip
        self.next_row = 2

    def rows(self, table: Sequence[Sequence[str]]) -> list[ReadRow]:
        reader = self.contents.reader(self.setting)
        rows = []
        for cells in table:
            row = ReadRow(self.next_row, self.next_row, cells)
            outcome = reader.read(cells)
            if isinstance(outcome, list):
                row.problems = outcome
            else:
                row.value = outcome
            rows.append(row)
            self.next_row += 1
        return rows

    def write(self, *table: Sequence[str], dry_run: bool = False, rows=None):
        writer = self.contents.writer(self.run, self.setting, dry_run=dry_run)
        return writer.write(self.rows(table) if rows is None else rows)


@pytest.fixture
def shopify():
    return Shelf(list(SHOPIFY))


@pytest.fixture
def plain():
    return Shelf(list(PLAIN))


def order(number, *, email="ann@example.com", item=("2", "Mug", "10.00", "MUG"), **more):
    """A row of Shopify's file with a head."""
    cells = dict.fromkeys(SHOPIFY, "")
    cells |= {"order.number": number, "customer.email": email, "order.status": "paid"}
    cells |= {"order.currency": "GBP", "order.placed_at": "2026-03-01 10:00:00 +0000"}
    cells |= dict(zip(ITEM, item, strict=True)) | more
    return list(cells.values())


def further(number, *, item):
    """A further row of the same order, as Shopify writes it: nearly blank."""
    cells = dict.fromkeys(SHOPIFY, "") | {"order.number": number}
    return list((cells | dict(zip(ITEM, item, strict=True))).values())


ITEM = ("item.quantity", "product.name", "item.price", "product.code")


NO_NUMBER = "This is not a number with “%(mark)s” before its decimals."
MORE_DECIMALS = "%(currency)s has %(decimals)d decimals, the amount has more."
AHEAD = "It lies more than a day in the future; check the clock and the year."
BAD_ID = "An id must have 1 to %(longest)d visible characters."


def codes(tally):
    return [(row.number, problem.code) for row, problem in tally.rejected]


def test_an_order_of_shopify_is_put_together_from_its_rows(shopify):
    head = {"order.shipping": "5.00", "order.discount": "3.00", "order.total": "27.00"}
    head |= {"product.brand": "Kelebek", "order.delivery": "fulfilled"}
    tally = shopify.write(
        order("#1001", **head), further("#1001", item=("1", "Tray", "5.00", "TRAY"))
    )
    assert (tally.counts["created"], tally.counts["orders_created"]) == (2, 1)
    stored = Order.objects.get()
    assert (stored.source_id, stored.status, stored.currency) == ("#1001", "FULFILLED", "GBP")
    assert (stored.amount, stored.charges_amount, stored.total_amount) == (2500, 200, 2700)
    assert stored.placed_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert {(one.kind, one.amount) for one in stored.lines.all()} == {
        ("product", 2000), ("product", 500), ("shipping", 500), ("discount", -300),
    }  # fmt: skip
    assert Product.objects.get(source_id="MUG").brand == "Kelebek"
    assert stored.identity.customer.email == "ann@example.com"


def test_what_the_total_holds_beyond_goods_is_kept_as_a_charge(shopify):
    shopify.write(order("#1", **{"order.total": "24.00"}))
    assert Order.objects.get().total_amount == 2400
    assert Order.objects.get().lines.get(kind="adjustment").amount == 400


def test_the_same_file_again_changes_nothing(shopify):
    rows = [order("#1"), order("#2", email="bob@example.com")]
    shopify.write(*rows)
    again = Shelf(list(SHOPIFY)).write(*rows)
    assert (again.counts["unchanged"], again.counts["orders_unchanged"]) == (2, 2)
    assert (again.counts["created"], again.counts["changed"]) == (0, 0)
    assert Order.objects.count() == Customer.objects.count() == 2


def test_a_changed_row_changes_the_order(shopify):
    shopify.write(order("#1"))
    tally = Shelf(list(SHOPIFY)).write(order("#1", item=("3", "Mug", "10.00", "MUG")))
    assert tally.counts["orders_changed"] == 1
    assert Order.objects.get().amount == 3000


def with_refund(refunded, **more):
    shelf = Shelf([*SHOPIFY, "return.amount"])
    return shelf.write([*order("#1", **more), refunded])


def test_a_sum_given_back_is_a_return_of_the_order():
    tally = with_refund("4.00")
    assert (tally.counts["created"], tally.counts["returns_created"]) == (1, 1)
    back = Return.objects.get()
    assert (back.source_id, back.order_source_id, back.amount) == ("#1/return", "#1", 400)
    assert PurchaseTotal.objects.get().returned_amount == 400
    assert with_refund("4.00").counts["unchanged"] == 1
    tally = with_refund("6.50")
    assert (tally.counts["changed"] + tally.counts["unchanged"], Return.objects.count()) == (1, 1)
    assert PurchaseTotal.objects.get().returned_amount == 650


def test_a_row_that_tells_of_an_order_and_its_return_is_blamed_once():
    shelf = Shelf([*SHOPIFY, "return.amount"], options={"unknown_customers": "reject"})
    tally = shelf.write([*order("#1"), "4.00"])
    assert codes(tally) == [(2, "unknown_customer")]
    assert not Return.objects.exists()


def test_nothing_is_given_back_of_what_was_cancelled_or_where_it_is_zero():
    with_refund("20.00", **{"order.status": "refunded"})
    with_refund("0.00")
    assert not Return.objects.exists()


def test_a_dry_run_tells_the_same_and_writes_nothing(shopify):
    tally = shopify.write(order("#1"), order("#2", email="nonsense"), dry_run=True)
    assert tally.counts["orders_created"] == 1
    assert codes(tally) == [(3, "This is not an e-mail address.")]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_an_order_is_taken_whole_or_not_at_all(shopify):
    tally = shopify.write(
        order("#1"), further("#1", item=("two", "Tray", "5.00", "TRAY")), order("#2")
    )
    assert codes(tally) == [(2, "other_row_of_the_order"), (3, "bad_quantity")]
    assert [one.source_id for one in Order.objects.all()] == ["#2"]


def test_every_bad_cell_is_named_with_its_column(plain):
    cells = ["", "7", "31.02.2026", "", "1,000", "12,50"]
    (row,) = plain.rows([cells])
    assert {(problem.code, problem.column) for problem in row.problems} == {
        ("order_without_number", 0), ("This is not a day of the calendar.", 2),
        ("item_without_product", 3), ("bad_quantity", 4), (NO_NUMBER, 5),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "written", "code"),
    [
        ("item.quantity", "1.5", "part_quantity"),
        ("item.price", "-1.00", "price_negative"),
        ("item.price", "1.005", MORE_DECIMALS),
        ("item.price", "", "item_without_price"),
        ("order.currency", "GBX", "bad_currency"),
        ("order.status", "in heaven", "unknown_order_status"),
        ("order.placed_at", "2031-01-01", AHEAD),
        ("order.placed_at", "", "order_without_date"),
        ("customer.email", "", "order_without_customer"),
        ("order.number", "9" * 121, BAD_ID),
    ],
)
def test_what_cannot_be_is_rejected_by_name(shopify, target, written, code):
    tally = shopify.write(order("#1", **{target: written}))
    assert codes(tally) == [(2, code)]


def test_rows_of_one_order_agree_on_the_customer(plain):
    tally = plain.write(
        ["1", "7", "2026-03-01", "A", "1", "1.00"], ["1", "8", "2026-03-01", "B", "1", "1.00"]
    )
    assert codes(tally) == [(2, "other_row_of_the_order"), (3, "order_of_several_customers")]


def test_rows_of_an_order_that_stand_apart_are_refused_even_after_an_interruption(plain):
    row = ["1", "7", "2026-03-01", "A", "1", "1.00"]
    plain.write(row, ["2", "7", "2026-03-01", "A", "1", "1.00"])
    # A new writer, as after a kill: what it must know stands in rows.
    plain.run.lines_done = 3
    tally = plain.write(["1", "7", "2026-03-01", "B", "1", "1.00"])
    assert codes(tally) == [(4, "scattered_order")]
    assert Order.objects.get(source_id="1").lines.count() == 1


def test_the_check_finds_orders_that_stand_apart_and_none_of_their_rows_is_taken(plain):
    rows = [
        ["1", "7", "2026-03-01", "A", "1", "1.00"],
        ["2", "7", "2026-03-01", "A", "1", "1.00"],
        ["1", "7", "2026-03-01", "B", "1", "1.00"],
    ]
    check = plain.contents.writer(plain.run, plain.setting, dry_run=True)
    for row in plain.rows(rows):
        check.write([row])
    plain.next_row = 2
    work = plain.contents.writer(plain.run, plain.setting, dry_run=False)
    tallies = [work.write([row]) for row in plain.rows(rows)]
    assert [codes(tally) for tally in tallies] == [
        [(2, "scattered_order")],
        [],
        [(4, "scattered_order")],
    ]
    assert [one.source_id for one in Order.objects.all()] == ["2"]


def test_a_batch_written_twice_is_not_taken_for_scattered(plain):
    rows = plain.rows([["1", "7", "2026-03-01", "A", "1", "1.00"]])
    plain.write(rows=rows)
    assert plain.write(rows=rows).counts["unchanged"] == 1


def test_a_customer_is_found_by_e_mail_and_not_guessed_among_two(shopify):
    known = make.IdentityFactory(customer__email="ann@example.com").customer
    shopify.write(order("#1"))
    assert Order.objects.get().identity.customer == known
    make.CustomerFactory(email="ann@example.com")
    assert codes(shopify.write(order("#2"))) == [(3, "shared_email")]


def test_unknown_customers_can_be_refused():
    shelf = Shelf(list(PLAIN), options={"unknown_customers": "reject"})
    make.IdentityFactory(external_id="7")
    tally = shelf.write(
        ["1", "7", "2026-03-01", "A", "1", "1.00"], ["2", "8", "2026-03-01", "A", "1", "1.00"]
    )
    assert codes(tally) == [(3, "unknown_customer")]
    assert Order.objects.get().source_id == "1"


def test_an_order_of_another_customer_is_refused(plain):
    plain.write(["1", "7", "2026-03-01", "A", "1", "1.00"])
    tally = Shelf(list(PLAIN)).write(["1", "8", "2026-03-01", "A", "1", "1.00"])
    assert codes(tally) == [(2, "order_refused")]
    assert "customer" in str(tally.rejected[0][1].remedy)


def test_negative_quantities_are_a_return_matched_to_what_was_bought(plain):
    plain.write(
        ["1", "7", "2026-03-01", "A", "3", "10.00"], ["C2", "7", "2026-03-05", "A", "-2", "10.00"]
    )
    back = Return.objects.get()
    assert (back.source_id, back.amount) == ("C2", 2000)
    assert Order.objects.get().lines.get().returned_quantity == 2
    total = PurchaseTotal.objects.get()
    assert (total.amount, total.returned_amount) == (3000, 2000)
    again = Shelf(list(PLAIN)).write(["C2", "7", "2026-03-05", "A", "-2", "10.00"])
    assert again.counts["returns_unchanged"] == 1


def test_a_return_within_an_order_names_the_order(plain):
    plain.write(
        ["1", "7", "2026-03-01", "A", "3", "10.00"], ["1", "7", "2026-03-01", "A", "-1", "10.00"]
    )
    back = Return.objects.get()
    assert (back.source_id, back.order_source_id) == ("1/return", "1")
    assert Order.objects.get().amount == 3000


def test_a_row_without_a_number_belongs_to_the_order_above(plain):
    plain.write(["1", "7", "2026-03-01", "A", "1", "1.00"], ["", "", "", "B", "1", "2.00"])
    assert Order.objects.get().amount == 300


def test_a_time_without_an_offset_is_local(plain):
    plain.write(["1", "7", "01.03.2026 09:30", "A", "1", "1.00"])
    assert Order.objects.get().placed_at == datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "status"),
    [("wc-completed", "FULFILLED"), ("İptal Edildi", "CANCELED"), ("refunded", "CANCELED")],
)
def test_states_of_other_systems_are_understood(shopify, said, status):
    shopify.write(order("#1", **{"order.status": said}))
    assert Order.objects.get().status == status


def test_a_moment_of_cancelling_cancels(shopify):
    shopify.write(order("#1", **{"order.cancelled": "2026-03-02 10:00:00 +0000"}))
    assert Order.objects.get().status == "CANCELED"


def test_orders_without_items_keep_their_total():
    shelf = Shelf(["order.number", "customer.id", "order.placed_at", "order.total"])
    shelf.write(["1", "7", "2026-03-01", "19.90"])
    assert Order.objects.get().amount == 1990


# --- Online Retail, as the command imports it ----------------------------------------------------


def test_people_are_counted_once_however_many_batches_are_about_them(plain):
    rows = [["1", "7", "2026-03-01", "A", "1", "1.00"], ["2", "7", "2026-03-02", "A", "1", "1.00"]]
    counted = []
    for row in rows:
        counted.append(plain.write(row).counts)
        plain.run.lines_done += 1
    assert [one["customers"] for one in counted] == [1, 0]
