"""A person's whole record: everything that is held, nothing of anybody else."""

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from config.shared import actors
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Brand
from customers import record
from customers.models import Attribute
from customers.record import as_csv, as_json, record_of
from customers.rights import holdings
from customers.services.handing_out import hand_out_record
from tests.factories import (
    NOON,
    ConsentEventFactory,
    ConsentStateFactory,
    DeliveryFactory,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    OutboxMessageFactory,
    RedemptionFactory,
    ReturnLineFactory,
    SegmentFactory,
    VoucherFactory,
)
from tests.rewards.makers import make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    """Somebody with a bit of everything."""
    identity = IdentityFactory(
        external_id="17850",
        customer__first_name="=Ann",
        customer__email="ann@example.com",
        customer__metadata={"shoe_size": 38},
    )
    Attribute.objects.create(
        key="shoe_size",
        name="Shoe size",
        type="number",
        purpose="to offer fitting shoes",
        created_at=NOON,
    )
    order = OrderFactory(identity=identity, source_id="536365", currency="JPY", amount=2550)
    OrderLineFactory(order=order, name="Heart")
    OrderLineFactory(order=order, name="Star")
    ReturnLineFactory(document__identity=identity, document__source_id="C536365")
    ConsentStateFactory(customer=identity.customer)
    ConsentEventFactory(identity=identity, action="withdrawn")
    OutboxMessageFactory(delivery=DeliveryFactory(identity=identity), subject="Happy birthday, Ann")
    voucher = VoucherFactory(holder=identity, code="BDAY-ANN")
    RedemptionFactory(
        voucher=voucher, identity=identity, total_amount=8500, lines=[{"quantity": 6}]
    )
    SegmentFactory(name="Everybody")
    return identity.customer


@pytest.fixture
def others():
    """Somebody else with the same, of whom nothing may appear."""
    identity = IdentityFactory(external_id="OTHER", customer__email="other@example.com")
    OrderLineFactory(order__identity=identity, order__source_id="OTHER-1")
    RedemptionFactory(voucher=VoucherFactory(holder=identity, code="OTHER-2"))
    return identity


def test_it_holds_what_is_known_and_says_who_holds_it(ann, others):
    Brand.objects.update(name="Kelebek", postal_address="Istiklal 1, Istanbul")

    held = record_of(ann, at=NOON)

    assert held["profile"][0]["email"] == "ann@example.com"
    assert held["identities"][0]["external_id"] == "17850"
    [order] = held["orders"]
    assert (order["source_id"], order["amount"]) == ("536365", Decimal(2550))  # yen have no cents
    assert [line["name"] for line in order["lines"]] == ["Heart", "Star"]
    assert [line["name"] for line in held["returns"][0]["lines"]] == ["White hanging heart"]
    assert held["codes"][0]["code"] == "BDAY-ANN"
    assert held["redemptions"][0]["total_amount"] == Decimal("85.00")
    assert held["messages"][0]["content"][0]["subject"] == "Happy birthday, Ann"
    assert held["segments"] == [{"name": "Everybody", "description": ""}]
    [about] = held["about"]
    assert about["controller"]["name"] == "Kelebek"
    assert about["purposes_of_attributes"] == {"shoe_size": "to offer fitting shoes"}


def test_a_receipt_has_every_field_that_the_standard_asks_for(ann):
    mandatory = {
        *("schema_version", "record_id", "pii_principal_id", "privacy_notice", "language"),
        *("purpose", "pii_type", "pii_controllers", "storage_location", "retention_period"),
        *("jurisdiction", "recipients", "withdrawal_method", "events", "collection_method"),
    }
    of_events = {
        *("event_time", "validity_duration", "entity_id", "event_type", "event_state"),
    }

    [receipt] = record_of(ann, at=NOON)["consent_receipts"]

    assert mandatory <= receipt.keys()
    assert {"name", "address", "contact"} <= receipt["pii_controllers"][0].keys()
    assert [event["event_state"] for event in receipt["events"]] == ["given", "withdrawn"]
    assert all(of_events <= event.keys() for event in receipt["events"])


def test_json_is_the_same_in_text(ann, others):
    text = as_json(ann, at=NOON).read().decode()

    read = json.loads(text)

    assert read["orders"][0]["amount"] == "2550"
    assert read["orders"][0]["placed_at"].endswith("+00:00")
    assert read.keys() == record_of(ann, at=NOON).keys()
    assert "OTHER" not in text
    assert "other@" not in text


def tables(file):
    with zipfile.ZipFile(file) as archive:
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))
            )
            for name in archive.namelist()
        }


def test_csv_is_a_table_for_each_kind_that_computes_nothing(ann, others):
    found = tables(as_csv(ann, at=NOON))

    assert found["profile"][0]["First name"] == "'=Ann"
    assert [row["of"] for row in found["orders_lines"]] == ["536365", "536365"]
    assert found["orders_lines"][0]["Name"] == "Heart"
    assert "returns_lines" in found
    assert found["redemptions"][0]["Lines"] == '[{"quantity": 6}]'  # no rows of their own
    assert "interests" not in found  # nothing of that kind is held
    assert "OTHER" not in str(found)


def test_every_kind_of_the_registry_has_its_place(ann):
    kinds = {holding.kind for holding in holdings() if not holding.within}

    assert kinds <= record_of(ann, at=NOON).keys()


def test_a_large_record_is_read_in_pieces(ann, monkeypatch, django_assert_num_queries):
    identity = ann.identities.get(external_id="17850")
    for number in range(7):
        OrderLineFactory(order__identity=identity, name=f"Line {number}")
    monkeypatch.setattr(record, "AT_ONCE", 3)

    orders = record_of(ann, at=NOON)["orders"]

    assert sorted(line["name"] for order in orders for line in order["lines"])[1:8] == [
        f"Line {number}" for number in range(7)
    ]
    monkeypatch.setattr(record, "AT_ONCE", 500)
    with django_assert_num_queries(41):  # for each kind, and for what stands within it
        record_of(ann, at=NOON)


def test_handing_it_out_is_logged(ann):
    hand_out_record(customer=ann, form="csv", actor=actors.Actor("staff", "1"), at=NOON).close()

    row = AuditEntry.objects.get()
    assert (row.action, row.fields) == ("customer.record_handed_out", ["csv"])
    with pytest.raises(BadInput):
        hand_out_record(customer=ann, form="pdf", actor=actors.SYSTEM, at=NOON)
    [told] = record_of(ann, at=NOON)["log"]
    assert told["by"] == "staff"


def test_a_program_needs_a_scope_of_its_own(ann):
    def ask(scope):
        headers = make_key("restricted", scopes=[scope])
        return APIClient(headers=headers).get("/v1/customers/17850/record")

    assert ask("customers:read").status_code == 403
    answer = ask("customers:export")

    assert answer.status_code == 200
    body = json.loads(b"".join(answer.streaming_content))
    assert body["profile"][0]["public_id"] == ann.public_id
    assert AuditEntry.objects.filter(action="customer.record_handed_out").count() == 1
    assert APIClient(headers=make_key()).get("/v1/customers/nobody/record").status_code == 404
