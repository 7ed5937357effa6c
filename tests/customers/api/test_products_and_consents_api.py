"""Products and consents as shops tell of them."""

import itertools

import pytest

from customers.models import ConsentEvent, ConsentState, ConsentText, Customer, Product
from customers.services.consent import rebuild

from .conftest import statuses

HEART = {
    "source_id": "85123A",
    "name": "White hanging heart",
    "category": "Decoration",
    "brand": "Hearts & Co",
    "price": 255,
    "image_url": "https://shop.example.com/heart.jpg",
    "attributes": ["colour"],
    "metadata": {"colour": "white"},
}
GRANT = {
    "customer": {"source_id": "ann"},
    "channel": "email",
    "action": "granted",
    "source": "checkout",
    "source_id": "c-1",
    "captured_at": "2026-04-01T10:00:00Z",
    "text": "Write to me about offers.",
    "locale": "en",
    "evidence": {"page": "https://shop.example.com/checkout"},
}
WITHDRAWAL = GRANT | {"action": "withdrawn", "source_id": "c-2", "text": None, "locale": None}


def test_a_product_is_created_changed_and_shown(shop):
    created = shop.post("products", HEART).json()
    again = shop.post("products", HEART).json()
    changed = shop.put("products/85123A", {"price": None, "metadata": {"size": 3}}).json()

    assert created.items() >= HEART.items()
    assert again == created
    assert changed == created | {
        "price": None,
        "metadata": {"colour": "white", "size": 3},
        "updated_at": changed["updated_at"],
    }
    assert shop.get(f"products/{created['id']}").json() == changed
    assert shop.get("products").json()["products"] == [changed]


def test_a_product_may_be_met_in_an_event_before_it_is_told_of(shop):
    shop.post(
        "events",
        {"event": "review", "customer": {"source_id": "a"}, "metadata": {"product": "85123A"}},
    )
    [met] = Product.objects.all()

    told = shop.post("products", HEART).json()

    assert told["id"] == met.public_id
    assert Product.objects.count() == 1


def test_a_batch_of_products(shop):
    shop.post("products", HEART)

    results = shop.batch(
        "products",
        [
            HEART,
            {"source_id": "new", "name": "New"},
            {"source_id": "new", "price": 5},
            {"source_id": "bad", "price": -1},
            {"source_id": "bad", "price": 2.5},
            {"source_id": "bad", "image_url": "no address"},
            {"name": "nameless"},
            {"id": "prod_nobody"},
            HEART | {"price": 300},
        ],
    )

    assert statuses(results) == [
        "duplicate",
        "created",
        "updated",
        *["rejected"] * 5,
        "updated",
    ]
    assert Product.objects.get(source_id="new").price == 5
    assert Product.objects.get(source_id="85123A").price == 300


def test_a_consent_is_recorded_with_what_proves_it(shop):
    answer = shop.post("consents", GRANT).json()

    event = ConsentEvent.objects.get()
    assert answer["id"] == f"consent_{event.pk}"
    assert (answer["status"], answer["channel"], answer["action"]) == (
        "created",
        "email",
        "granted",
    )
    assert event.proof == GRANT["evidence"]
    assert (event.text.body, event.text.locale) == ("Write to me about offers.", "en")
    assert (event.actor_kind, event.source) == ("api_key", "checkout")
    assert ConsentState.objects.get().allowed


def test_told_twice_it_is_one_event_and_one_text(shop):
    shop.post("consents", GRANT)

    results = shop.batch("consents", [GRANT, GRANT | {"source_id": "c-3"}, GRANT, WITHDRAWAL])

    assert statuses(results) == ["duplicate", "created", "duplicate", "created"]
    assert ConsentEvent.objects.count() == 3
    assert ConsentText.objects.count() == 1


@pytest.mark.parametrize("arrival", list(itertools.permutations([GRANT, WITHDRAWAL])))
def test_a_withdrawal_counts_whenever_it_arrives(shop, arrival):
    """Its date is that of an older grant; it was received now, and that decides."""
    shop.batch("consents", list(arrival))

    assert not ConsentState.objects.get().allowed
    rebuild()
    assert not ConsentState.objects.get().allowed


def test_a_withdrawal_of_somebody_unknown_is_not_lost(shop):
    shop.post("consents", WITHDRAWAL)

    assert Customer.objects.count() == 1
    assert not ConsentState.objects.get().allowed


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"data_category": "PROFILE"}, "one of them"),
        ({"channel": None}, "one of them"),
        ({"channel": "fax"}, "channel:"),
        ({"action": "imported"}, "action:"),
        ({"action": "expired"}, "action:"),
        ({"source": ""}, "source:"),
        ({"captured_at": "2027-04-01T10:00:00Z"}, "captured_at: It lies in the future"),
        ({"jurisdiction": "TUR"}, "jurisdiction:"),
        ({"evidence": "yes"}, "evidence:"),
        ({"customer": {}}, "source_id"),
    ],
)
def test_what_cannot_be_is_named(shop, told, words):
    refused = shop.post("consents", GRANT | told)

    assert refused.status_code == 400
    assert words in refused.json()["details"]
    assert not ConsentEvent.objects.exists()


def test_a_consent_of_the_customer_in_the_address(shop):
    shop.post("customers", {"source_id": "ann"})
    told = {name: value for name, value in GRANT.items() if name != "customer"}

    assert shop.post("customers/ann/consents", told).json()["status"] == "created"
    assert shop.post("customers/nobody/consents", told).status_code == 404
    assert ConsentEvent.objects.get().identity.external_id == "ann"
