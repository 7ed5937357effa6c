"""Codes, messages, interests, places, consents and what was kept: SQL and plain Python agree.

The clock stands after the moment asked about, so there are facts that must not count yet.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared import clock
from config.shared.clock import FrozenClock
from segments import selectors
from segments.rules.parser import parse
from tests.segments import every_shape
from tests.segments.crowd import Shop, store
from tests.segments.naive import evaluate
from tests.segments.naive_kept import BRAND_OF, CATEGORY_OF

AT = datetime(2026, 3, 17, 22, 30, tzinfo=UTC)  # already the 18th in Istanbul
GATED = {"BROWSE_HISTORY", "SEARCH_HISTORY", "LOCATION", "ENGAGEMENT"}
ZONES = ["Europe/Istanbul", "Europe/London", "Pacific/Auckland"]

pytestmark = pytest.mark.django_db

whole = st.integers(-1, 3)
spans = st.fixed_dictionaries(
    {"last": st.integers(1, 3), "unit": st.sampled_from(["hour", "day", "week"])}
)
ahead = st.fixed_dictionaries(
    {"next": st.integers(1, 3), "unit": st.sampled_from(["hour", "day", "week"])}
)
days = st.dates(AT.date() - timedelta(days=3), AT.date() + timedelta(days=3)).map(str)
within = {"within": spans}
euros = {"currency": st.just("EUR")}


def _condition(field: str, cmp: str, **more: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({"field": st.just(field), "cmp": st.just(cmp), **more})


def _all(field: str, cmps: str, **more: st.SearchStrategy) -> list[st.SearchStrategy]:
    return [_condition(field, cmp, **more) for cmp in cmps.split()]


def _some(values: list[str]) -> st.SearchStrategy:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2)


def _numbers(field: str, **more: st.SearchStrategy) -> list[st.SearchStrategy]:
    two = st.lists(whole, min_size=2, max_size=2).map(sorted)
    return [
        *_all(field, "eq ne lt lte gt gte", value=whole, **more),
        _condition(field, "between", value=two, **more),
    ]


def _dates(field: str, **more: st.SearchStrategy) -> list[st.SearchStrategy]:
    return [
        *_all(field, "before after on", value=days, **more),
        *_all(field, "in_last more_than_ago", value=spans, **more),
        _condition(field, "in_next", value=ahead, **more),
        *_all(field, "today empty not_empty", **more),
    ]


def _where(*details: st.SearchStrategy) -> dict[str, st.SearchStrategy]:
    return {"where": st.lists(st.one_of(*details), min_size=1, max_size=2)}


of_offer = _all("redemption.promotion", "in not_in", value=_some(["camp_a", "camp_b"]))
of_refusal = _all("redemption.rule", "is is_not", value=st.sampled_from(["holder", "order_given"]))
of_campaign = _all("message.campaign", "in not_in", value=_some(["mkt_a", "mkt_b"]))
of_message = [
    *of_campaign,
    *_all("message.channel", "is is_not", value=st.sampled_from(["email", "sms"])),
]
of_product = [
    *_all("product", "in not_in", value=_some(list(CATEGORY_OF))),
    *_all("product.category", "in not_in", value=_some(list(CATEGORY_OF.values()))),
    *_all("product.brand", "in not_in", value=_some(list(BRAND_OF.values()))),
]
of_gift = [_condition("order.is_gift", "is", value=st.booleans())]
strong = _where(*_all("interest.strength", "gte lt", value=st.sampled_from([30, 50, 100])))
topics = _some(["cakes", "hearts", "diets"])
interests = [
    one
    for known_from in ("told", "bought", "viewed", "searched")
    for kind in ("category", "brand")
    for more in ({}, strong)
    for one in _all(f"interest.{known_from}_{kind}", "in not_in", value=topics, **more)
]
around = st.builds(
    lambda lat, lon, km: {"lat": lat, "lon": lon, "km": km},
    st.sampled_from([0, 41, -41.5, 89.9]),
    st.sampled_from([0, 29, 179.9, -179.9]),
    st.sampled_from([1, 30, 500, 9_000]),
)
conditions = st.one_of(
    *_numbers("redemption.unused_codes"),
    *_numbers("redemption.unused_codes", **within, **_where(*of_offer)),
    *_dates("redemption.code_expires", **_where(*of_offer)),
    *_all("redemption.promotion", "in not_in", value=_some(["camp_a", "camp_b"]), **within),
    *_all("redemption.promotion", "in not_in", value=_some(["camp_a"])),
    *_numbers("redemption.count", **_where(*of_offer)),
    *_numbers("redemption.count", **within),
    *_numbers("redemption.discount", **euros),
    *_numbers("redemption.discount", **euros, **within),
    *_dates("redemption.last"),
    *_dates("redemption.last", **within),
    *_numbers("redemption.refused", **within, **_where(*of_offer, *of_refusal)),
    *_numbers("message.count", **_where(*of_message)),
    *_numbers("message.count", **within),
    *_dates("message.last"),
    *_dates("message.last", **within, **_where(*of_message)),
    *_all("message.campaign", "in not_in", value=_some(["mkt_a", "mkt_b"]), **within),
    *_numbers(
        "message.held_back",
        **_where(_condition("message.reason", "is", value=st.just("no_consent"))),
    ),
    *interests,
    *_all("geo.address", "within_km beyond_km", value=around),
    *_all("geo.address", "empty not_empty"),
    *_numbers("orders.net", **euros),
    *_numbers("orders.net", **euros, **within),
    *_numbers("orders.cancelled", **_where(*of_product, *of_gift)),
    *_numbers("orders.cancelled", **within),
    *_numbers("orders.returns", **_where(*of_product)),
    *_numbers("orders.returns", **within),
    *_numbers("orders.returned", **euros, **within),
    *_dates("orders.last_return", **_where(*of_product)),
    *_numbers("product.units", **_where(*of_product, *of_gift)),
    *_numbers("product.units", **within),
    *_dates("consent.email_since"),
    *_all("consent.sms_source", "is is_not", value=st.sampled_from(["Till", "checkout"])),
    *_all("consent.sms_source", "empty not_empty"),
)
rules = st.recursive(
    conditions,
    lambda inner: st.fixed_dictionaries(
        {
            "op": st.sampled_from(["and", "or"]),
            "rules": st.lists(inner, min_size=1, max_size=3),
            "not": st.booleans(),
        }
    ),
    max_leaves=4,
)

moments = st.integers(-40, 40).map(lambda hours: AT + timedelta(hours=hours, seconds=hours % 3))
amounts = {"amount": st.integers(0, 3), "currency": st.sampled_from(["EUR", "GBP"])}
products = st.lists(st.sampled_from(list(CATEGORY_OF)), min_size=1, max_size=2, unique=True)
uses = st.fixed_dictionaries(
    {
        "created_at": moments,
        "result": st.sampled_from(["SUCCESS", "SUCCESS", "FAILURE"]),
        "rolled_back_at": st.none() | moments,
        "test": st.sampled_from([False, False, True]),
        "discount": st.integers(0, 3),
        "currency": st.sampled_from(["EUR", "GBP"]),
        "rule": st.sampled_from(["holder", "order_given"]),
    }
)
interest = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["category", "brand"]),
        "topic": st.sampled_from(["cakes", "hearts", "diets"]),
        "known": st.sampled_from(
            [
                ("declared", "PROFILE"),
                ("observed", "PURCHASE_HISTORY"),
                ("inferred", "BROWSE_HISTORY"),
                ("inferred", "SEARCH_HISTORY"),
            ]
        ),
        "liked": st.booleans(),
        "strength": st.sampled_from([0.01, 0.06, 0.9, 3.0]),
        "as_of": moments | st.just(AT - timedelta(days=180)),
    }
)
people = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "allows": st.sets(st.sampled_from(sorted(GATED))),
        "place": st.none()
        | st.tuples(st.sampled_from([0.1, 41.2, -41.4, 89.5]), st.sampled_from([0.2, 29.1, 179.8])),
        "codes": st.lists(
            st.fixed_dictionaries(
                {
                    "promotion": st.sampled_from(["camp_a", "camp_b"]),
                    "created_at": moments,
                    "expires_at": st.none() | moments,
                    "limit": st.sampled_from([None, 1, 2]),
                    "active": st.sampled_from([True, True, False]),
                    "uses": st.lists(uses, max_size=2),
                }
            ),
            max_size=2,
        ),
        "messages": st.lists(
            st.fixed_dictionaries(
                {
                    "campaign": st.sampled_from(["mkt_a", "mkt_b"]),
                    "channel": st.sampled_from(["email", "sms"]),
                    "finished_at": moments,
                    "state": st.sampled_from(["sent", "sent", "skipped"]),
                    "reason": st.sampled_from(["no_consent", "no_address"]),
                }
            ),
            max_size=3,
        ),
        "interests": st.lists(
            interest, max_size=4, unique_by=lambda i: (i["kind"], i["topic"], i["known"][1])
        ),
        "consents": st.dictionaries(
            st.sampled_from(["email", "sms"]),
            st.fixed_dictionaries(
                {
                    "since": moments.filter(lambda moment: moment <= AT),
                    "until": moments,
                    "source": st.sampled_from(["till", "Checkout"]),
                }
            ),
        ),
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "placed_at": moments,
                    "status": st.sampled_from(["PAID", "FULFILLED", "CANCELED"]),
                    "gift": st.booleans(),
                    "products": products,
                    **amounts,
                }
            ),
            max_size=2,
        ),
        "returns": st.lists(
            st.fixed_dictionaries(
                {
                    "returned_at": moments,
                    "of_cancelled": st.booleans(),
                    "products": products,
                    **amounts,
                }
            ),
            max_size=2,
        ),
    }
)


class _Undone(Exception):
    pass


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    crowd=st.lists(people, min_size=1, max_size=3), asked=st.lists(rules, min_size=6, max_size=6)
)
def test_sql_and_python_agree_on_what_other_apps_know(
    db: None, crowd: list[dict], asked: list[dict]
) -> None:
    try:
        with transaction.atomic(), clock.use(FrozenClock(AT + timedelta(days=30))):
            shop = Shop.opened(gated=sorted(GATED))
            known = {store(person, shop): person for person in crowd}
            for rule in asked:
                whole = rule if "op" in rule else {"op": "and", "rules": [rule]}
                tree = parse(whole, stored=True)  # what is sensitive is unknown, not refused
                expected = sorted(pk for pk, p in known.items() if evaluate(tree, p, AT, GATED))
                for found in every_shape.member_ids(whole, at=AT, among=list(known)):
                    assert found == expected, rule
                for pk in known:
                    selectors.explain(rule, customer_id=pk, at=AT)  # every `seen` can be asked
            raise _Undone
    except _Undone:
        pass
