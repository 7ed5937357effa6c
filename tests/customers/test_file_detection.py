"""What is found out about an upload: packing, encoding, separator, header, system, contents."""

import gzip
import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from config.shared.models import Project, StoredFile
from customers.importing.source import UnusableFile
from customers.models import Customer, ImportRun
from customers.services import file_imports
from tests.customers.filing import COLLEAGUE, imported, reasons, upload

pytestmark = pytest.mark.django_db

PEOPLE = "Email,First Name,City\nayse@example.com,Ayşe,İzmir\ncan@example.com,Can,Muğla\n"


@pytest.fixture(autouse=True)
def english() -> None:
    Project.objects.update(language="en")


def names() -> list[tuple[str, str]]:
    return list(Customer.objects.order_by("email").values_list("first_name", "city"))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (PEOPLE.encode(), "utf-8"),
        (PEOPLE.encode("utf-8-sig"), "utf-8"),
        (PEOPLE.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + PEOPLE.encode("utf-16-be"), "utf-16-be"),
        (PEOPLE.encode("utf-16-le"), "utf-16-le"),
        (PEOPLE.encode("cp1254"), "cp1254"),
        (gzip.compress(PEOPLE.encode()), "utf-8"),
    ],
    ids=["plain", "mark", "utf-16", "big-endian", "unmarked", "turkish", "gzip"],
)
def test_the_encoding_is_found_and_the_names_are_right(body, encoding) -> None:
    run = upload(body)
    assert run.detected["encoding"] == encoding
    imported(run)
    assert names() == [("Ayşe", "İzmir"), ("Can", "Muğla")]


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        ("Jürgen,Köln,Straße\nRené,Orléans,à côté\n", "cp1252", "en"),
        ("Jürgen,Köln\nGül,Iğdır\nÇağrı,Şişli\n", "cp1254", "en"),
        ("Łukasz,Kraków,Żółw\nZdeněk,Plzeň,Příbram\n", "cp1250", "pl"),
        ("Иван,Москва\nОльга,Казань\n", "cp1251", "en"),
        ("Γιώργος,Αθήνα\nΕλένη,Πάτρα\n", "cp1253", "en"),
    ],
)
def test_old_encodings_are_guessed_by_their_letters(text, encoding, language) -> None:
    Project.objects.update(language=language)
    lines = "".join(f"a@x.test,{line}\n" for line in text.split())
    found = upload(f"email,a,b\n{lines}".encode(encoding))
    assert found.detected["encoding"] == encoding
    assert found.detected["encoding_certain"] is False


def test_a_wrong_guess_can_be_corrected_and_the_mapping_stays() -> None:
    run = upload("Email,First Name\nj@example.com,Jürgen Þór\n".encode("cp1252"))
    columns = run.mapping["columns"]
    run = file_imports.change_detection(run=run, encoding="cp1252")
    assert run.mapping["columns"] == columns
    imported(run)
    assert Customer.objects.get().first_name == "Jürgen Þór"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_line_ends_and_quoted_line_breaks(delimiter, end) -> None:
    rows = [
        ["Email", "First Name", "Note"],
        ["ann@example.com", "Ann", f'"said: ""yes{delimiter} please""{end}and more"'],
        ["bob@example.com", "Bob", ""],
    ]
    run = upload(end.join(delimiter.join(row) for row in rows))
    assert (run.detected["delimiter"], run.detected["has_header"]) == (delimiter, True)
    assert imported(run).counts["counts"] == {"created": 2}
    said = Customer.objects.get(first_name="Ann").description
    assert said == " ".join(f'said: "yes{delimiter} please" and more'.split())


def test_a_file_without_a_header_is_mapped_by_its_values() -> None:
    run = upload("ann@example.com,Ann,+905321234567\nbob@example.com,Bob,+905321234568\n")
    assert run.detected["has_header"] is False
    assert [run.mapping["columns"][n]["target"] for n in "012"] == ["email", "", "phone"]
    assert imported(run).counts["counts"] == {"created": 2}


