"""Customers from a file: who a row is about, what it changes, what is rejected and why."""

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared.errors import BadInput, Refused
from config.shared.models import AuditEntry, Fact, Project, StoredFile
from customers.models import Adviser, Attribute, Customer, Identity, ImportTouch
from customers.services import file_customers_writing, file_imports
from tests.customers.filing import (
    COLLEAGUE,
    checked,
    decide,
    imported,
    reasons,
    rejected,
    rejected_file,
    upload,
)
from tests.factories import NOON, CustomerFactory, IdentityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> None:
    Project.objects.update(language="en")


HEADER = "Email,First Name,Last Name,Phone,Country,City,Birthday\n"
ANN = "ann@example.com,Ann,Berg,+905321234567,Turkey,İzmir,1990-05-31\n"
BOB = "bob@example.com,Bob,,0532 123 45 68,TR,Ankara,\n"


def test_rows_become_customers_whatever_way_their_values_are_written() -> None:
    run = imported(upload(HEADER + ANN + BOB))
    assert run.counts["counts"] == {"created": 2}
    ann = Customer.objects.get(email="ann@example.com")
    assert (ann.first_name, ann.phone, ann.country) == ("Ann", "+905321234567", "TR")
    assert (ann.birth_year, ann.birth_month, ann.birth_day, ann.month_day) == (1990, 5, 31, 531)
    assert (ann.zone, ann.zone_source) == ("Europe/Istanbul", "address")
    assert Customer.objects.get(email="bob@example.com").phone == "+905321234568"


def test_new_customers_are_found_by_search_told_of_and_have_an_identity() -> None:
    imported(upload(HEADER + ANN))
    ann = Customer.objects.matching("IZMIR").get()
    assert ann.search == ann.search_text([i.external_id for i in ann.identities.all()])
    assert ann.identities.get().source == "import"
    fact = Fact.objects.get(kind="customer.changed", subject_id=ann.pk)
    assert fact.data == {"fields": ["new"]}


def test_the_same_file_again_changes_nothing() -> None:
    imported(upload(HEADER + ANN + BOB))
    before = list(Customer.objects.order_by("pk").values())
    Fact.objects.all().delete()
    run = imported(upload(HEADER + ANN + BOB))
    assert run.counts["counts"] == {"unchanged": 2}
    assert list(Customer.objects.order_by("pk").values()) == before
    assert not Fact.objects.exists()


def test_a_known_customer_gets_what_differs_and_keeps_the_rest() -> None:
    imported(upload(HEADER + ANN))
    run = imported(upload("email,city,first name\nANN@example.com ,Bodrum,\n"))
    assert run.counts["counts"] == {"changed": 1}
    assert run.counts["fields"] == {"city": 1}
    ann = Customer.objects.get()
    assert (ann.first_name, ann.city, ann.birth_year) == ("Ann", "Bodrum", 1990)
    assert ann.search == ann.search_text([ann.identities.get().external_id])
    changed = Fact.objects.filter(kind="customer.changed").order_by("-id").first()
    assert changed is not None
    assert changed.data == {"fields": ["city"]}


def test_an_empty_cell_clears_only_where_the_person_says_so() -> None:
    imported(upload(HEADER + ANN))
    run = decide(upload(HEADER + "ann@example.com,Ann,,,TR,,\n"), empty="clear")
    assert imported(run).counts["counts"] == {"changed": 1}
    ann = Customer.objects.get()
    assert (ann.last_name, ann.phone, ann.city, ann.birth_month) == ("", "", "", None)


def test_the_zone_follows_the_country_unless_it_was_told() -> None:
    imported(upload(HEADER + ANN))
    imported(upload("email,country\nann@example.com,GB\n"))
    assert Customer.objects.get().zone == "Europe/London"
    imported(upload("email,time zone\nann@example.com,Asia/Tokyo\n"))
    imported(upload("email,country\nann@example.com,TR\n"))
    ann = Customer.objects.get()
    assert (ann.country, ann.zone, ann.zone_source) == ("TR", "Asia/Tokyo", "explicit")


@pytest.mark.parametrize(
    ("mode", "counts"),
    [
        ("both", {"created": 1, "changed": 1}),
        ("create", {"created": 1, "not_wanted": 1}),
        ("update", {"changed": 1, "not_wanted": 1}),
    ],
)
def test_only_new_or_only_known_customers_may_be_wanted(mode, counts) -> None:
    imported(upload(HEADER + ANN))
    run = decide(upload("email,city\nann@example.com,Bodrum\nnew@example.com,Van\n"), mode=mode)
    assert imported(run).counts["counts"] == counts


