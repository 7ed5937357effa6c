"""The command import_orders, from a file to rows."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from config.shared import files
from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry, Fact, Project, StoredFile
from customers.models import (
    Customer,
    ImportRun,
    Order,
    OrderLine,
    Product,
    Return,
    ReturnLine,
    ReturnMatch,
)
from customers.services.importing import import_orders

pytestmark = pytest.mark.django_db

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINES = """\
1,10A,RED MUG,6,2011-01-01 10:00:00,2.50,100,United Kingdom
1,10A,RED MUG,6,2011-01-01 10:00:00,2.50,100,United Kingdom
1,POST,POSTAGE,1,2011-01-01 10:01:00,5.00,100,United Kingdom
2,20,"TRAY, BLUE",2,2011-01-02 10:00:00,1.00,200,EIRE
3,20,damaged,-5,2011-01-02 11:00:00,0.0,,United Kingdom
4,10a,RED MUG,10,2011-01-03 10:00:00,2.00,100,United Kingdom
5,10A,RED CUP,1,2011-06-04 09:00:00,0.001,100,United Kingdom
C6,10A,RED MUG,-8,2011-01-05 10:00:00,2.50,100,France
C6,D,Discount,-1,2011-01-05 10:00:00,3.00,100,France
C7,99,TEAPOT,-1,2011-01-06 10:00:00,9.00,200,EIRE
8,30,LAMP,0,2011-01-06 10:00:00,9.00,200,EIRE
1,20,TRAY,1,2011-01-07 10:00:00,1.00,200,EIRE
8,30,LAMP,1
2,20,"TRAY, BLUE",2,2011-01-02 10:00:00,1.00,200,EIRE
9,10A, RED CUP ,1,2011-06-04 09:00:00,2.00,300,Unspecified
A9,B,Adjust bad debt,1,2011-06-05 09:00:00,7.00,300,Unspecified
"""


@pytest.fixture(autouse=True)
def project():
    Project.objects.update_or_create(
        pk=1,
        defaults={"currency": "GBP", "country": "GB", "zone": "Europe/London", "language": "en"},
    )


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes = f"{HEADER}\n{LINES}", name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def run(path: Path, capsys, **options) -> dict:
    call_command("import_orders", str(path), format="online-retail", **options)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def picture() -> dict:
    """Everything an import writes, without ids that are given out in passing."""
    return {
        "customers": list(
            Customer.objects.order_by("identities__external_id").values_list(
                "identities__external_id",
                "country",
                "zone",
                "zone_source",
                "signed_up_at",
                "search",
            )
        ),
        "products": list(Product.objects.order_by("source_id").values_list("source_id", "name")),
        "orders": list(
            Order.objects.order_by("source_id").values_list(
                "source_id", "identity__external_id", "amount", "charges_amount", "placed_at"
            )
        ),
        "lines": list(
            OrderLine.objects.order_by("order__source_id", "line_key").values_list(
                "order__source_id",
                "kind",
                "product__source_id",
                "name",
                "quantity",
                "unit_amount",
                "amount",
                "returned_quantity",
            )
        ),
        "returns": list(
            Return.objects.order_by("source_id").values_list("source_id", "amount", "returned_at")
        ),
        "return lines": list(
            ReturnLine.objects.order_by("document__source_id", "line_key").values_list(
                "document__source_id", "kind", "product__source_id", "quantity", "matched_quantity"
            )
        ),
        "matches": sorted(
            ReturnMatch.objects.values_list(
                "return_line__document__source_id", "order_line__order__source_id", "quantity"
            )
        ),
        "rejects": [b"".join(files.read(file)) for file in StoredFile.objects.order_by("pk")],
    }


# --- what goes in --------------------------------------------------------------------------------
def test_every_line_has_one_outcome_and_all_are_told(write, capsys):
    answer = run(write(), capsys)
    assert answer == {
        "format": "online-retail",
        "file": "orders.csv",
        "state": "finished",
        "lines_read": 16,
        "lines": 4,
        "cancellation_lines": 2,
        "non_products": 3,
        "without_customer": 1,
        "duplicates": 2,
        "already_stored": 0,
        "rejected": 4,
        "orders": 5,
        "cancellations": 2,
        "cancellation_lines_matched_fully": 1,
        "cancellation_lines_matched_partly": 0,
        "cancellation_lines_unmatched": 1,
        "units_matched": 8,
        "customers": 3,
        "products": 3,
        "rejects": {
            "foreign_document": 1,
            "price_below_penny": 1,
            "quantity_zero": 1,
            "wrong_column_count": 1,
        },
        "unknown_countries": {},
    }
    outcomes = ["lines", "cancellation_lines", "non_products", "without_customer", "duplicates"]
    outcomes += ["already_stored", "rejected"]
    assert sum(answer[name] for name in outcomes) == answer["lines_read"]


def test_rows(write, capsys):
    run(write(), capsys)
    first = Order.objects.get(source_id="1")
    assert (first.amount, first.charges_amount, first.currency) == (1500, 500, "GBP")
    assert first.placed_at == datetime(2011, 1, 1, 10, 0, tzinfo=UTC)  # the earlier of the two
    assert first.identity.external_id == "100"
    postage = first.lines.get(kind="shipping")
    assert postage.product is None
    discount = ReturnLine.objects.get(kind="discount")
    assert (discount.quantity, discount.amount, discount.document.amount) == (1, 300, 2300)
    customer = Customer.objects.get(identities__external_id="100")
    assert customer.country == "FR"  # the latest line
    assert (customer.zone, customer.zone_source) == ("Europe/Paris", "address")
    assert customer.signed_up_at == first.placed_at
    assert Customer.objects.matching("300").get().zone_source == "default"


def test_a_product_is_called_by_its_latest_description(write, capsys):
    run(write(), capsys)
    assert Product.objects.get(source_id="10A").name == "RED CUP"
    assert Product.objects.filter(search__contains="red cup 10a").exists()


def test_returns_are_matched(write, capsys):
    run(write(), capsys)
    # Six at the same price from order 1, the other two from order 4.
    assert picture()["matches"] == [("C6", "1", 6), ("C6", "4", 2)]
    assert OrderLine.objects.get(order__source_id="1", kind="product").returned_quantity == 6


def test_the_list_of_rejects_names_line_reason_remedy_and_original(write, capsys, tmp_path):
    run(write(), capsys, rejects=tmp_path / "rejects.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "rejects.csv").read_text())))
    assert [(row["line"], row["outcome"]) for row in rows] == [
        ("3", "duplicate"),
        ("4", "non_product"),
        ("6", "no_customer"),
        ("8", "price_below_penny"),
        ("10", "non_product"),
        ("12", "quantity_zero"),
        ("13", "foreign_document"),
        ("14", "wrong_column_count"),
        ("15", "duplicate"),
        ("17", "non_product"),
        ("", "unmatched_return"),
    ]
    assert rows[7]["original"] == "8,30,LAMP,1"
    assert all(row["reason"] and row["remedy"] for row in rows)
    stored = ImportRun.objects.get().rejects
    assert b"".join(files.read(stored)) == (tmp_path / "rejects.csv").read_bytes()
    assert stored.size == (tmp_path / "rejects.csv").stat().st_size


def test_new_customers_are_told_and_the_run_is_audited(write, capsys):
    run(write(), capsys)
    new = set(Customer.objects.values_list("pk", flat=True))
    assert (
        set(Fact.objects.filter(kind="customer.changed").values_list("subject_id", flat=True))
        == new
    )
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "import.started",
        "import.finished",
    ]


def test_quotes_newlines_crlf_and_a_byte_order_mark(write, capsys):
    text = '1,10,"MUG\r\n""BIG"", RED",1,2011-01-01 10:00:00,1.00,100,EIRE\r\n'
    assert run(write(f"\ufeff{HEADER}\r\n{text}"), capsys)["lines"] == 1
    assert OrderLine.objects.get().name == 'MUG\r\n"BIG", RED'


def test_backslashes_and_tabs_arrive_as_they_are(write, capsys):
    run(write(f"{HEADER}\n1,10,A\\N\tB\\,1,2011-01-01 10:00:00,1.00,100,EIRE\n"), capsys)
    assert OrderLine.objects.get().name == "A\\N\tB\\"


def test_broken_lines_cost_themselves_only(write, capsys):
    good = "{n},10,MUG,1,2011-01-01 10:00:00,1.00,100,EIRE\n"
    text = good.format(n=1) + '2,10,"MUG,1\n' + "\n" + "3,10,M\0G,1,,,7,\n" + good.format(n=4)
    answer = run(write(f"{HEADER}\n{text}"), capsys)
    assert answer["rejects"] == {"blank_line": 1, "not_csv": 1, "nul_byte": 1}
    assert answer["lines"] == 2


# --- again, and after being killed ---------------------------------------------------------------
def test_a_finished_file_again_changes_nothing(write, capsys):
    first = run(write(), capsys)
    before = picture()
    packed = write(gzip.compress(f"{HEADER}\n{LINES}".encode()), "orders.csv")
    assert run(packed, capsys) == first
    assert picture() == before
    assert ImportRun.objects.count() == 1


def test_a_file_that_overlaps_adds_only_what_is_new(write, capsys):
    run(write(), capsys)
    more = "9,10A, RED CUP ,1,2011-06-04 09:00:00,2.00,300,Unspecified\n"
    more += "10,10A,RED CUP,1,2011-06-05 09:00:00,2.00,300,Unspecified\n"
    answer = run(write(f"{HEADER}\n{more}", "more.csv"), capsys)
    assert (answer["already_stored"], answer["lines"], answer["orders"]) == (1, 1, 1)
    assert (answer["customers"], answer["products"]) == (0, 0)
    assert Order.objects.get(source_id="9").amount == 200


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("checkpoint", range(1, 10))
def test_killed_at_any_checkpoint_and_run_again_is_as_in_one_go(write, capsys, checkpoint):
    told = 0

    def kill(run, line_count):
        nonlocal told
        told += 1
        if told == checkpoint:
            raise Killed

    path = write()
    with pytest.raises(Killed):
        import_orders(
            path=path, file_format="online-retail", actor=SYSTEM, progress=kill, batch_size=2
        )
    resumed = import_orders(path=path, file_format="online-retail", actor=SYSTEM, batch_size=2)
    after_resuming = picture()
    connection.check_constraints()
    for model in (ReturnMatch, ReturnLine, OrderLine, Return, Order):
        model.objects.all().delete()
    ImportRun.objects.all().delete()
    StoredFile.objects.all().delete()
    Product.objects.all().delete()
    for customer in Customer.objects.all():
        customer.identities.all().delete()
        customer.delete()
    at_once = import_orders(path=path, file_format="online-retail", actor=SYSTEM)
    assert picture() == after_resuming
    assert at_once.counts == resumed.counts


def test_killed_inside_a_batch_leaves_the_checkpoint_where_it_was(write, monkeypatch):
    from customers.services import order_merging

    def kill(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(order_merging, "add_documents", kill)
        with pytest.raises(Killed):
            import_orders(path=write(), file_format="online-retail", actor=SYSTEM)
    assert ImportRun.objects.get().lines_done == 1
    assert not Customer.objects.exists()
    done = import_orders(path=write(), file_format="online-retail", actor=SYSTEM)
    assert done.counts["lines_read"] == 16


def test_two_at_once_one_works_and_the_other_says_so(write, monkeypatch):
    monkeypatch.setattr("customers.services.importing._PATIENCE", "100ms")
    database = settings.DATABASES["default"]
    with (
        psycopg.connect(
            host=database["HOST"],
            port=database["PORT"],
            user=database["USER"],
            password=database["PASSWORD"],
            dbname=connection.settings_dict["NAME"],
        ) as other,
    ):
        other.execute("SELECT pg_advisory_lock(%s)", [0x1A907])
        with pytest.raises(CommandError, match="Another import is working") as refused:
            call_command("import_orders", str(write()), format="online-retail")
    assert refused.value.returncode == 2
    assert not ImportRun.objects.exists()


# --- files that cannot be imported ---------------------------------------------------------------
PACKED = gzip.compress(f"{HEADER}\n{LINES * 50}".encode())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (PACKED[:-20], "incomplete gzip"),
        (PACKED[:300] + b"\0\0\0" + PACKED[303:], "gzip"),
        (b"name,email\nAnn,ann@example.com\n", "InvoiceNo.*but are name, email"),
        (f"{HEADER}\n1,10,caf\xe9\n".encode("latin-1"), "UTF-8"),
        (f"{HEADER}\n".encode("utf-16"), "UTF-8"),
        (HEADER.encode() + b"\n" + b"x" * 3_000_000, "million characters"),
    ],
)
def test_one_sentence_and_nothing_half_done(write, content, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("import_orders", str(write(content)), format="online-retail")
    assert refused.value.returncode == 2
    assert not ImportRun.objects.exists()


def test_a_missing_file_a_folder_and_an_unknown_format(write, tmp_path):
    for path, file_format, sentence in [
        (tmp_path / "nowhere.csv", "online-retail", "There is no file"),
        (tmp_path, "online-retail", "cannot be read"),
        (write(), "spss", "no format called “spss”.*online-retail"),
    ]:
        with pytest.raises(CommandError, match=sentence) as refused:
            call_command("import_orders", str(path), format=file_format)
        assert refused.value.returncode == 2


def test_a_list_of_rejects_that_cannot_be_written_is_told_first(write, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command(
            "import_orders", str(write()), format="online-retail", rejects=tmp_path / "no" / "r.csv"
        )
    assert not ImportRun.objects.exists()


def test_a_header_alone_is_an_empty_shop(write, capsys):
    assert run(write(HEADER), capsys)["lines_read"] == 0
