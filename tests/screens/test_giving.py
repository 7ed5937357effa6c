"""Giving one customer a code: with the customer on the phone, or after a refused attempt."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from config.shared.models import AuditEntry
from rewards.models import Publication, Redemption, Voucher
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def apology(world):
    """An offer that runs, beside the one of birthdays."""
    promotion = make.PromotionFactory(name="İyi ki varsınız")
    make.EffectFactory(promotion=promotion, percent=10)
    return promotion


def address(world) -> str:
    return reverse("admin:rewards_voucher_give", args=[world.customer.pk])


def opened(client: Client, world, **query: str) -> str:
    response = client.get(address(world), query)
    assert response.status_code == 200
    return response.content.decode()


def reference_of(page: str) -> str:
    return re.search(r'name="reference" value="([^"]+)"', page)[1]


def give(client: Client, world, offer, *, reason="Parcel came damaged", reference=None):
    reference = reference or reference_of(opened(client, world))
    typed = {"promotion": offer.pk, "reason": reason, "reference": reference}
    return client.post(address(world), typed, follow=True)


@pytest.mark.parametrize("role", ["support", "marketer", "administrator"])
def test_the_page_of_the_customer_leads_there(world, as_role, role):
    page = (
        as_role(role)
        .get(reverse("admin:customers_customer_change", args=[world.customer.pk]))
        .content.decode()
    )
    assert address(world) in page


def test_an_agent_gives_a_code_and_sees_it_with_the_reason(world, as_role, apology):
    answer = give(as_role("support"), world, apology)

    code = Voucher.objects.get(promotion=apology)
    assert code.holder.customer == world.customer
    page = answer.content.decode()
    assert code.code in page
    assert "Parcel came damaged" in page
    assert "Code given" in page
    entry = AuditEntry.objects.get(action="voucher.given")
    assert (entry.actor_id, entry.object_id) == (str(world.staff["support"].pk), str(code.pk))
    assert "damaged" not in repr(vars(entry))


def test_the_button_pressed_twice_gives_one_code(world, as_role, apology):
    client = as_role("support")
    reference = reference_of(opened(client, world))

    give(client, world, apology, reference=reference)
    again = give(client, world, apology, reference=reference)

    assert Voucher.objects.filter(promotion=apology).count() == 1
    assert "before" in again.content.decode()
    assert AuditEntry.objects.filter(action="voucher.given").count() == 1


def test_opened_anew_it_gives_another_code(world, as_role, apology):
    client = as_role("support")
    give(client, world, apology)
    give(client, world, apology)
    assert Voucher.objects.filter(promotion=apology).count() == 2


def test_what_the_customer_has_already_stands_beside_it(world, as_role, apology):
    client = as_role("support")
    give(client, world, apology)
    page = opened(client, world)
    assert Voucher.objects.get(promotion=apology).code in page
    assert world.voucher.code in page


def test_a_reason_is_asked_for_and_the_offer_stays_chosen(world, as_role, apology):
    page = give(as_role("support"), world, apology, reason="  ").content.decode()

    assert "This field is required" in page
    assert re.search(rf'value="{apology.pk}" required checked', page)
    assert not Publication.objects.exists()


@pytest.mark.parametrize("typed", ["x" * 301, "with \x00 a NUL"])
def test_rubbish_for_a_reason_is_said_at_its_field(world, as_role, apology, typed):
    page = give(as_role("support"), world, apology, reason=typed).content.decode()
    assert "v-field-error" in page
    assert not Publication.objects.exists()


@pytest.mark.parametrize("typed", ["", "twelve", "999999999", "9" * 40, "\x00"])
def test_rubbish_for_an_offer_is_said_and_gives_nothing(world, as_role, apology, typed):
    client = as_role("support")
    data = {"promotion": typed, "reason": "x", "reference": reference_of(opened(client, world))}
    answer = client.post(address(world), data)
    assert answer.status_code == 200
    assert "v-field-error" in answer.content.decode()
    assert not Publication.objects.exists()


@pytest.mark.parametrize("typed", ["", "mine", "give_short", "give_" + "x" * 200])
def test_a_form_that_is_not_ours_gives_nothing(world, as_role, apology, typed):
    data = {"promotion": apology.pk, "reason": "x", "reference": typed}
    answer = as_role("support").post(address(world), data)
    assert "Open the page again" in answer.content.decode()
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    "flaw",
    [
        {"active": False},
        {"expires_at": NOON},
        {"starts_at": NOON + timedelta(days=1)},
        {"test": True},
        {"deleted_at": NOON, "active": False},
    ],
)
def test_only_offers_that_run_can_be_given(world, as_role, apology, flaw):
    client = as_role("support")
    reference = reference_of(opened(client, world))
    type(apology).objects.filter(pk=apology.pk).update(**flaw)

    assert "İyi ki" not in opened(client, world)
    answer = give(client, world, apology, reference=reference)
    assert "does not run any more" in answer.content.decode()
    assert not Publication.objects.exists()


def test_an_empty_pool_is_said_and_nothing_is_given(world, as_role, apology):
    type(apology).objects.filter(pk=apology.pk).update(only_from_pool=True)
    page = give(as_role("support"), world, apology).content.decode()
    assert "No code of this offer is left to give" in page
    assert not Publication.objects.exists()


def test_of_many_offers_one_is_found_by_part_of_its_name(world, as_role, apology):
    for number in range(20):
        make.EffectFactory(promotion=make.PromotionFactory(name=f"Another {number:02}"))
    client = as_role("support")

    assert "İyi ki" not in opened(client, world)
    assert "İyi ki" in opened(client, world, offer="IYI KI")
    assert "İyi ki" in opened(client, world, promotion=str(apology.pk))
    assert "No running offer" in opened(client, world, offer="nothing like it")


def test_a_refused_attempt_leads_there_with_its_offer_chosen(world, as_role):
    client = as_role("support")
    page = client.get(
        reverse("admin:rewards_redemption_change", args=[world.refused.pk])
    ).content.decode()

    assert f"{address(world)}?promotion={world.promotion.pk}" in page
    chosen = opened(client, world, promotion=str(world.promotion.pk))
    assert re.search(rf'value="{world.promotion.pk}" required checked', chosen)


def test_an_attempt_of_nobody_we_know_leads_nowhere(world, as_role):
    Redemption.objects.filter(pk=world.refused.pk).update(identity=None)
    page = as_role("support").get(
        reverse("admin:rewards_redemption_change", args=[world.refused.pk])
    )
    assert "voucher/give/" not in page.content.decode()


def test_who_may_not_give_is_refused_and_sees_no_button(world, as_role, apology):
    group = world.staff["support"].groups.get()
    group.permissions.remove(group.permissions.get(codename="give_voucher"))
    client = as_role("support")

    assert client.get(address(world)).status_code == 403
    customer = reverse("admin:customers_customer_change", args=[world.customer.pk])
    assert "voucher/give/" not in client.get(customer).content.decode()
    refused = reverse("admin:rewards_redemption_change", args=[world.refused.pk])
    assert "voucher/give/" not in client.get(refused).content.decode()


def test_a_customer_who_is_gone_is_said(world, as_role):
    answer = as_role("support").get(
        reverse("admin:rewards_voucher_give", args=[10**9]), follow=True
    )
    assert "There is no such customer" in answer.content.decode()
