"""Changing a customer by hand, merging two records, custom attributes and advisers."""

import pytest
from django.urls import reverse

from config.shared.models import AuditEntry
from customers.models import Adviser, Attribute, Customer, Merge
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def address(name, customer):
    return reverse(f"admin:customers_customer_{name}", args=[customer.pk])


def words_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def admin(as_role):
    return as_role("administrator")


@pytest.fixture
def dogs():
    return Attribute.objects.create(
        key="dogs", name="Dogs", type="number", purpose="Dog food", created_at=NOON
    )


@pytest.fixture
def twin(world):
    """Another record of the same person, with the same e-mail."""
    identity = make.IdentityFactory(
        customer__email=world.customer.email, customer__phone="+35312345678", external_id="T-1"
    )
    return identity.customer


def typed(client, customer, **changes):
    """What the browser sends for the page as it is shown, with some fields changed."""
    context = client.get(address("edit", customer)).context_data
    data = {}
    for form in (context["form"], *context["addresses"], context["addresses"].management_form):
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else value
            if field.field.show_hidden_initial:
                data[field.html_initial_name] = data[field.html_name]
    return data | changes


@pytest.mark.parametrize("page", ["edit", "merge", "unmerge"])
def test_who_may_change(world, as_role, page):
    for role in ("administrator", "support", "marketer"):
        client = as_role(role)
        allowed = role == "administrator"
        assert (client.get(address(page, world.customer)).status_code == 403) != allowed
        assert (client.post(address(page, world.customer)).status_code == 403) != allowed
    assert Customer.objects.count() == 1


def test_a_customer_is_changed_by_hand(world, admin, dogs):
    data = typed(
        admin,
        world.customer,
        company="Yılmaz Ltd",
        kind="business",
        phone="01 234 5678",
        birthdate="--02-29",
        **{f"attribute_{dogs.pk}": "2", "addresses-0-label": "work", "addresses-0-city": "Cork"},
    )

    saved = admin.post(address("edit", world.customer), data)

    assert saved.status_code == 302
    customer = Customer.objects.get()
    assert (customer.company, customer.kind) == ("Yılmaz Ltd", "business")
    assert (customer.phone, customer.month_day) == ("+35312345678", 229)
    assert customer.birth_year is None
    assert customer.metadata == {"dogs": 2}
    assert list(customer.addresses.values_list("label", "city")) == [("work", "Cork")]
    entry = AuditEntry.objects.order_by("-id")[0]
    assert entry.action == "customer.changed"
    assert {"company", "phone", "metadata", "addresses"} <= set(entry.fields)


def test_what_cannot_be_is_shown_at_its_field_and_nothing_is_saved(world, admin, dogs):
    data = typed(
        admin,
        world.customer,
        city="Galway",
        email="aoife@@example",
        birthdate="1850-01-01",
        **{f"attribute_{dogs.pk}": "two"},
    )

    shown = admin.post(address("edit", world.customer), data)

    form = shown.context_data["form"]
    assert set(form.errors) == {"email", "birthdate", f"attribute_{dogs.pk}"}
    assert "ann@example.com" in words_of(shown)
    assert Customer.objects.get().city == "Dublin"


def test_what_only_the_service_knows_is_shown_at_its_field_too(world, admin):
    data = typed(admin, world.customer, phone="12")
    shown = admin.post(address("edit", world.customer), data)
    assert set(shown.context_data["form"].errors) == {"phone"}

    data = typed(admin, world.customer, **{"addresses-0-label": "work", "addresses-0-phone": "12"})
    shown = admin.post(address("edit", world.customer), data)
    assert set(shown.context_data["addresses"][0].errors) == {"phone"}


def test_only_what_was_typed_is_changed(world, admin):
    data = typed(admin, world.customer, company="Yılmaz Ltd")
    Customer.objects.update(city="Galway")  # by a colleague, meanwhile

    admin.post(address("edit", world.customer), data)

    assert list(Customer.objects.values_list("city", "company")) == [("Galway", "Yılmaz Ltd")]


def test_an_address_is_renamed_and_removed(world, admin):
    world.customer.addresses.create(label="home", city="Cork")
    renamed = typed(admin, world.customer, **{"addresses-0-label": "parents"})
    admin.post(address("edit", world.customer), renamed)
    assert list(world.customer.addresses.values_list("label", "city")) == [("parents", "Cork")]

    emptied = typed(admin, world.customer, **{"addresses-0-city": ""})
    admin.post(address("edit", world.customer), emptied)
    assert not world.customer.addresses.exists()


def test_two_records_with_one_email_are_seen_compared_merged_and_parted(world, admin, twin):
    page = admin.get(address("change", world.customer))
    link = f"{address('merge', world.customer)}?with={twin.pk}"
    assert "Another customer has this e-mail" in words_of(page)
    assert link in words_of(page)

    shown = words_of(admin.get(link))
    assert twin.phone in shown
    assert "What goes over" in shown
    admin.post(address("merge", world.customer), {"with": twin.pk, "reason": "same phone"})

    [left] = Customer.objects.all()
    assert (left, left.phone) == (world.customer, twin.phone)
    page = words_of(admin.get(address("change", left)))
    assert "this can be undone until" in page
    done = Merge.objects.get()
    assert done.reason == "same phone"

    back = admin.post(address("unmerge", left), {"merge": done.pk})
    assert back.url == address("change", twin)
    assert Customer.objects.count() == 2