def test_the_header_can_be_denied() -> None:
    run = upload("Email,City\nann@example.com,Van\n")
    run = file_imports.change_detection(run=run, has_header=False)
    columns = {"0": {"target": "email"}, "1": {"target": "city"}}
    run = file_imports.set_mapping(run=run, columns=columns, options={}, actor=COLLEAGUE)
    assert imported(run).counts["counts"] == {"created": 1}
    assert reasons(ImportRun.objects.get()) == {"This is not an e-mail address.": 1}


@pytest.mark.parametrize(
    ("cells", "day_first"),
    [("13/04/2026", True), ("04/13/2026", False), ("03/04/2026", True)],
)
def test_the_order_of_day_and_month_is_found_or_the_countrys(cells, day_first) -> None:
    run = upload(f"email,birthday\nann@example.com,{cells}\n")
    assert run.detected["day_first"] is day_first


# --- workbooks ------------------------------------------------------------------------------------
def workbook(*rows, title="People", more=()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name in more:
        book.create_sheet(name).append(["Email", "City"])
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


AT = datetime(2020, 1, 2, 3, 4)  # noqa: DTZ001  (workbooks know no zones)


def test_a_workbook_gives_what_is_stored_in_it() -> None:
    body = workbook(
        ["Email", "First Name", "Phone", "Birthday", "Customer ID", "Signed Up"],
        ["ann@example.com", "Ann", 905321234567, date(1990, 5, 31), 17, AT],
        [None, None, None, None, None, None],
        ["bob@example.com", "Bob"],
    )
    run = upload(body, name="people.xlsx")
    assert (run.detected["format"], run.detected["sheets"]) == ("xlsx", ["People"])
    assert imported(run).counts["counts"] == {"created": 2}
    ann = Customer.objects.get(first_name="Ann")
    assert (ann.phone, ann.birth_year) == ("+905321234567", 1990)
    assert ann.identities.get().external_id == "17"
    assert ann.signed_up_at is not None
    assert ann.signed_up_at.isoformat() == "2020-01-02T00:04:00+00:00"


def test_a_formula_that_nobody_computed_is_refused_and_the_row_named() -> None:
    body = workbook(["Email", "First Name"], ["a@x.test", "=SUM(A1)"], ["b@x.test", "Bob"])
    run = imported(upload(body))
    assert reasons(run) == {"formula": 1}
    assert run.counts["rejected"]["formula"]["examples"] == [{"row": 2, "column": 1}]


def test_another_sheet_can_be_chosen() -> None:
    run = upload(workbook(["x"], ["y@example.com"], title="Notes", more=["Liste"]))
    run = file_imports.change_detection(run=run, sheet="Liste")
    assert run.detected["headers"] == ["Email", "City"]


def _with_entities(part: str) -> bytes:
    """A workbook whose part declares entities that multiply."""
    clean = zipfile.ZipFile(io.BytesIO(workbook(["Email"], ["a@x.test"])))
    parts = {name: clean.read(name) for name in clean.namelist()}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    return zipped(**(parts | {part: bomb + parts.get(part, b"<sst/>")}))


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"]
)
def test_entities_in_a_workbook_are_refused(part) -> None:
    with pytest.raises(UnusableFile, match="refers to things outside"):
        upload(_with_entities(part))


