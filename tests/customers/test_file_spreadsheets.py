"""What spreadsheets leave in files: formulas, errors, numbered days, and lines of their own."""

import io
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook

from config.shared.models import Project
from customers.models import Attribute, Customer, Identity, Order
from tests.customers.filing import decide, imported, reasons, rejected, upload
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> None:
    Project.objects.update(language="en")


def sheet(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("cell", ["=A1+1", "#N/A", "#REF!", "#YOK", "#n/a"])
@pytest.mark.parametrize("column", ["Customer ID", "Phone", "City", "Newsletter", "Shipping City"])
def test_a_formula_or_its_error_is_named_in_whatever_column(column, cell) -> None:
    columns = ["Email", "Customer ID", "Phone", "City", "Newsletter", "Shipping City"]
    head = ",".join(columns)
    bad = ",".join("a@x.test" if n == "Email" else cell if n == column else "" for n in columns)
    run = imported(decide(upload(f"{head}\nb@x.test,7,,Van,yes,Van\n{bad}\n"), consent={}))
    assert reasons(run) == {"formula": 1}
    assert rejected(run)[0]["import_column"] == column
    assert not Identity.objects.filter(external_id=cell).exists()


def test_two_customers_whose_ids_were_not_found_are_not_one() -> None:
    run = imported(upload("Email,Customer ID\na@x.test,#N/A\nb@x.test,#N/A\n"))
    assert run.counts["rejected_rows"] == 2
    assert not Customer.objects.exists()


@pytest.mark.parametrize("column", ["Order", "Customer ID", "SKU", "Qty", "Price", "Item Name"])
def test_a_formula_in_a_list_of_orders_is_named_once(column) -> None:
    columns = ["Order", "Order Date", "Customer ID", "SKU", "Item Name", "Qty", "Price"]
    good = ["1", "2026-03-01", "7", "MUG", "Mug", "1", "9.50"]
    bad = ["=SUM(A1)" if n == column else c for n, c in zip(columns, good, strict=True)]
    bad = ["2", *bad[1:]] if column != "Order" else bad
    text = "\n".join(",".join(row) for row in (columns, good, bad))
    run = imported(upload(text, contents="orders"))
    assert reasons(run) == {"formula": 1}
    assert [(row["import_row"], row["import_column"]) for row in rejected(run)] == [("3", column)]
    assert [order.source_id for order in Order.objects.all()] == ["1"]


def test_days_that_lost_their_format_are_still_days() -> None:
    Attribute.objects.create(
        key="member_since", name="Member since", type="date", purpose="x", created_at=NOON
    )
    run = imported(
        upload(
            sheet(
                ["Email", "Birthday", "Created At", "Member since"],
                ["a@x.test", 32874, 45000.5, 44927],
                ["b@x.test", "32874", "45000,25", "44927"],
            )
        )
    )
    assert run.counts["counts"] == {"created": 2}
    for one in Customer.objects.order_by("email"):
        assert (one.birth_year, one.birth_month, one.birth_day) == (1990, 1, 1)
        assert one.metadata == {"member_since": "2023-01-01"}
    # Noon and six o'clock on the shop's own clock.
    assert [one.signed_up_at for one in Customer.objects.order_by("email")] == [
        datetime(2023, 3, 15, 9, tzinfo=UTC),
        datetime(2023, 3, 15, 3, tzinfo=UTC),
    ]


@pytest.mark.parametrize("birthday", ["1990", "329874", "8,5", "0032874"])
def test_other_numbers_are_no_days(birthday) -> None:
    run = imported(upload(f'Email,Birthday\na@x.test,"{birthday}"\n'))
    assert run.counts["rejected_rows"] == 1


def test_orders_know_numbered_days_as_well() -> None:
    text = "Order;Order Date;Customer ID;SKU;Qty;Price\n1;45000,5;7;MUG;1;9,50\n"
    imported(upload(text, contents="orders"))
    assert Order.objects.get().placed_at == datetime(2023, 3, 15, 9, tzinfo=UTC)


@pytest.mark.parametrize("begin", ["sep=;", '"sep=;"', "\ufeffsep=;", "SEP=;"])
def test_the_line_that_states_the_separator_is_no_row(begin) -> None:
    run = upload(f"{begin}\r\nEmail;First Name\r\na@x.test;Ann, and Bob\r\n")
    assert (run.detected["delimiter"], run.detected["headers"]) == (";", ["Email", "First Name"])
    run = imported(run)
    assert run.counts["counts"] == {"created": 1}
    assert Customer.objects.get().first_name == "Ann, and Bob"


def test_a_bad_row_is_counted_as_the_spreadsheet_numbers_it() -> None:
    run = imported(upload("sep=;\nEmail;City\na@x.test;Van\nnobody;Van\n"))
    assert rejected(run)[0]["import_row"] == "4"


def test_a_cell_without_end_is_called_that() -> None:
    long = "x" * 140_000
    run = imported(upload(f"Email,Note\na@x.test,{long}\nb@x.test,short\n"))
    assert run.counts["counts"] == {"created": 1}
    assert reasons(run) == {"long_cell": 1}


def test_birthdays_without_a_year_tell_the_order_of_day_and_month() -> None:
    run = upload("Email,Birthday,Price\na@x.test,05/31,13.50\nb@x.test,12/03,9.99\n")
    assert run.detected["day_first"] is False
    imported(run)
    assert {(one.birth_month, one.birth_day) for one in Customer.objects.all()} == {
        (5, 31),
        (12, 3),
    }


def test_prices_say_nothing_about_dates() -> None:
    run = upload("Email,Price\na@x.test,5.99\nb@x.test,1.50\n")
    assert run.detected["day_first"] is True
