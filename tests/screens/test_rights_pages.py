"""The pages on a person's rights: who may open them, what they promise, what they do."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from config.shared.models import AuditEntry
from customers.models import Customer, Erasure, Order
from rewards.models import Redemption
from segments import selectors
from tests import factories as make
from tests.factories import NOON


def address(name, customer):
    return reverse(f"admin:customers_customer_{name}", args=[customer.pk])


def words_of(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("page", "roles"),
    [
        ("record", {"administrator"}),
        ("restrict", {"administrator", "support"}),
        ("erase", {"administrator"}),
    ],
)
def test_who_may(world, as_role, page, roles):
    for role in ("administrator", "support", "marketer"):
        client = as_role(role)
        for answer in (
            client.get(address(page, world.customer)),
            client.post(address(page, world.customer)),
        ):
            assert (answer.status_code == 403) == (role not in roles)
        shown = client.get(reverse("admin:customers_customer_change", args=[world.customer.pk]))
        assert (address(page, world.customer) in words_of(shown)) == (role in roles)
    assert Customer.objects.filter(pk=world.customer.pk, restriction="").exists()


def test_the_record_is_downloaded_and_logged(world, as_role):
    client = as_role("administrator")

    told = client.post(address("record", world.customer), {"form": "json"})
    tables = client.post(address("record", world.customer), {"form": "csv"})

    read = json.loads(b"".join(told.streaming_content))
    assert read["profile"][0]["email"] == world.customer.email
    with zipfile.ZipFile(io.BytesIO(b"".join(tables.streaming_content))) as archive:
        assert "profile.csv" in archive.namelist()
    assert world.customer.public_id in told["Content-Disposition"]
    assert AuditEntry.objects.filter(action="customer.record_handed_out").count() == 2


def test_restricting_shows_a_banner_and_empties_the_segments(world, as_role):
    client = as_role("support")
    before = selectors.count({"everyone": True}, at=NOON)

    page = client.post(
        address("restrict", world.customer), {"restriction": "bereaved"}, follow=True
    )

    assert "Bereavement, since 17 Mar 2026" in words_of(page)
    assert selectors.count({"everyone": True}, at=NOON) == before - 1
    assert selectors.segments_of(world.customer.pk, at=NOON) == []
    page = client.post(address("restrict", world.customer), {"restriction": ""}, follow=True)
    assert "Bereavement, since" not in words_of(page)


def test_erasing_says_what_goes_and_asks_for_a_word(world, as_role):
    client = as_role("administrator")
    make.OrderFactory(identity=world.customer.identities.first(), status="PAID")

    page = words_of(client.get(address("erase", world.customer)))
    assert "not delivered yet" in page
    assert "Deleted for good" in page

    refused = client.post(address("erase", world.customer), {"word": "yes"})
    assert "Type the word ERASE" in words_of(refused)
    assert Customer.objects.filter(pk=world.customer.pk).exists()

    money = list(Redemption.objects.order_by("pk").values_list("total_amount", flat=True))
    done = client.post(address("erase", world.customer), {"word": "erase"}, follow=True)
    assert "The customer is erased." in words_of(done)
    assert not Customer.objects.filter(pk=world.customer.pk).exists()
    assert list(Redemption.objects.order_by("pk").values_list("total_amount", flat=True)) == money
    assert Order.objects.filter(identity=None).exists()
    assert Erasure.objects.filter(customer_pk=world.customer.pk).exists()
    assert client.get(address("erase", world.customer)).status_code == 404


def test_an_unfinished_import_keeps_the_button_from_working(world, as_role):
    make.ImportRunFactory(state="paused", name="people.csv")
    client = as_role("administrator")

    page = client.post(address("erase", world.customer), {"word": "ERASE"})

    assert "people.csv" in words_of(page)
    assert Customer.objects.filter(pk=world.customer.pk).exists()