# --- who a row is about ---------------------------------------------------------------------------
def test_an_id_in_a_system_comes_before_the_address() -> None:
    ann = IdentityFactory(source="shop", external_id="7", customer__email="old@example.com")
    run = imported(upload("Customer ID,Email\n7,new@example.com\n"))
    assert run.counts["counts"] == {"changed": 1}
    ann.customer.refresh_from_db()
    assert ann.customer.email == "new@example.com"


def test_somebody_known_by_address_gets_the_id_of_the_file() -> None:
    imported(upload(HEADER + ANN))
    run = imported(upload("Customer ID,Email\n'7,ann@example.com\n"))
    assert run.counts["counts"] == {"changed": 1}
    assert Identity.objects.get(source="shop").external_id == "7"
    ann = Customer.objects.get()
    assert "7" in ann.search.split()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,two@example.com", "email_disagrees"),
        ("3,one@example.com", "other_id"),
        (",same@example.com", "email_of_several"),
        (",", "nobody"),
    ],
)
def test_a_row_that_points_to_several_customers_is_named(line, reason) -> None:
    IdentityFactory(source="shop", external_id="1", customer__email="one@example.com")
    IdentityFactory(source="shop", external_id="2", customer__email="two@example.com")
    for _twice in range(2):
        IdentityFactory(customer__email="same@example.com")
    before = list(Customer.objects.order_by("pk").values())
    run = imported(upload(f"Customer ID,Email,City\n{line},Van\n"))
    assert reasons(run) == {reason: 1}
    assert list(Customer.objects.order_by("pk").values()) == before


def test_phone_numbers_recognise_people_only_where_that_is_wanted() -> None:
    IdentityFactory(customer__phone="+905321234567", customer__email="")
    text = "phone,email,city\n0532 123 45 67,,Van\n"
    run = imported(decide(upload(text), identify_by=["phone"]))
    assert run.counts["counts"] == {"changed": 1}
    with pytest.raises(BadInput, match="No column tells who a row is about"):
        checked(decide(upload("phone,city\n0532 123 45 67,Van\n"), identify_by=["email"]))


@pytest.mark.parametrize("batch_size", [1, 2, 50])
@pytest.mark.parametrize(("repeated", "city"), [("last", "Van"), ("first", "Bodrum")])
def test_repeated_rows_are_counted_and_one_of_them_wins(repeated, city, batch_size) -> None:
    text = (
        "email,city\nann@example.com,Bodrum\nbob@example.com,Izmir\n"
        "carl@example.com,Ankara\nAnn@Example.com,Van\n"
    )
    run = imported(decide(upload(text), repeated=repeated), batch_size=batch_size)
    expected = {"created": 3, "repeated": 1}
    assert run.report["counts"] == expected
    assert run.counts["counts"] == expected
    assert Customer.objects.get(email="ann@example.com").city == city
    assert not ImportTouch.objects.exists()


