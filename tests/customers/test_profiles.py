"""Making and changing customers: recognised by external id, zone with its source, birth dates."""

from datetime import UTC, datetime

import pytest

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Fact, Project
from customers.models import Customer
from customers.services.customers import identify, update_customer

pytestmark = pytest.mark.django_db


def known(source_id: str = "17850", **fields: object) -> Customer:
    return identify(source_id=source_id, actor=SYSTEM, **fields).customer


def test_the_same_external_id_is_the_same_customer() -> None:
    assert known("17850", first_name="Ayşe").pk == known("17850", last_name="Çelik").pk
    assert Customer.objects.get().full_name == "Ayşe Çelik"


@pytest.mark.parametrize(
    ("fields", "zone", "source", "problem"),
    [
        ({}, "Europe/Istanbul", "default", ""),
        ({"country": "IE"}, "Europe/Dublin", "address", ""),
        ({"country": "US"}, "Europe/Istanbul", "default", ""),
        ({"country": "IE", "zone": "Pacific/Auckland"}, "Pacific/Auckland", "explicit", ""),
        ({"country": "IE", "zone": "Mars/Olympus"}, "Europe/Dublin", "address", "Mars/Olympus"),
        ({"zone": "Mars/Olympus"}, "Europe/Istanbul", "default", "Mars/Olympus"),
    ],
)
def test_the_zone_says_where_it_comes_from(
    fields: dict, zone: str, source: str, problem: str
) -> None:
    Project.objects.update(zone="Europe/Istanbul")
    customer = known(**fields)
    assert (customer.zone, customer.zone_source, customer.zone_problem) == (zone, source, problem)


def test_a_zone_told_by_the_customer_survives_a_move() -> None:
    customer = known(country="IE", zone="Pacific/Auckland")
    moved = update_customer(customer=customer, actor=SYSTEM, country="GB")
    assert (moved.country, moved.zone) == ("GB", "Pacific/Auckland")


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_month": 2, "birth_day": 30},
        {"birth_month": 2, "birth_day": 29, "birth_year": 2001},
        {"birth_month": 3, "birth_day": 17, "birth_year": 1850},
        {"birth_month": 3, "birth_day": 18, "birth_year": 2026},
        {"birth_month": 3},
        {"birth_year": 1990},
        {"email": "ayşe at example"},
        {"first_name": "x" * 121},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(wrong: dict) -> None:
    customer = known(first_name="Ann", birth_month=2, birth_day=1)
    with (
        clock.use(clock.FrozenClock(datetime(2026, 3, 17, tzinfo=UTC))),
        pytest.raises(BadInput),
    ):
        update_customer(
            customer=customer,
            actor=SYSTEM,
            **({"birth_month": None, "birth_day": None} | wrong | {"city": "Cork"}),
        )
    customer.refresh_from_db()
    assert (customer.city, customer.birth_day) == ("", 1)


def test_29_february_needs_no_year() -> None:
    assert known(birth_month=2, birth_day=29).birth_day == 29


@pytest.mark.parametrize("typed", ["ırmak", "IRMAK", "irmak", "İRMAK", "dağ", "DAG", "17850"])
def test_search_finds_however_it_is_typed(typed: str) -> None:
    known("17850", first_name="Irmak", last_name="Dağ")
    known("20000", first_name="Ann", last_name="Baker")
    assert [c.first_name for c in Customer.objects.matching(typed)] == ["Irmak"]


def test_a_change_leaves_names_of_fields_in_the_audit_log_and_a_fact_but_no_values() -> None:
    customer = known(first_name="Ann")
    update_customer(customer=customer, actor=SYSTEM, first_name="Anna", birth_month=3, birth_day=1)
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    assert entry.fields == ["birth_day", "birth_month", "first_name"]
    fact = Fact.objects.order_by("-id").first()
    assert fact is not None
    assert fact.data == {"fields": ["birth_day", "birth_month", "first_name"]}


def test_the_same_again_changes_nothing() -> None:
    customer = known(first_name="Ann")
    written = AuditEntry.objects.count()
    update_customer(customer=customer, actor=SYSTEM, first_name="Ann")
    assert AuditEntry.objects.count() == written
