"""Static lists: who is meant by what somebody gave, and what putting them on a list does."""

import io

import pytest
from openpyxl import Workbook

from config.shared.actors import Actor
from config.shared.errors import BadInput, Refused
from config.shared.models import AuditEntry, Fact, Project
from customers.models import DataCategory
from segments import list_entries
from segments.list_entries import Entry
from segments.list_matching import Problem, match
from segments.models import ListMember, StaticList
from segments.reach import reach_of
from segments.services import lists
from segments.services.segments import delete_segment, save_segment
from tests.factories import NOON, ConsentStateFactory, CustomerFactory, IdentityFactory

pytestmark = pytest.mark.django_db

STAFF = Actor("staff", "1")


def a_list(name="Fair", categories=()) -> StaticList:
    return lists.save_list(name=name, categories=categories, actor=STAFF)


def on_list(static_list) -> dict:
    return {
        "op": "and",
        "rules": [{"field": "list.member", "cmp": "in", "value": [static_list.public_id]}],
    }


def names(text: str) -> list[str]:
    return [entry.name for entry in list_entries.pasted(text).entries]


# --- what was given ---
def test_pasted_names_stand_on_lines_or_between_commas():
    found = list_entries.pasted("a@example.com, 12345\n\n +90 532 123 45 67 \nb;c\td").entries
    assert found == [
        Entry(1, "a@example.com"),
        Entry(1, "12345"),
        Entry(3, "+90 532 123 45 67"),
        Entry(4, "b"),
        Entry(4, "c"),
        Entry(4, "d"),
    ]


def test_nothing_and_too_much_are_refused(monkeypatch):
    with pytest.raises(BadInput):
        list_entries.pasted(" \n,, ")
    monkeypatch.setattr(list_entries, "MOST", 2)
    assert len(names("a\nb")) == 2
    with pytest.raises(BadInput) as refusal:
        list_entries.pasted("a\nb\nc")
    assert "several parts" in str(refusal.value)


@pytest.mark.parametrize(
    ("table", "column", "first"),
    [
        ("Name,E-mail\nAyşe,a@example.com\n", "E-mail", "a@example.com"),
        ("E-posta;Müşteri No\na@example.com;12345\n", "Müşteri No", "12345"),
        ("Ayşe,a@example.com\nAli,b@example.com\n", "2", "a@example.com"),
        ("cust_1,a@example.com\ncust_2,b@example.com\n", "1", "cust_1"),
        ("a@example.com\nb@example.com\n", "1", "a@example.com"),
    ],
)
def test_of_a_table_the_column_counts_that_names_customers(table, column, first):
    named = list_entries.uploaded(io.BytesIO(table.encode()))
    assert (named.column, named.entries[0].name) == (column, first)


def test_a_workbook_is_read_as_well():
    book, file = Workbook(), io.BytesIO()
    for row in (["Customer number", "City"], [12345, "İzmir"], [12346, "Bursa"]):
        book.active.append(row)
    book.save(file)
    named = list_entries.uploaded(file)
    assert named.entries == [Entry(2, "12345"), Entry(3, "12346")]


# --- who is meant ---
def test_each_way_of_naming_a_customer_finds_her():
    customer = CustomerFactory(email="ayse@example.com", phone="+905321234567")
    IdentityFactory(customer=customer, external_id="0012345")
    given = ["0012345", customer.public_id, "Ayse@Example.com ", "0532 123 45 67"]
    entries = [Entry(line, name) for line, name in enumerate(given, 1)]
    matched = match(entries, country="TR")
    assert matched.customer_ids == [customer.pk]
    assert matched.repeated == 3
    assert matched.unmatched == []


def test_what_names_nobody_or_several_is_told_with_its_line():
    CustomerFactory(email="both@example.com")
    CustomerFactory(email="both@example.com")
    entries = [Entry(1, "both@example.com"), Entry(2, "nobody@example.com"), Entry(3, "\x00")]
    matched = match(entries, country="IE")
    assert [(one.entry.line, one.problem) for one in matched.unmatched] == [
        (1, Problem.AMBIGUOUS),
        (2, Problem.UNKNOWN),
        (3, Problem.UNKNOWN),
    ]