# --- the check ------------------------------------------------------------------------------------
_ROW = st.tuples(
    st.sampled_from(["", "1", "2", "3"]),
    st.sampled_from(["", "a@x.test", "b@x.test", "c@x.test", "no address"]),
    st.sampled_from(["", "Van", "Bodrum"]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(_ROW, min_size=1, max_size=9),
    batch_size=st.integers(1, 10),
    repeated=st.sampled_from(["first", "last"]),
    mode=st.sampled_from(["both", "create", "update"]),
)
def test_the_check_writes_nothing_and_predicts_the_run(rows, batch_size, repeated, mode) -> None:
    Identity.objects.all().delete()
    Customer.objects.all().delete()
    IdentityFactory(source="shop", external_id="1", customer__email="a@x.test", customer__city="")
    IdentityFactory(
        source="shop", external_id="9", customer__email="b@x.test", customer__city="Van"
    )
    text = (
        "Customer ID,Email,City\n" + "".join(",".join(row) + "\n" for row in rows) + "8,z@x.test,\n"
    )
    before = list(Customer.objects.order_by("pk").values())
    run = decide(upload(text), repeated=repeated, mode=mode)
    run = checked(run, batch_size=batch_size)
    assert list(Customer.objects.order_by("pk").values()) == before
    run = imported(decide(run, repeated=repeated, mode=mode), batch_size=batch_size)
    for part in ("read", "counts", "rejected", "rejected_rows"):
        assert run.counts[part] == run.report[part], part


# --- what is wrong with rows ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ("no address,Ann,,,TR,,", "Email", "not an e-mail"),
        ("a@example.com,Ann,,12,TR,,", "Phone", "phone number"),
        ("a@example.com,Ann,,,Atlantis,,", "Country", "not a country"),
        ("a@example.com,Ann,,,TR,,1850-01-01", "Birthday", "birth date"),
        ("a@example.com,Ann,,,TR,,2999-01-01", "Birthday", "birth date"),
        ("a@example.com,Ann,,,TR,,31.02.1990", "Birthday", "birth date"),
        ("a@example.com,=SUM(A1),,,TR,,", "First Name", "formula"),
        ("a@example.com,A\0nn,,,TR,,", "", "NUL"),
        ("a@example.com,Ann", "", "ends before"),
        ("a@example.com,Ann,,,TR,,,,,more", "", "more cells"),
        ('a@example.com,"Ann" Berg,,,TR,,', "", "quotation marks"),
    ],
)
def test_a_bad_row_is_named_with_row_column_reason_and_remedy(cells, column, reason) -> None:
    run = imported(upload(HEADER + ANN + cells + "\n" + BOB))
    assert run.counts["counts"] == {"created": 2}
    (row,) = rejected(run)
    assert (row["import_row"], row["import_column"]) == ("3", column)
    assert reason in row["import_reason"]
    assert row["import_remedy"]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    run = imported(upload(HEADER + "nobody,Ann,,12,Atlantis,,1850-01-01\n"))
    assert sum(reasons(run).values()) == 4
    assert run.counts["rejected_rows"] == 1
    assert rejected(run)[0]["import_column"] == "Email; Country; Birthday; Phone"


def test_the_file_of_rejected_rows_is_harmless_and_comes_in_again_corrected() -> None:
    header = "Email,First Name,Phone,Note\n"
    run = imported(
        upload(header + 'a@example,Ann,+90 532 123 45 67,"-5, @home"\n' + "b@x.test,B,,\n")
    )
    (row,) = rejected(run)
    assert row["Phone"] == "'+90 532 123 45 67"
    assert row["Note"] == "'-5, @home"
    corrected = rejected_file(run).replace(b"a@example,", b"a@example.com,")
    again = upload(corrected, name="corrected.csv")
    targets = {how["target"] for how in again.mapping["columns"].values()}
    assert targets == {"email", "first_name", "phone", "description", ""}
    assert imported(again).counts["counts"] == {"created": 1}
    ann = Customer.objects.get(email="a@example.com")
    assert (ann.phone, ann.description) == ("+905321234567", "-5, @home")


@pytest.mark.parametrize("note", ["\t=1+1", " =1+1", "＝cmd|x", "\u200b@home", "-5"])
def test_nothing_a_spreadsheet_computes_stands_in_the_file_of_rejected_rows(note) -> None:
    run = imported(upload(f'Email,Note\na@example,"{note}"\nb@x.test,\n'))
    assert rejected(run)[0]["Note"] == f"'{note}"
    corrected = rejected_file(run).replace(b"a@example,", b"a@example.com,")
    imported(upload(corrected))
    assert Customer.objects.get(email="a@example.com").description == note.strip(" \t\u200b")


def test_reasons_are_told_in_the_language_of_the_project() -> None:
    Project.objects.update(language="tr")
    run = imported(upload(HEADER + "no address,Ann,,,TR,,\n"))
    assert rejected(run)[0]["import_reason"] == "Bu bir e-posta adresi değil."