# --- what is refused as a whole -------------------------------------------------------------------
def zipped(**members: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return body.getvalue()


def test_a_zip_with_one_table_is_unpacked() -> None:
    run = upload(zipped(**{"export/people.csv": PEOPLE.encode(), "readme.md": b"hello"}))
    assert (run.detected["packed"], run.detected["member"]) == ("zip", "export/people.csv")
    assert imported(run).counts["counts"] == {"created": 2}


def _huge_zip() -> bytes:
    """A gigabyte of blanks, written as its one megabyte of deflate."""
    body = io.BytesIO()
    with (
        zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("people.csv", "w", force_zip64=True) as member,
    ):
        block = b" " * (1 << 20)
        for _megabyte in range(1024):
            member.write(block)
    return body.getvalue()


def _lying_zip() -> bytes:
    """The same in small, but its directory says that it unpacks to a few bytes."""
    body = bytearray(zipped(**{"people.csv": b"a@x.test\n" * 3_000_000}))
    size = (27_000_000).to_bytes(4, "little")
    while (place := body.find(size)) >= 0:
        body[place : place + 4] = (90).to_bytes(4, "little")
    return bytes(body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0 old office", "old kind"),
        (zipped(a=b""), "holds 0 tables"),
        (zipped(**{"a.csv": b"a", "b.csv": b"b"}), "holds 2 tables"),
        (b"PK\x03\x04 torn", "damaged"),
        (gzip.compress(PEOPLE.encode())[:-9], "damaged"),
        (gzip.compress(b"a@x.test\n" * 6_000_000), "packed more tightly"),
        (",".join(f"column {n}" for n in range(2000)).encode() + b"\n", "2000 columns"),
        (b"email" + b"x" * 3_000_000, "million characters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_in_one_sentence_and_nothing_is_kept(body, why) -> None:
    with pytest.raises(UnusableFile, match=why) as refused:
        upload(body)
    assert refused.value.details
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_gigabyte_in_a_zip_is_refused_without_unpacking(monkeypatch) -> None:
    body = _huge_zip()
    monkeypatch.setattr(zipfile.ZipExtFile, "read", None)  # nothing may be unpacked
    with pytest.raises(UnusableFile, match=r"larger than|packed more tightly"):
        upload(body)


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    with pytest.raises(UnusableFile):
        upload(_lying_zip())


def test_an_upload_that_is_too_large_is_not_kept(settings) -> None:
    settings.IMPORT_LARGEST_UPLOAD = 10
    with pytest.raises(UnusableFile, match="larger than"):
        upload(PEOPLE)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("Code,Voucher Type,Active,Start Date,Expiration Date,Discount Type,Value", "vouchers"),
        ("Handle,Title,Vendor,Variant SKU,Variant Price,Image Src", "products"),
        ("Name,Email,Financial Status,Lineitem name,Lineitem price,Lineitem quantity", "orders"),
    ],
)
def test_a_list_of_something_else_is_recognised(header, what) -> None:
    with pytest.raises(UnusableFile, match=what):
        upload(header + "\n")


def test_a_title_above_the_names_of_the_columns_is_left_out() -> None:
    run = upload("Customers of 2026,,\n,,\nEmail,First Name,City\na@x.test,Ann,Van\nnobody,,\n")
    assert run.detected["headers"] == ["Email", "First Name", "City"]
    run = imported(run, batch_size=1)
    assert run.counts["counts"] == {"created": 1}
    assert run.counts["rejected"]["This is not an e-mail address."]["examples"][0]["row"] == 5


def test_a_row_that_only_looks_like_a_header_is_none() -> None:
    """One word that is a heading too (a town called Name) makes no title of what is above."""
    run = upload("Kim,Nereden\nann@x.test,Van\nbob@x.test,City\n")
    assert (run.detected["begins"], run.detected["headers"]) == (1, ["Kim", "Nereden"])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<!DOCTYPE html><table><tr><td>Email</td></tr></table>", "web page"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><Workbook/>", "web page"),
        (b'{"customers": []}', "JSON"),
        (b'[{"email": "a@x.test"}]', "JSON"),
        (bytes(range(256)) * 16, "no text"),
    ],
)
def test_what_only_calls_itself_a_table_is_refused_by_name(body, why) -> None:
    with pytest.raises(UnusableFile, match=why):
        upload(body)
    assert not StoredFile.objects.exists()
