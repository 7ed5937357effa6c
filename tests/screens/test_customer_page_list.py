"""The list of customers and the palette: found, filtered, paged by key, at a fixed price."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.shared.models import Project
from customers.models import Adviser, Attribute, Customer, PurchaseProfile, PurchaseTotal
from tests import factories as make
from tests.factories import NOON
from tests.screens.world import more_customers

LIST = "admin:customers_customer_changelist"


def listed(client, query=""):
    response = client.get(reverse(LIST) + query)
    assert response.status_code == 200, response.headers
    return response.context["cl"]


def names(client, query=""):
    return [str(row) for row in listed(client, query).result_list]


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def sixty(world):
    return [make.CustomerFactory(first_name="Deniz", last_name=f"No{n:02}") for n in range(60)]


def test_pages_follow_one_another_by_key(sixty, as_role):
    client = as_role("support")
    seen, query = [], ""
    with CaptureQueriesContext(connection) as captured:
        while True:
            page = listed(client, query)
            seen += [row.pk for row in page.result_list]
            if not page.paginator.older:
                break
            query = page.paginator.older
    assert seen == sorted(Customer.objects.values_list("pk", flat=True), reverse=True)
    sql = " ".join(one["sql"] for one in captured)
    assert "OFFSET" not in sql
    assert "COUNT(" not in sql


def test_a_page_keeps_its_filters_and_a_new_filter_begins_anew(sixty, as_role):
    client = as_role("support")
    page = listed(client, "?country=TR")
    assert "country=TR" in page.paginator.older
    second = listed(client, page.paginator.older)
    assert len(second.result_list) == 25
    assert second.paginator.newest == "?country=TR"
    assert "before" not in second.get_query_string({"kind": "business"})


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 40, ""])
def test_an_odd_key_is_the_first_page(world, as_role, odd):
    assert names(as_role("support"), f"?before={odd}") == names(as_role("support"))


def test_a_search_says_how_many_fit_and_pages_through_them(sixty, as_role):
    client = as_role("support")
    page = listed(client, "?q=deniz")
    assert page.paginator.remark == "60 customers fit."
    assert len(page.result_list) == 25
    seen, query = [], "?q=deniz"
    while query:
        page = listed(client, query)
        seen += [row.pk for row in page.result_list]
        query = page.paginator.older
    assert sorted(seen) == [one.pk for one in sixty]
    assert listed(client, "?q=deniz&p=2").paginator.newer


def test_a_search_is_told_when_it_is_too_wide(sixty, as_role, monkeypatch):
    monkeypatch.setattr("customers.search.MOST", 10)
    response = as_role("support").get(reverse(LIST) + "?q=deniz")
    assert "type more to find the others" in text_of(response)


def test_a_search_within_filters(world, as_role):
    make.CustomerFactory(first_name="Aoife", last_name="Byrne", country="GB")
    client = as_role("support")
    assert len(names(client, "?q=aoife")) == 2
    assert names(client, "?q=aoife&country=GB") == ["Aoife Byrne"]


def test_an_order_number_leads_to_the_customer_and_is_named(world, as_role):
    make.OrderFactory(identity=world.customer.identities.first(), source_id="TR-2026-1")
    response = as_role("support").get(reverse(LIST) + "?q=tr-2026-1")
    page = text_of(response)
    assert "Aoife Yılmaz" in page
    assert "through TR-2026-1" in page


def test_what_is_not_found_says_so(world, as_role):
    assert names(as_role("support"), "?q=nobody-of-that-name") == []


# --- Filters --------------------------------------------------------------------------------------
@pytest.fixture
def business(world):
    """A second customer who differs in everything that can be filtered by."""
    adviser = Adviser.objects.create(source_id="A1", name="Ece Kaya")
    customer = make.CustomerFactory(
        first_name="Business", last_name="", kind="business", adviser=adviser, birth_month=None,
        metadata={"level": "gold", "newsletter": True, "colours": ["red", "blue"]},
    )  # fmt: skip
    PurchaseProfile.objects.update_or_create(
        customer=customer,
        defaults={
            "orders_count": 2,
            "first_order_at": NOON - timedelta(days=500),
            "last_order_at": NOON - timedelta(days=400),
        },
    )
    PurchaseTotal.objects.create(
        customer=customer, currency="GBP", orders_count=2, amount=120_000, returned_amount=0,
        discount_amount=0,
    )  # fmt: skip
    return customer


def attribute(key, kind, choices=(), **fields):
    return Attribute.objects.create(
        key=key, name=key.title(), type=kind, choices=list(choices), purpose="to know",
        created_at=NOON, **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=business", True), ("?kind=consumer", False),
        ("?spent=1000", True), ("?spent=5000", False), ("?spent=1", True),
        ("?last_order=before-365", True), ("?last_order=within-30", False),
        ("?last_order=within-365", False), ("?last_order=never", False),
        ("?birthday=unknown", True),
    ],
)  # fmt: skip
def test_filters(business, as_role, query, found):
    assert ("Business" in names(as_role("support"), query)) is found


def test_a_customer_without_orders_never_ordered(business, as_role):
    PurchaseProfile.objects.all().delete()
    assert "Business" in names(as_role("support"), "?last_order=never")


def test_the_filter_of_an_adviser(business, as_role):
    assert names(as_role("support"), f"?adviser={business.adviser_id}") == ["Business"]
    assert len(names(as_role("support"), "?adviser=999999")) == 2


@pytest.mark.parametrize(
    ("kind", "key", "choices", "place"),
    [
        ("boolean", "newsletter", (), 0),
        ("text", "level", ("silver", "gold"), 1),
        ("set", "colours", ("red", "green"), 0),
    ],
)
def test_the_filter_of_an_attribute(business, as_role, kind, key, choices, place):
    one = attribute(key, kind, choices)
    client = as_role("support")
    assert names(client, f"?attribute_{one.pk}={place}") == ["Business"]
    assert names(client, f"?attribute_{one.pk}={1 - place}") == []


@pytest.mark.parametrize(
    "fields",
    [{"is_sensitive": True}, {"retired_at": NOON}, {"data_category": "SEARCH_HISTORY"}],
)
def test_nobody_filters_by_what_is_sensitive_retired_or_needs_permission(business, as_role, fields):
    one = attribute("newsletter", "boolean", **fields)
    titles = [str(spec.title) for spec in listed(as_role("support")).filter_specs]
    assert one.name not in titles


def test_the_project_s_currency_is_the_one_of_the_filter(business, as_role):
    Project.objects.update(currency="TRY")
    assert names(as_role("support"), "?spent=100") == []


@pytest.mark.parametrize(
    ("query", "own"),
    [("", 6), ("?country=TR", 6), ("?q=nobody", 5), ("?q=yilmaz", 8), ("?q=yilmaz&country=TR", 8)],
)
def test_the_number_of_statements_does_not_grow(world, as_role, query, own):
    """Filters read three; a search asks for exact hits, for parts, then for its rows."""
    client = as_role("administrator")

    def statements():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(LIST) + query)
        return [one["sql"] for one in captured]

    more_customers(1)
    statements()
    few = statements()
    more_customers(12)
    many = statements()
    assert len(many) == len(few) == 5 + own, "\n".join(many)


# --- The palette ----------------------------------------------------------------------------------
def test_the_palette_finds_customers_and_keeps_no_names(world, as_role):
    client = as_role("support")
    cache.clear()
    page = text_of(client.get(reverse("admin:search"), {"s": "AOİFE", "extended": "1"}))
    assert "Aoife Yılmaz" in page
    assert reverse("admin:customers_customer_change", args=[world.customer.pk]) in page
    Customer.objects.filter(pk=world.customer.pk).update(search="")
    page = text_of(client.get(reverse("admin:search"), {"s": "AOİFE", "extended": "1"}))
    assert "Aoife Yılmaz" not in page


def test_the_palette_shows_a_few_however_many_fit(sixty, as_role):
    response = as_role("support").get(reverse("admin:search"), {"s": "deniz", "extended": "1"})
    assert text_of(response).count("/customers/customer/") == 10


def test_the_palette_shows_customers_only_to_who_may_see_them(world, client):
    user = make.StaffUserFactory()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("admin:search"), {"s": "aoife", "extended": "1"})
    assert "Aoife" not in text_of(response)


def test_the_palette_finds_parts_of_the_site(world, as_role):
    response = as_role("marketer").get(reverse("admin:search"), {"s": "campaign", "extended": "1"})
    assert reverse("admin:campaigns_campaign_changelist") in text_of(response)
    assert client_of_nothing(as_role) == b""


def client_of_nothing(as_role):
    return as_role("marketer").get(reverse("admin:search"), {"s": "  "}).content