# --- attributes, tags, advisers -------------------------------------------------------------------
def test_attributes_are_typed_and_other_columns_can_be_kept_as_they_are() -> None:
    Attribute.objects.create(
        key="shoe_size", name="Shoe size", type="number", purpose="Offers", created_at=NOON
    )
    Attribute.objects.create(
        key="budget", name="Budget", type="money", currency="EUR", purpose="x", created_at=NOON
    )
    run = upload("email;Shoe size;Budget;Tags;Branch\nann@example.com;38,5;1.234,50;b, a;North\n")
    columns = run.mapping["columns"] | {"4": {"target": "metadata:branch"}}
    run = file_imports.set_mapping(run=run, columns=columns, options={}, actor=COLLEAGUE)
    imported(run)
    assert Customer.objects.get().metadata == {
        "shoe_size": 38.5,
        "budget": 123450,
        "tags": ["a", "b"],
        "branch": "North",
    }
    again = upload("email,Shoe size\nann@example.com,39\n")
    assert imported(again).counts["fields"] == {"metadata": 1}
    assert Customer.objects.get().metadata["branch"] == "North"


def test_an_adviser_is_named_by_the_shops_id() -> None:
    kim = Adviser.objects.create(source_id="k1", name="Kim")
    text = "email,Sales Adviser\nann@example.com,k1\nbob@example.com,k2\n"
    run = imported(upload(text))
    assert Customer.objects.get().adviser == kim
    assert reasons(run) == {"unknown_adviser": 1}


# --- the run as a whole ---------------------------------------------------------------------------
def test_the_upload_is_deleted_in_the_end_and_the_log_holds_the_counts() -> None:
    run = imported(upload(HEADER + ANN))
    assert run.file is None
    assert StoredFile.objects.get() == run.rejects
    entries = AuditEntry.objects.filter(object_kind="customers.importrun").order_by("id")
    assert list(entries.values_list("action", "fields")) == [
        ("import.uploaded", []),
        ("import.started", []),
        ("import.finished", ["created=1"]),
    ]


def test_nothing_starts_before_it_was_checked() -> None:
    with pytest.raises(Refused):
        file_imports.start(run=upload(HEADER + ANN), actor=COLLEAGUE)


def test_a_saved_mapping_is_proposed_for_the_next_file_with_these_columns() -> None:
    run = decide(upload("Kim,Nereden\nann@example.com,Van\n"), mode="update")
    columns = {"0": {"target": "email"}, "1": {"target": "city"}}
    run = file_imports.set_mapping(
        run=run, columns=columns, options={"mode": "create"}, actor=COLLEAGUE
    )
    file_imports.save_mapping(run=run, name="Till")
    again = upload("Nereden,Kim\nVan,bob@example.com\n")
    assert again.mapping["saved"] == "Till"
    assert [again.mapping["columns"][n]["target"] for n in "01"] == ["city", "email"]
    assert again.mapping["options"]["mode"] == "create"
    assert upload("Nereden,Kim,X\nVan,bob@example.com,1\n").mapping["saved"] == ""


def test_two_columns_for_one_field_and_unknown_targets_are_refused() -> None:
    run = upload("a,b\nx@example.com,y@example.com\n")
    for columns in (
        {"0": {"target": "email"}, "1": {"target": "email"}},
        {"0": {"target": "shoe"}},
    ):
        with pytest.raises(BadInput):
            file_imports.set_mapping(run=run, columns=columns, options={}, actor=COLLEAGUE)


def test_the_preview_shows_rows_as_read_and_as_stored() -> None:
    run = upload(HEADER + ANN + "no,Bob,,,,,\n")
    first, second = file_imports.preview(run=run)
    assert first["cells"][4] == "Turkey"
    assert first["stored"]["4"] == "TR"
    assert second["problems"][0]["column"] == 0
    assert second["problems"][0]["remedy"]


def test_customers_who_are_not_in_the_file_are_left_alone() -> None:
    CustomerFactory(email="other@example.com")
    before = Customer.objects.values().get()
    imported(upload(HEADER + ANN))
    assert Customer.objects.values().get(email="other@example.com") == before


def test_a_batch_that_met_another_writer_is_decided_anew_from_the_rows_as_they_were_read(
    monkeypatch,
) -> None:
    write, calls = file_customers_writing.write, []

    def taken_at_this_moment(**told: object) -> None:
        write(**told)
        calls.append(1)
        if len(calls) == 1:
            raise IntegrityError

    monkeypatch.setattr(file_customers_writing, "write", taken_at_this_moment)
    text = "Customer ID,Email,City\n7,old@x.test,\n,old@x.test,Cork\n7,new@x.test,\n"

    run = imported(upload(text))

    assert len(calls) == 2
    assert run.counts["counts"] == {"created": 1, "repeated": 2}
    ann = Customer.objects.get()
    assert (ann.email, ann.city) == ("new@x.test", "Cork")
