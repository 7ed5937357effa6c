"""Further addresses from a file, beside the one on the profile."""

import pytest

from config.shared.models import Fact, Project
from customers.models import Address, Customer
from tests.customers.filing import decide, imported, reasons, rejected, upload
from tests.factories import IdentityFactory

pytestmark = pytest.mark.django_db

HEADER = (
    "Email,Billing City,Shipping Name,Shipping Address 1,Shipping City,Shipping Postcode,"
    "Shipping Country\n"
)


@pytest.fixture(autouse=True)
def english() -> None:
    Project.objects.update(language="en")


def addresses() -> dict[str, tuple[str, ...]]:
    rows = Address.objects.values_list(
        "customer__email", "label", "recipient", "line_1", "city", "postal_code", "country"
    )
    return {f"{email} {label}": tuple(parts) for email, label, *parts in rows}


def test_columns_of_a_delivery_address_are_proposed_and_kept_by_its_label() -> None:
    run = upload(
        HEADER + "a@x.test,Bursa,Ann Berg,Liman Cad. 4,İzmir,35000,Türkiye\nb@x.test,,,,,,\n"
    )
    assert [how["target"] for how in run.mapping["columns"].values()] == [
        *("email", "city", "shipping.recipient", "shipping.line_1", "shipping.city"),
        *("shipping.postal_code", "shipping.country"),
    ]
    run = imported(run)
    assert run.counts["counts"] == {"created": 2}
    assert addresses() == {
        "a@x.test shipping": ("Ann Berg", "Liman Cad. 4", "İzmir", "35000", "TR")
    }
    assert Customer.objects.get(email="a@x.test").city == "Bursa"


def test_an_address_replaces_the_one_with_its_label_and_leaves_the_others() -> None:
    ann = IdentityFactory(customer__email="a@x.test").customer
    for label in ("shipping", "parents"):
        Address.objects.create(customer=ann, label=label, line_2="Door 9", city="Van")
    run = imported(upload(HEADER + "a@x.test,,,Quay 1,Bursa,,\n"))
    assert run.report["counts"] == run.counts["counts"] == {"changed": 1}
    assert run.counts["fields"] == {"addresses": 1}
    assert Address.objects.get(label="shipping").line_2 == ""
    assert Address.objects.get(label="shipping").city == "Bursa"
    assert Address.objects.get(label="parents").line_2 == "Door 9"
    assert Fact.objects.filter(kind="customer.changed").latest("id").data == {
        "fields": ["addresses"]
    }


def test_the_same_again_changes_nothing_and_an_empty_one_only_where_that_is_wanted() -> None:
    text = HEADER + "a@x.test,Van,,Quay 1,Bursa,,\n"
    imported(upload(text))
    assert imported(upload(text)).counts["counts"] == {"unchanged": 1}
    empty = HEADER + "a@x.test,Van,,,,,\n"
    assert imported(upload(empty)).counts["counts"] == {"unchanged": 1}
    assert len(addresses()) == 1
    run = imported(decide(upload(empty), empty="clear"))
    assert run.counts["counts"] == {"changed": 1}
    assert addresses() == {}


@pytest.mark.parametrize("batch_size", [1, 10])
def test_of_two_rows_the_last_address_wins_and_the_check_foresees_it(batch_size) -> None:
    text = HEADER + "a@x.test,,,Quay 1,Bursa,,\na@x.test,,,Quay 2,Van,,\n"
    run = imported(upload(text), batch_size=batch_size)
    assert run.report["counts"] == run.counts["counts"] == {"created": 1, "repeated": 1}
    assert addresses()["a@x.test shipping"][1:3] == ("Quay 2", "Van")


def test_what_cannot_be_is_named_and_the_row_stays_out() -> None:
    run = imported(upload(HEADER + "a@x.test,,,Quay 1,Bursa,,Atlantis\n"))
    assert sum(reasons(run).values()) == 1
    assert rejected(run)[0]["import_column"] == "Shipping Country"
    assert not Customer.objects.exists()


def test_a_number_belongs_to_the_country_of_its_address() -> None:
    run = upload("Email,Shipping Country,Telephone there\na@x.test,GB,020 7946 0958\n")
    columns = run.mapping["columns"] | {"2": {"target": "shipping.phone"}}
    run.mapping["columns"] = columns
    run.save(update_fields=["mapping"])
    imported(run)
    assert Address.objects.get().phone == "+442079460958"


def test_one_address_too_many_is_left_out_and_said() -> None:
    ann = IdentityFactory(customer__email="a@x.test").customer
    Address.objects.bulk_create(Address(customer=ann, label=f"n{n}", city="Van") for n in range(20))
    run = imported(upload(HEADER + "a@x.test,,,Quay 1,,,\n"))
    assert run.counts["counts"] == {"unchanged": 1}
    assert run.counts["notes"]["too_many_addresses"]["count"] == 1
    assert Address.objects.count() == 20