def test_possible_duplicates_are_listed_by_what_they_share(world, as_role, twin):
    url = reverse("admin:customers_merge_duplicates")
    marketer = words_of(as_role("marketer").get(url))
    assert world.customer.email in marketer
    assert "/merge/?with=" not in marketer
    assert f"/merge/?with={twin.pk}" in words_of(as_role("administrator").get(url))
    assert "No two customers" in words_of(as_role("administrator").get(url, {"by": "phone"}))
    assert as_role("support").get(url).status_code == 403


def test_duplicates_open_on_what_is_shared(world, admin, twin):
    """Nobody shares an e-mail here, so nobody has to find the other button."""
    Customer.objects.filter(pk=twin.pk).update(email="another@example.com", phone="+35315550100")
    Customer.objects.filter(pk=world.customer.pk).update(phone="+35315550100")
    url = reverse("admin:customers_merge_duplicates")
    page = admin.get(url).content.decode()
    assert "+35315550100" in page
    assert 'href="?by=phone" aria-current="page"' in page
    assert "No two customers have the same e-mail." in admin.get(f"{url}?by=email").content.decode()


def test_duplicates_are_paged(world, admin):
    for number in range(60):
        make.CustomerFactory(email=f"twin{number // 2:02d}@example.com")
    url = reverse("admin:customers_merge_duplicates")
    first = admin.get(url).context_data
    second = admin.get(url, {"after": first["more"]}).context_data

    values = [group.value for group in [*first["groups"], *second["groups"]]]
    assert values == [f"twin{number:02d}@example.com" for number in range(30)]
    assert second["more"] is None


DEFINITION = {
    "key": "dogs",
    "name": "Dogs",
    "type": "number",
    "choices": "",
    "currency": "",
    "data_category": "PROFILE",
    "purpose": "Dog food",
}


def test_a_key_that_the_shop_sends_is_offered_and_defined(world, as_role):
    Customer.objects.update(metadata={"dogs": 2})
    marketer = as_role("marketer")
    offered = words_of(marketer.get(reverse("admin:customers_attribute_changelist")))
    assert "?key=dogs" in offered
    assert "1 customer" in offered

    saved = marketer.post(reverse("admin:customers_attribute_add"), DEFINITION)

    assert saved.status_code == 302, saved.context_data["errors"]
    listed = words_of(marketer.get(reverse("admin:customers_attribute_changelist")))
    assert "?key=dogs" not in listed
    assert "is it needed?" in listed


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"purpose": ""}, "required"),
        ({"type": "money", "currency": "XYZ"}, "ISO 4217"),
        ({"key": "2dogs"}, "Begin with a letter"),
    ],
)
def test_a_definition_that_cannot_be_is_refused(world, as_role, wrong, words):
    shown = as_role("marketer").post(reverse("admin:customers_attribute_add"), DEFINITION | wrong)
    assert shown.status_code == 200
    assert words in words_of(shown)
    assert not Attribute.objects.exists()


def test_changing_the_type_says_how_many_values_do_not_fit(world, as_role, dogs):
    Customer.objects.update(metadata={"dogs": 2})
    client = as_role("marketer")
    url = reverse("admin:customers_attribute_change", args=[dogs.pk])

    refused = client.post(url, DEFINITION | {"type": "date"})
    assert "about 1 customer would not fit" in words_of(refused)
    dogs.refresh_from_db()
    assert dogs.type == "number"

    client.post(url, DEFINITION | {"type": "date", "accepts_misfits": "on"})
    dogs.refresh_from_db()
    assert dogs.type == "date"
    assert Customer.objects.get().metadata == {"dogs": 2}


def test_an_attribute_is_retired_and_taken_up_again(world, as_role, dogs):
    client = as_role("marketer")
    url = reverse("admin:customers_attribute_change", args=[dogs.pk])
    client.post(url, DEFINITION | {"is_retired": "on"})
    assert not Attribute.objects.in_use().exists()
    client.post(url, DEFINITION)
    assert Attribute.objects.in_use().exists()
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions)[-2:] == ["attribute.retired", "attribute.revived"]


def test_where_an_attribute_is_used_is_shown(world, admin, dogs):
    rules = {"all": [{"field": "attribute.dogs", "cmp": "gt", "value": 1}]}
    make.SegmentFactory(name="Dog people", rules=rules)
    shown = words_of(admin.get(reverse("admin:customers_attribute_change", args=[dogs.pk])))
    assert "Dog people" in shown


def test_an_adviser_is_defined_and_has_left(world, admin):
    told = {"source_id": "A-7", "name": "Elif", "email": "Elif@Example.com", "phone": ""}
    saved = admin.post(reverse("admin:customers_adviser_add"), told | {"is_active": "on"})
    assert saved.status_code == 302, saved.context_data["errors"]
    adviser = Adviser.objects.get()
    assert adviser.email == "elif@example.com"

    refused = admin.post(reverse("admin:customers_adviser_add"), told | {"phone": "1"})
    assert refused.status_code == 200
    admin.post(reverse("admin:customers_adviser_change", args=[adviser.pk]), told)
    adviser.refresh_from_db()
    assert not adviser.is_active
