"""Customers as shops tell of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.shared.models import AuditEntry, Fact
from customers.models import Customer, Identity

from .conftest import statuses

WHOLE = {
    "source_id": "17850",
    "name": "Ayşe Nur Yılmaz",
    "email": "Ayse@Example.COM",
    "phone": "+90 (532) 123-45-67",
    "birthdate": "1990-05-31",
    "language": "tr",
    "description": "Likes hearts",
    "address": {
        "city": "İzmir",
        "state": "35",
        "line_1": "Cumhuriyet Blv. 1",
        "line_2": "Kat 2",
        "country": "tr",
        "postal_code": "35210",
        "latitude": 38.43817,
        "longitude": 27.14184,
    },
    "metadata": {"shoe": 38, "vip": True},
}


def test_a_customer_is_created_and_shown(shop):
    answer = shop.post("customers", WHOLE).json()

    assert answer["id"].startswith("cust_")
    assert answer["source_id"] == "17850"
    assert (answer["first_name"], answer["last_name"]) == ("Ayşe Nur", "Yılmaz")
    assert answer["email"] == "ayse@example.com"
    assert answer["phone"] == "+905321234567"
    assert answer["birthdate"] == "1990-05-31"
    assert answer["address"] == WHOLE["address"] | {"country": "TR"}
    assert answer["metadata"] == WHOLE["metadata"]
    assert (answer["zone"], answer["zone_source"]) == ("Europe/Istanbul", "address")
    assert shop.get(f"customers/{answer['id']}").json() == answer
    assert shop.get("customers/17850").json() == answer
    assert Customer.objects.matching("yilmaz").count() == 1
    assert Customer.objects.matching("17850").count() == 1


def test_what_is_not_told_stays_and_null_removes(shop):
    first = shop.post("customers", WHOLE).json()

    changed = shop.post(
        "customers",
        {
            "source_id": "17850",
            "phone": None,
            "address": {"city": "Ankara"},
            "metadata": {"shoe": 39, "vip": None},
        },
    ).json()
    put = shop.put("customers/17850", {"description": "", "birthdate": None}).json()

    assert changed == first | {
        "phone": None,
        # Another address is at another place.
        "address": first["address"] | {"city": "Ankara", "latitude": None, "longitude": None},
        "metadata": {"shoe": 39},
    }
    assert put == changed | {
        "description": None,
        "birthdate": None,
        "birth_month": None,
        "birth_day": None,
    }
    assert Customer.objects.count() == 1


def test_a_change_is_audited_by_field_and_told_to_those_above(shop):
    shop.post("customers", {"source_id": "ann", "name": "Ann"})
    shop.post("customers", {"source_id": "ann", "name": "Ann Lee"})
    shop.post("customers", {"source_id": "ann", "name": "Ann Lee"})

    [ann] = Customer.objects.all()
    audited = AuditEntry.objects.filter(
        object_kind="customers.customer", object_id=str(ann.pk)
    ).order_by("id")
    assert list(audited.values_list("action", "fields")) == [
        ("customer.created", []),
        ("customer.changed", ["last_name"]),
    ]
    assert "Lee" not in str(list(audited.values()))
    assert Fact.objects.filter(kind="customer.changed", subject_id=ann.pk).count() == 2


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Björk", ("Björk", "")),
        ("山田太郎", ("山田太郎", "")),
        ("  Ann   Lee ", ("Ann", "Lee")),
        ("", ("", "")),
    ],
)
def test_names_single_and_in_any_script(shop, name, parts):
    answer = shop.post("customers", {"source_id": "x", "name": name}).json()

    assert (answer["first_name"] or "", answer["last_name"] or "") == parts


def test_a_birth_date_without_a_year(shop):
    answer = shop.post("customers", {"source_id": "x", "birthdate": "--02-29"}).json()

    assert answer["birthdate"] is None
    assert (answer["birth_month"], answer["birth_day"]) == (2, 29)


def test_an_unusable_zone_is_flagged_and_keeps_nobody_out(shop):
    answer = shop.post("customers", {"source_id": "x", "zone": "Mars/Base"}).json()

    assert answer["zone"] == "Europe/Istanbul"
    assert answer["zone_problem"] == "Mars/Base"


@pytest.mark.parametrize(
    ("told", "place", "remedy"),
    [
        ({"email": "ann@@example"}, "email:", "ann@example.com"),
        ({"email": f"{'a' * 250}@example.com"}, "email:", "254"),
        ({"phone": "053 21"}, "phone:", "+905321234567"),
        ({"phone": "+12"}, "phone:", "+905321234567"),
        ({"birthdate": "2027-01-01"}, "birthdate:", "future"),
        ({"birthdate": "1850-01-01"}, "birthdate:", "1900"),
        ({"birthdate": "1990-02-30"}, "birthdate:", "month and the day"),
        ({"birthdate": "31.05.1990"}, "birthdate:", "1990-05-31"),
        ({"language": "turkish language"}, "language:", "tr"),
        ({"address": {"country": "Atlantis"}}, "address.country:", "ISO 3166"),
        ({"address": {"country": "EU"}}, "address.country:", "ISO 3166"),
        ({"name": 7}, "name:", "string"),
        ({"metadata": [1]}, "metadata:", "dictionary"),
        ({"metadata": {"x": "y" * 20_000}}, "metadata:", "20000"),
    ],
)
def test_what_cannot_be_is_named_with_its_place_and_remedy(shop, told, place, remedy):
    refused = shop.post("customers", {"source_id": "x"} | told)

    assert refused.status_code == 400
    assert place in refused.json()["details"]
    assert remedy in refused.json()["details"]
    assert Customer.objects.count() == 0


def test_a_customer_without_any_id(shop):
    refused = shop.post("customers", {"name": "Nobody"})

    assert refused.status_code == 400
    assert refused.json()["key"] == "invalid_customer"


def test_an_id_that_we_never_gave(shop):
    for refused in (
        shop.post("customers", {"id": "cust_x", "name": "Ann"}),
        shop.put("customers/nobody", {"name": "Ann"}),
        shop.get("customers/nobody"),
        shop.get("customers/a%00b"),
    ):
        assert refused.status_code == 404


def test_a_batch_has_a_result_for_each_and_goes_on_after_a_bad_one(shop):
    shop.post("customers", {"source_id": "known", "name": "Old"})
    known = Identity.objects.get(external_id="known").customer.public_id

    results = shop.batch(
        "customers",
        [
            {"source_id": "new", "name": "Ann Lee"},
            {"source_id": "bad", "email": "none"},
            {"source_id": "known", "name": "Old"},
            {"id": known, "name": "Newer"},
            {"source_id": "new", "email": "ann@example.com"},
            "text",
            {"source_id": "nul", "name": "a\x00b"},
            {"source_id": "half", "name": "\ud800"},
            {"id": "cust_nobody"},
            {"source_id": "last"},
        ],
    )

    assert [result["index"] for result in results] == list(range(10))
    assert statuses(results) == [
        "created",
        "rejected",
        "duplicate",
        "updated",
        "updated",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "created",
    ]
    assert results[0]["id"] == results[4]["id"]
    assert "email:" in results[1]["error"]["details"]
    assert "NUL" in results[6]["error"]["details"]
    assert results[8]["error"]["key"] == "customer_not_found"
    new = Identity.objects.get(external_id="new").customer
    assert (new.full_name, new.email) == ("Ann Lee", "ann@example.com")
    assert Customer.objects.count() == 3


@pytest.mark.parametrize("body", [{}, [], {"items": []}, {"items": {}}, {"items": [{}] * 1001}])
def test_what_is_no_batch(shop, body):
    refused = shop.post("customers/batch", body)

    assert refused.status_code == 400
    assert "1000" in refused.json()["details"]


def test_a_list_is_newest_first_and_goes_on_after_a_named_one(shop):
    shop.batch("customers", [{"source_id": f"c{n}", "name": f"Ann {n}"} for n in range(5)])

    first = shop.get("customers", limit=2).json()
    second = shop.get("customers", limit=2, starting_after_id=first["more_starting_after_id"])
    oldest = shop.get("customers", limit=1, order="created_at").json()

    assert [c["source_id"] for c in first["customers"]] == ["c4", "c3"]
    assert [c["source_id"] for c in second.json()["customers"]] == ["c2", "c1"]
    assert (first["total"], first["has_more"]) == (5, True)
    assert [c["source_id"] for c in oldest["customers"]] == ["c0"]


def test_the_total_of_everybody_is_counted_without_joining_them(shop):
    """Of a million customers that is one walk along an index."""
    shop.batch("customers", [{"source_id": f"c{n}"} for n in range(3)])
    with CaptureQueriesContext(connection) as captured:
        assert shop.get("customers").json()["total"] == 3
    [counted] = [one["sql"] for one in captured if "COUNT(*)" in one["sql"]]
    assert counted == 'SELECT COUNT(*) AS "__count" FROM "customers_customer"'


def test_a_list_of_some(shop):
    shop.post("customers", WHOLE)
    shop.post("customers", {"source_id": "b", "name": "Bob", "email": "bob@example.com"})

    for params in (
        {"email": "AYSE@example.com"},
        {"name": "yilmaz"},
        {"city": "İzmir"},
        {"created_at[before]": "2026-05-02T00:00:00Z", "name": "nur"},
    ):
        listed = shop.get("customers", **params).json()
        assert [customer["source_id"] for customer in listed["customers"]] == ["17850"]
    assert (
        shop.get("customers", **{"created_at[after]": "2026-05-02T00:00:00Z"}).json()["total"] == 0
    )


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"order": "name"},
        {"segment_id": "x"},
        {"created_at[before]": "now"},
        {"starting_after_id": "x"},
        {"name": "\x00"},
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(shop, params):
    refused = shop.get("customers", **params)

    assert refused.status_code == 400
    assert next(iter(params)) in refused.json()["message"]
