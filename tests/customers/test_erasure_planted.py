"""Thirty marks over everything that is held on a person; after the erasure not one is left."""

import logging

import pytest
from django.db.models import Sum

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.localtime import to_local
from config.shared.models import Fact
from customers.models import Customer, Erasure, Order, OrderLine, Return
from customers.services.erasure import ErasureReason, erase_customer
from rewards.models import Redemption, Voucher
from tests.customers.planted import (
    MARKS,
    STAYS,
    TODAY,
    found,
    imports_left,
    plant,
    tell,
    tell_person,
)
from tests.races.harness import redeem
from tests.rewards.makers import make_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def today():
    with clock.use(clock.FrozenClock(TODAY)):
        yield


def ledgers():
    """Every sum of money, by what it is kept by."""
    days = Order.objects.order_by().values_list("placed_at", flat=True)
    return (
        sorted(to_local(at, "Europe/Istanbul").date() for at in days),
        list(
            Order.objects.order_by("currency", "status")
            .values_list("currency", "status")
            .annotate(Sum("amount"), Sum("charges_amount"))
        ),
        list(
            OrderLine.objects.order_by("product")
            .values_list("product")
            .annotate(Sum("amount"), Sum("quantity"), Sum("returned_quantity"))
        ),
        list(Return.objects.order_by("currency").values_list("currency").annotate(Sum("amount"))),
        list(
            Redemption.objects.order_by("promotion", "result")
            .values_list("promotion", "result", "currency")
            .annotate(
                Sum("order_amount"),
                Sum("discount_amount"),
                Sum("shipping_discount_amount"),
                Sum("total_amount"),
            )
        ),
    )


def test_nothing_of_the_person_is_left_and_no_cent_is_missing(caplog):
    caplog.set_level(logging.INFO)
    person = plant()
    before = ledgers()
    everywhere = found(person.marks)
    assert set(everywhere) == set(person.marks), "each mark was planted"
    caplog.clear()

    erase_customer(customer=person.customer, actor=SYSTEM, reason=ErasureReason.REQUESTED, at=TODAY)

    assert found(person.marks) == {}
    assert found({"public id": person.customer.public_id}) == {}
    logged = caplog.text.casefold()
    assert [mark for mark in person.marks.values() if mark.casefold() in logged] == []
    assert ledgers() == before
    # What is declared to stay.
    assert found({"adviser": STAYS}) == {"adviser": {"customers_adviser"}}
    assert Erasure.objects.count() == 2  # with the record that was merged into this one
    assert imports_left() == [
        "line,reason,original",
        '2,bad zone,"somebody,else@example.com"',
        "4,bad zone,and another",
    ]


def test_no_path_leads_from_the_money_to_a_person():
    person = plant()
    erase_customer(customer=person.customer, actor=SYSTEM, reason=ErasureReason.REQUESTED, at=TODAY)

    assert Customer.objects.count() == 0
    for model in (Order, Return, Redemption):
        assert model.objects.exists()
        assert not model.objects.exclude(identity=None).exists()
    assert not Voucher.objects.exclude(holder=None).exists()
    # Facts of what stays name nobody either.
    said = Fact.objects.values_list("data", flat=True)
    assert [data for data in said if data.get("customer") is not None] == []


def test_a_code_that_was_never_used_is_worth_nothing_afterwards():
    person = plant()
    erase_customer(customer=person.customer, actor=SYSTEM, reason=ErasureReason.REQUESTED, at=TODAY)

    for code in (person.marks["unused code"], person.marks["used code"]):
        status, _headers, _body = redeem(make_key(), code, customer="somebody")
        assert status == 404


def test_a_repeated_write_is_not_done_again():
    """A retry of the shop, with the same Idempotency-Key, must not bring the person back."""
    headers = make_key()
    customer = tell_person(headers)
    body = {"source_id": MARKS["external id"], "email": MARKS["e-mail"]}
    tell(headers, "customers", body)
    erase_customer(customer=customer, actor=SYSTEM, reason=ErasureReason.REQUESTED, at=TODAY)

    with pytest.raises(AssertionError, match="customer_not_found"):
        tell(headers, "customers", body)

    assert Customer.objects.count() == 0
