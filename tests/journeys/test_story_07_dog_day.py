"""7. International Dog Day for dog owners: known by purchase, by a search only with consent."""

import pytest

from segments.models import Segment

from .people import mailbox

OWNERS = {
    "op": "or",
    "rules": [
        {"field": "product.category_bought", "cmp": "in", "value": ["Dogs"]},
        {
            "field": "event.searched",
            "cmp": "gte",
            "value": 1,
            "where": [{"field": "property.query", "cmp": "contains", "value": "dog"}],
        },
    ],
}


@pytest.fixture
def owners(marketer, shop):
    shop.tell("products", {"source_id": "BISCUIT", "name": "Dog biscuits", "category": "Dogs"})
    for name in ("bought", "allows", "changed", "never", "none"):
        shop.customer(name)
    shop.order("bought", "o1", ("BISCUIT", 900))
    for name in ("allows", "changed"):
        shop.allow(name, "SEARCH_HISTORY")
        assert search(shop, name).status_code == 200
    shop.consent("changed", "withdrawn", data_category="SEARCH_HISTORY")
    return marketer.segment("Dog owners", OWNERS)


def search(shop, name):
    return shop.post(
        "events",
        {
            "event": "searched",
            "source_id": f"s-{name}",
            "customer": {"source_id": name},
            "metadata": {"query": "a bed for my DOG"},
        },
    )


def told_about(shop, name):
    """Whether they are in it, and what is said of each condition."""
    segment = Segment.objects.get()
    told = shop.tell(f"segments/{segment.public_id}/check", {"customer": name})
    return told["member"], [(one["answer"], one["why"]) for one in told["conditions"]]


def test_known_by_purchase(owners, shop):
    member, (bought, searched) = told_about(shop, "bought")

    assert member
    assert bought == (True, "")
    assert searched == (None, "not allowed to look")


def test_known_by_a_search_with_consent(owners, shop):
    assert told_about(shop, "allows") == (True, [(False, ""), (True, "")])


def test_by_a_search_without_consent_nobody_looks(owners, shop):
    hidden = (False, [(False, ""), (None, "not allowed to look")])
    assert told_about(shop, "changed") == hidden
    assert told_about(shop, "never") == hidden


def test_a_search_without_consent_is_not_even_kept(owners, shop):
    assert search(shop, "never").json()["key"] == "data_use_not_allowed"


def test_on_the_day_the_owners_hear_of_it(owners, marketer, days):
    """26 August is a holiday of Namibia too, and that is how it gets into the calendar here."""
    marketer.launch(
        "Dog Day",
        segment=owners,
        message=marketer.message("Dogs", "For your dog"),
        offer=marketer.offer("Bones", {"kind": "percent", "percent": "10"}),
        occasion="holiday",
        holiday_country="NA",
        holiday_key="heroes_day",
    )

    days.reach("2026-08-26 08:00")

    assert {to for to, _subject in mailbox()} == {"bought@x.test", "allows@x.test"}
