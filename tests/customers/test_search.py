"""Customers are found by whatever somebody has at hand, however it is typed."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from customers import search
from customers.models import Customer, Merge, ProductCategory
from customers.search import find, find_customers
from customers.search_terms import rank, read
from customers.services import search_texts
from tests import factories as make
from tests.factories import NOON


def person(first, last, *, phone="", source_id=None, **fields):
    customer = make.CustomerFactory.build(first_name=first, last_name=last, phone=phone, **fields)
    customer.save()
    ids = [source_id] if source_id else []
    for one in ids:
        make.IdentityFactory(customer=customer, external_id=one)
    customer.search = customer.search_text(ids)
    customer.save()
    return customer


@pytest.fixture
def isik(db):
    person("Ali", "Demir", phone="+905559876543", email="ali@example.com", source_id="99")
    return person(
        "Irmak", "Işık", phone="+905321234567", email="irmak@ornek.com.tr", source_id="AB-17850"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "Işık", "IŞIK", "ışık", "isik", "ISIK", "İŞİK", "IRMAK", "ırmak", "irmak işık",
        "Işık Irmak", "rma", "ak ış", "  irmak   IŞIK ", "irmak@", "ORNEK.COM",
        "IRMAK@ORNEK.COM.TR", "stanbul irmak",
    ],
)  # fmt: skip
def test_any_part_of_a_name_address_or_city(isik, typed):
    assert isik.pk in {hit.customer.pk for hit in find_customers(typed)}


@pytest.mark.parametrize("stored", ["O'Brien", "O\u2019Brien", "O\u2018Brien", "O\u02bcBrien"])
@pytest.mark.parametrize("typed", ["o'brien", "O\u2019BRIEN", "rónán o\u02bcbr"])
def test_apostrophes_of_phones_and_keyboards_are_one(db, stored, typed):
    ronan = person("Rónán", stored)
    assert [hit.customer for hit in find_customers(typed)] == [ronan]


def test_what_was_folded_before_is_folded_again(db):
    """Also where two categories become one: the older keeps the key, nothing fails."""
    ronan = person("Rónán", "O\u2019Brien")
    Customer.objects.filter(pk=ronan.pk).update(search="ronan o\u2019brien")
    for key in ("men\u2019s", "kids\u2018", "kids\u2019", "kids'", "home"):
        ProductCategory.objects.create(name=key.title(), key=key, created_at=NOON)
    operations = import_module("customers.migrations.0018_apostrophes").Migration.operations

    with connection.cursor() as cursor:
        for operation in operations:
            cursor.execute(operation.sql)

    assert [hit.customer for hit in find_customers("o'brien")] == [ronan]
    keys = set(ProductCategory.objects.values_list("key", flat=True))
    assert keys == {"men's", "kids\u2018", "kids\u2019", "kids'", "home"}


@pytest.mark.parametrize(
    "typed",
    ["+905321234567", "905321234567", "05321234567", "5321234567", "0532 123 45 67",
     "(0532) 123-45-67", "+90 532 123 45 67", "0090 532 123 45 67", "123 45", "0532", "4567"],
)  # fmt: skip
def test_a_phone_number_as_people_type_it(isik, typed):
    assert [hit.customer for hit in find_customers(typed)] == [isik]


@pytest.mark.parametrize("typed", ["AB-17850", "ab-17850", "17850", "b-178"])
def test_an_external_id_and_part_of_it(isik, typed):
    assert [hit.customer for hit in find_customers(typed)] == [isik]


@pytest.mark.parametrize("typed", ["TR-2026-000123", "tr-2026-000123", "000123", "2026-0001"])
def test_an_order_number_and_part_of_it_lead_to_who_ordered(isik, typed):
    make.OrderFactory(identity=isik.identities.get(), source_id="TR-2026-000123")
    make.OrderFactory(source_id="TR-2025-777777")
    hits = find_customers(typed)
    assert [(hit.customer, hit.through) for hit in hits] == [(isik, "TR-2026-000123")]


def test_a_number_sign_belongs_to_the_order_or_not(isik):
    identity = isik.identities.get()
    make.OrderFactory(identity=identity, source_id="#1001")
    make.OrderFactory(identity=identity, source_id="2002")
    assert [hit.through for hit in find_customers("1001")] == ["#1001"]
    assert [hit.through for hit in find_customers("#2002")] == ["2002"]


def test_our_own_ids_and_those_of_absorbed_records(isik):
    order = make.OrderFactory(identity=isik.identities.get())
    Merge.objects.create(
        kept=isik, absorbed_pk=1, absorbed_public_id="cust_gone", actor_kind="staff",
        merged_at=NOON, undo_until=NOON + timedelta(days=30),
    )  # fmt: skip
    for typed in (isik.public_id, order.public_id, "cust_gone"):
        assert [hit.customer for hit in find_customers(typed)] == [isik]


def test_exact_hits_come_before_mere_parts(db):
    """A customer number inside many phone numbers is what somebody who types it means."""
    wanted = person("Ada", "Kaya", source_id="5551234")
    for n in range(5):
        person("Ali", f"Can {n}", phone=f"+90555123400{n}")
    assert find_customers("5551234")[0].customer == wanted
    assert len(find_customers("5551234")) == 6


def test_names_come_before_addresses_and_whole_words_before_parts(db):
    inside = person("Nehir", "Akışık", email="a@example.com")
    mail = person("Ece", "Can", email="isik@example.com")
    part = person("Işıl", "Işıklı", email="b@example.com")
    whole = person("Ece", "Işık", email="c@example.com")
    name = person("Işık", "Ece", email="d@example.com")
    found = [hit.customer for hit in find_customers("ışık")]
    assert found[:2] == [name, whole]
    assert set(found[2:4]) == {part, mail}
    assert found[4] == inside


def test_one_customer_is_found_once(isik):
    identity = isik.identities.get()
    for n in range(3):
        make.OrderFactory(identity=identity, source_id=f"17850-{n}")
    assert len(find_customers("17850")) == 1


def test_an_order_of_nobody_leads_nowhere(db):
    make.OrderFactory(identity=None, source_id="TR-1")
    assert find_customers("TR-1") == []


@pytest.mark.parametrize(
    "typed", ["", "   ", "\x00", "%", "_", "%%%", "\\", "'; DROP TABLE", "ğ" * 500]
)
def test_what_means_nothing_finds_nobody(isik, typed):
    assert find_customers(typed) == []


@pytest.mark.parametrize(("typed", "found"), [("ir", True), ("iş", True), ("ma", False)])
def test_of_two_letters_only_a_beginning_is_looked_for(isik, typed, found):
    assert bool(find_customers(typed)) is found


# --- How much is looked at ------------------------------------------------------------------------
def test_a_bounded_number_is_looked_at_and_the_rest_is_said(db, monkeypatch):
    monkeypatch.setattr(search, "MOST", 5)
    for n in range(7):
        person("Ahmet", f"Kaya{n}")
    found = find("ahmet")
    assert len(found.matches) == 5
    assert found.more
    assert not find("kaya3").more


def test_within_a_selection(isik):
    make.OrderFactory(identity=isik.identities.get(), source_id="TR-2026-000123")
    elsewhere = Customer.objects.filter(country="DE")
    here = Customer.objects.filter(country="TR")
    for typed in ("irmak", "TR-2026-000123", "000123", "AB-17850"):
        assert [one.customer_id for one in find(typed, within=here).matches] == [isik.pk]
        assert find(typed, within=elsewhere).matches == []


@pytest.mark.parametrize(
    ("typed", "statements"),
    [("irmak", 3), ("17850", 4), ("AB-17850", 3), ("0532 123 45 67", 3), ("nobody", 2)],
)
def test_the_number_of_statements(isik, typed, statements):
    for n in range(20):
        person("Irmak", f"Deniz{n}", source_id=f"X-17850-{n}")
    with CaptureQueriesContext(connection) as captured:
        find_customers(typed)
    assert len(captured) == statements, [one["sql"] for one in captured]


# --- What was typed -------------------------------------------------------------------------------
@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(typed):
    terms = read(typed)
    assert all(terms.words)
    assert "\x00" not in "".join((*terms.exact, terms.number, terms.text))


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_text_that_is_found_ranks_better_than_inside_where_it_begins(before, after):
    terms = read(before)
    if terms.words:
        assert rank(f"{terms.text} {after}", terms) == 0


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("0532 123", "532123"), ("+90 (532)", "90532"), ("12", ""), ("00", ""), ("000123", "000123"),
     ("5a3", ""),
     ("2026-01-05", "20260105")],
)  # fmt: skip
def test_digits_of_a_phone_number(typed, digits):
    assert read(typed).digits == digits


# --- Made anew ------------------------------------------------------------------------------------
def test_texts_of_before_are_made_anew_and_only_where_they_differ(isik, monkeypatch):
    monkeypatch.setattr(search_texts, "_AT_ONCE", 2)
    others = [person("Deniz", f"Ak{n}") for n in range(3)]
    right = Customer.objects.get(pk=isik.pk).search
    Customer.objects.filter(pk__in=[isik.pk, others[2].pk]).update(search="of an older program")
    told = []

    assert search_texts.rebuild(progress=lambda done, highest: told.append(done)) == 2

    assert Customer.objects.get(pk=isik.pk).search == right
    assert told == sorted(told)
    assert search_texts.rebuild() == 0


def test_a_rebuild_goes_on_behind_what_was_done(isik):
    later = person("Deniz", "Ak")
    Customer.objects.update(search="")

    assert search_texts.rebuild(after=isik.pk) == 1

    assert not Customer.objects.filter(pk__lte=isik.pk).exclude(search="").exists()
    assert Customer.objects.get(pk=later.pk).search
