"""Lists as files: what the list shows, in batches, continued after a kill, gone in a week."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from config.shared import clock, files
from config.shared.actors import SYSTEM, Actor
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, FileChunk, StoredFile
from customers.export_columns import COLUMNS
from customers.models import Attribute, ExportRun
from customers.services import exports
from customers.services.erasure import ErasureReason, erase_customer
from tests.factories import (
    NOON,
    ConsentStateFactory,
    CustomerFactory,
    IdentityFactory,
    OrderFactory,
)

pytestmark = pytest.mark.django_db
KIM = Actor("staff", "1")


@pytest.fixture(autouse=True)
def noon():
    with clock.use(clock.FrozenClock(NOON)):
        yield


def ask(file_format="csv", columns=("first_name", "email"), **query):
    return exports.request_export(
        query=query, columns=columns, file_format=file_format, actor=KIM, at=NOON
    )


def written(run):
    run.refresh_from_db()
    return b"".join(files.read(run.file))


def table(run):
    return list(csv.reader(io.StringIO(written(run).decode("utf-8-sig"))))


def test_a_csv_of_everybody_computes_nothing():
    ann = CustomerFactory(first_name="=1+1", email="ann@example.com")
    ben = CustomerFactory(first_name="Ben", email="ben@example.com")

    run = ask()
    assert exports.work_on_exports() == 1

    assert table(run) == [
        ["Our id", "First name", "E-mail"],
        [ann.public_id, "'=1+1", "ann@example.com"],
        [ben.public_id, "Ben", "ben@example.com"],
    ]
    assert (run.state, run.rows_done, run.row_count) == ("finished", 2, 2)
    assert run.file.size == len(written(run))
    assert run.expires_at == NOON + timedelta(days=7)


def test_a_workbook_has_numbers_and_texts():
    identity = IdentityFactory(customer__phone="+905551112233", customer__first_name="=1+1")
    OrderFactory(identity=identity)

    run = ask("xlsx", ["first_name", "phone", "orders"])
    exports.work_on_exports()

    sheet = load_workbook(io.BytesIO(written(run))).worksheets[0]
    assert [cell.value for cell in sheet[2]][1:] == ["'=1+1", "'+905551112233", 1]
    assert sheet["D2"].data_type == "n"
    assert StoredFile.objects.count() == 1  # the rows it was made of are gone


def test_search_and_filters_are_respected_and_a_search_is_forgotten():
    CustomerFactory(first_name="Ayşe", country="TR")
    CustomerFactory(first_name="Ayse", country="DE")
    CustomerFactory(first_name="Ben", country="TR")

    run = ask(columns=["first_name"], q="ayse", country="TR")
    assert run.filters["query"] == {"q": "ayse", "country": "TR"}
    exports.work_on_exports()

    assert [row[1] for row in table(run)[1:]] == ["Ayşe"]
    assert run.filters["query"] == {"country": "TR"}
    assert run.filters["searched"] is True


def test_it_is_logged_without_a_value_of_anybody():
    CustomerFactory(first_name="Ayşe")
    run = ask(columns=["first_name"], q="ayşe")
    exports.work_on_exports()
    run.refresh_from_db()
    exports.record_download(run=run, actor=KIM)

    rows = AuditEntry.objects.filter(object_kind="customers.exportrun").order_by("id")
    assert [row.action for row in rows] == [
        "export.requested",
        "export.finished",
        "export.downloaded",
    ]
    assert rows[0].fields == ["first_name", "public_id", "q"]
    assert rows[0].actor_id == "1"


def test_every_column_can_be_had(django_assert_max_num_queries):
    identity = IdentityFactory(customer__birth_month=2, customer__birth_day=29)
    OrderFactory(identity=identity)
    ConsentStateFactory(customer=identity.customer)
    Attribute.objects.create(key="size", name="=Size", type="text", purpose="p", created_at=NOON)
    identity.customer.metadata = {"size": "@38"}
    identity.customer.save()

    run = ask(columns=[*COLUMNS, "attribute:size"])
    exports.work_on_exports()

    [heading, row] = table(run)
    assert heading[-1] == "'=Size"
    assert row[-1] == "'@38"
    shown = dict(zip(heading, row, strict=True))
    assert shown["Birth date"] == "'--02-29"
    assert shown["May be e-mailed"] == "yes"


def test_a_sensitive_attribute_is_no_column():
    Attribute.objects.create(
        key="faith", name="Faith", type="text", purpose="p", is_sensitive=True, created_at=NOON
    )
    with pytest.raises(BadInput, match="faith"):
        ask(columns=["attribute:faith"])
    with pytest.raises(BadInput, match="pdf"):
        ask("pdf")


def test_it_goes_on_where_a_killed_worker_stopped(monkeypatch):
    customers = CustomerFactory.create_batch(7)
    monkeypatch.setattr(exports, "BATCH", 3)
    run = ask(columns=[])
    exports._write_batch(run.pk)  # and then the worker is killed
    run.refresh_from_db()
    assert (run.state, run.rows_done, run.position) == ("running", 3, customers[2].pk)

    exports.work_on_exports()

    assert [row[0] for row in table(run)[1:]] == [one.public_id for one in customers]


def test_time_is_up_and_the_next_sweep_goes_on(monkeypatch):
    CustomerFactory.create_batch(5)
    monkeypatch.setattr(exports, "BATCH", 2)
    run = ask(columns=[])

    assert exports.work_on_exports(longest=0) == 0
    run.refresh_from_db()
    assert run.rows_done == 2
    assert exports.work_on_exports() == 1
    assert len(table(run)) == 6


def test_stopping_deletes_what_was_written():
    CustomerFactory()
    run = ask()
    exports._write_batch(run.pk)

    exports.cancel_export(run=run, actor=KIM, at=NOON)

    run.refresh_from_db()
    assert (run.state, run.file) == ("cancelled", None)
    assert FileChunk.objects.count() == 0
    assert exports.work_on_exports() == 0
    with pytest.raises(exports.ExportOver):
        exports.cancel_export(run=run, actor=KIM, at=NOON)


def test_after_a_week_the_file_is_gone_and_the_row_says_so():
    CustomerFactory()
    run, waiting = ask(), None
    exports.work_on_exports()
    waiting = ask(q="somebody")

    assert exports.delete_expired(at=NOON + timedelta(days=6)) == 0
    assert exports.delete_expired(at=NOON + timedelta(days=7)) == 1

    run.refresh_from_db()
    assert (run.state, run.file, run.rows_done) == ("finished", None, 1)
    assert FileChunk.objects.count() == 0
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    with pytest.raises(exports.ExportOver):
        exports.record_download(run=run, actor=KIM)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_that_holds_somebody_erased_is_deleted_and_others_stay(file_format):
    ann, ben = CustomerFactory(country="TR"), CustomerFactory(country="DE")
    with_ann = ask(file_format, columns=["city"], country="TR")
    with_ben = ask(file_format, columns=["city"], country="DE")
    exports.work_on_exports()
    half = ask(file_format, columns=[])
    exports._write_batch(half.pk)

    erase_customer(customer=ann, actor=SYSTEM, reason=ErasureReason.REQUESTED, at=NOON)

    with_ann.refresh_from_db()
    assert (with_ann.state, with_ann.file) == ("cancelled", None)
    assert "erased" in with_ann.problem
    half.refresh_from_db()
    assert (half.state, half.file) == ("cancelled", None)
    with_ben.refresh_from_db()
    assert with_ben.file is not None
    assert StoredFile.objects.count() == 1
    assert ExportRun.objects.count() == 3
    assert ben.pk
