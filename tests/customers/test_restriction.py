"""A restricted person is marked since when and why; lifting it leaves no mark."""

from datetime import timedelta

import pytest

from config.shared import actors
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Fact
from customers.errors import UnknownCustomer
from customers.services.restriction import lift_restriction, restrict_customer
from tests.factories import NOON, CustomerFactory

pytestmark = pytest.mark.django_db


def restrict(customer, restriction="restricted", at=NOON):
    return restrict_customer(customer=customer, restriction=restriction, actor=actors.SYSTEM, at=at)


def test_restricting_and_lifting():
    customer = restrict(CustomerFactory())
    assert (customer.restriction, customer.restricted_at) == ("restricted", NOON)
    assert Fact.objects.get().data == {"fields": ["restriction"]}

    later = restrict(customer, "bereaved", NOON + timedelta(days=1))
    assert (later.restriction, later.restricted_at) == ("bereaved", NOON)

    lifted = lift_restriction(customer=customer, actor=actors.SYSTEM, at=NOON)
    assert (lifted.restriction, lifted.restricted_at) == ("", None)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "customer.restricted",
        "customer.restricted",
        "customer.restriction_lifted",
    ]


def test_twice_is_once():
    customer = restrict(CustomerFactory())
    restrict(customer)

    assert AuditEntry.objects.count() == 1


def test_what_is_no_restriction_is_refused():
    with pytest.raises(BadInput):
        restrict(CustomerFactory(), "forgotten")


def test_somebody_who_is_gone():
    customer = CustomerFactory()
    customer.delete()
    customer.pk = 4711

    with pytest.raises(UnknownCustomer):
        restrict(customer)