def test_an_id_of_one_and_a_number_of_another_is_ambiguous():
    IdentityFactory(external_id="05321234567")
    CustomerFactory(phone="+905321234567")
    matched = match([Entry(1, "05321234567")], country="TR")
    assert [one.problem for one in matched.unmatched] == [Problem.AMBIGUOUS]


# --- putting on, taking off ---
def test_who_is_put_on_is_told_of_and_a_second_time_nothing_happens():
    static_list, customers = a_list(), CustomerFactory.create_batch(3)
    ids = [customer.pk for customer in customers]
    assert lists.add_to_list(static_list=static_list, customer_ids=ids, actor=STAFF) == set(ids)
    told = Fact.objects.filter(kind=lists.CHANGED)
    assert sorted(told.values_list("subject_id", flat=True)) == sorted(ids)
    assert lists.add_to_list(static_list=static_list, customer_ids=ids, actor=STAFF) == set()
    assert told.count() == 3
    assert AuditEntry.objects.filter(action="list.filled").count() == 1


def test_who_is_gone_is_left_out():
    static_list, customer = a_list(), CustomerFactory()
    ids = [customer.pk, customer.pk + 1_000]
    assert lists.add_to_list(static_list=static_list, customer_ids=ids, actor=STAFF) == {ids[0]}


def test_taking_off_is_told_as_well():
    static_list, customer = a_list(), CustomerFactory()
    lists.add_to_list(static_list=static_list, customer_ids=[customer.pk], actor=STAFF)
    told = {"static_list": static_list, "customer_ids": [customer.pk], "actor": STAFF}
    assert lists.remove_from_list(**told) == {customer.pk}
    assert not ListMember.objects.exists()
    assert Fact.objects.filter(kind=lists.CHANGED).count() == 2
    assert lists.remove_from_list(**told) == set()


def test_what_a_list_was_made_from_needs_permission_like_that_itself():
    Project.objects.update(gated_categories=[DataCategory.SEARCH_HISTORY])
    static_list = a_list(categories=[DataCategory.SEARCH_HISTORY])
    willing, other = CustomerFactory.create_batch(2)
    ConsentStateFactory(customer=willing, channel="", data_category="SEARCH_HISTORY")
    lists.add_to_list(static_list=static_list, customer_ids=[willing.pk, other.pk], actor=STAFF)
    found = reach_of(on_list(static_list), at=NOON)
    assert found.examples == [willing.pk]
    assert [(one.kind, one.count) for one in found.withheld] == [("SEARCH_HISTORY", 1)]


def test_saying_later_what_it_was_made_from_is_told_of_everybody_on_it():
    static_list, customer = a_list(), CustomerFactory()
    lists.add_to_list(static_list=static_list, customer_ids=[customer.pk], actor=STAFF)
    lists.save_list(
        static_list=static_list, name="Fair", categories=["BROWSE_HISTORY"], actor=STAFF
    )
    assert Fact.objects.filter(kind=lists.CHANGED, subject_id=customer.pk).count() == 2


@pytest.mark.parametrize("wrong", [{"name": " "}, {"categories": ["SHOE_SIZE"]}])
def test_a_list_needs_a_name_and_known_kinds_of_data(wrong):
    with pytest.raises(BadInput):
        lists.save_list(**{"name": "Fair", "categories": [], "actor": STAFF, **wrong})


def test_two_lists_have_two_names():
    a_list()
    with pytest.raises(BadInput):
        a_list()


# --- removing ---
def test_a_list_that_a_segment_asks_for_stays():
    static_list = a_list()
    segment = save_segment(name="From the fair", rules=on_list(static_list), actor=STAFF)
    with pytest.raises(Refused):
        lists.delete_list(static_list=static_list, actor=STAFF)
    delete_segment(segment=segment, actor=STAFF)
    lists.delete_list(static_list=static_list, actor=STAFF)
    assert not StaticList.objects.exists()


def test_a_segment_that_another_asks_for_stays():
    inner = save_segment(name="Inner", rules={"everyone": True}, actor=STAFF)
    rule = {"field": "segment.member", "cmp": "not_in", "value": [inner.public_id]}
    save_segment(name="Outer", rules={"op": "and", "rules": [rule]}, actor=STAFF)
    with pytest.raises(Refused):
        delete_segment(segment=inner, actor=STAFF)
