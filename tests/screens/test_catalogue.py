"""Products and their categories: what was sold, and what is sensitive."""

import pytest
from django.urls import reverse

from customers.models import ProductCategory
from customers.services.categories import resolve_categories
from tests import factories as make
from tests.factories import NOON

from .test_query_counts import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def pills(world):
    resolve_categories(["Pharmacy", "Kitchen"], at=NOON)
    product = make.ProductFactory(
        source_id="PILLS",
        name="Pills",
        category="Pharmacy",
        categories=["Pharmacy"],
        price=900,
        search="pills pills",
    )
    order = make.OrderFactory(identity=world.customer.identities.get())
    make.OrderLineFactory(order=order, product=product, quantity=4, returned_quantity=1)
    return product


def page(client, model, pk=None, **params):
    name = f"admin:customers_{model}_{'change' if pk else 'changelist'}"
    response = client.get(reverse(name, args=[pk] if pk else []), params)
    assert response.status_code == 200
    return response.content.decode()


def category():
    return ProductCategory.objects.get(name="Pharmacy")


def test_products_with_what_was_sold_and_came_back(pills, as_role):
    client = as_role("marketer")

    text = page(client, "product", q="pılls")

    assert "PILLS" in text
    assert "25%" in text
    assert "White hanging heart" not in text
    assert "PILLS" not in page(client, "product", q="nothing like it")


def test_a_product_shows_its_sales_but_not_where_it_is_sensitive(pills, as_role, world):
    client = as_role("marketer")
    assert str(world.customer) not in page(client, "product", pills.pk)

    ProductCategory.objects.update(is_sensitive=False)

    assert str(world.customer) in page(client, "product", pills.pk)


def test_categories_say_why_they_are_sensitive(pills, as_role):
    text = page(as_role("marketer"), "productcategory", sensitive="undecided")

    assert "its name suggests: health" in text
    assert "Kitchen" not in text


def test_a_marketer_decides_and_support_does_not(pills, as_role):
    url = reverse("admin:customers_productcategory_change", args=[category().pk])
    assert "1 customer" in page(as_role("marketer"), "productcategory", category().pk)

    assert as_role("support").post(f"{url}clear/").status_code in (302, 403, 404)
    assert category().is_sensitive


def test_lists_cost_the_same_however_long(pills, as_role):
    client = as_role("administrator")
    for model in ("product", "productcategory"):
        url = reverse(f"admin:customers_{model}_changelist")
        client.get(url)
        few = statements(client, url)
        make.ProductFactory.create_batch(5, price=100)
        resolve_categories([f"Category {n}" for n in range(5)], at=NOON)
        assert len(statements(client, url)) == len(few), model
