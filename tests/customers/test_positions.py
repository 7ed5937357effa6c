"""Where an address lies: told whole or not at all, and never kept for another address."""

import pytest

from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from customers.merged_profile import fill_gaps, take_back
from customers.models import Customer
from customers.services.customers import identify, update_customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

KONAK = {"latitude": 38.41885, "longitude": 27.12872}


def someone(**fields: object) -> Customer:
    return identify(source_id="17850", actor=SYSTEM, city="İzmir", **fields).customer


def place_of(customer: Customer) -> tuple[float | None, float | None]:
    customer.refresh_from_db()
    return customer.latitude, customer.longitude


def test_a_position_is_kept_to_the_metre() -> None:
    customer = someone(latitude=38.418853219, longitude=27.128719999)
    assert place_of(customer) == (38.41885, 27.12872)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(38.4, None), (None, 27.1), (91.0, 27.1), (38.4, 181.0), (0, 0), (float("nan"), 1.0)],
)
def test_what_is_no_position_is_refused(latitude: float | None, longitude: float | None) -> None:
    with pytest.raises(BadInput):
        someone(latitude=latitude, longitude=longitude)


def test_who_moves_is_no_longer_there() -> None:
    customer = someone(**KONAK)
    update_customer(customer=customer, actor=SYSTEM, first_name="Ayşe", city="İzmir")
    assert place_of(customer) == (38.41885, 27.12872)
    update_customer(customer=customer, actor=SYSTEM, city="Ankara")
    assert place_of(customer) == (None, None)


def test_a_position_can_be_removed_and_moves_with_its_address() -> None:
    customer = someone(**KONAK)
    update_customer(customer=customer, actor=SYSTEM, city="Quito", latitude=0, longitude=-78.45)
    assert place_of(customer) == (0, -78.45)
    update_customer(customer=customer, actor=SYSTEM, latitude=None, longitude=None)
    assert place_of(customer) == (None, None)


def test_a_merge_takes_the_position_of_the_same_address_only() -> None:
    kept, same = CustomerFactory(city="İzmir"), CustomerFactory(city="İzmir", **KONAK)
    before = Customer.objects.get(pk=kept.pk)
    filled = fill_gaps(kept, same)
    assert (kept.latitude, kept.longitude) == (38.41885, 27.12872)
    take_back(kept, filled, before)
    assert kept.latitude is None
    fill_gaps(kept, CustomerFactory(city="Ankara", **KONAK))
    assert kept.latitude is None


def test_the_equator_is_a_place() -> None:
    kept = CustomerFactory(city="Quito", latitude=0, longitude=-78.45)
    fill_gaps(kept, CustomerFactory(city="Quito", **KONAK))
    assert (kept.latitude, kept.longitude) == (0, -78.45)
