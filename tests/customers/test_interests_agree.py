"""The one SQL rule against the same rule in plain Python, over random lives of customers."""

import math
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared.text import fold
from customers import interest_rules as rules
from customers.interest_rules import Sign, Topic
from customers.models import Interest
from customers.services.interests import refresh
from tests.factories import NOON, IdentityFactory

from .interest_world import BROWSE, PURCHASE, SEARCH, allow, buy, category, happen, product

# (categories, brand); Health is sensitive.
GOODS = [
    (["Tea"], "Twinings"),
    (["Çay", "Tea"], "İLGİ"),
    (["Garden chairs"], ""),
    ([], "Acme"),
    (["Tea", "Health"], "Twinings"),
    ([], ""),
]
QUERIES = ["tea", "ÇAY ve tea", "garden chairs", "twinings health", "nothing", "acme acme", ""]
hours = st.sampled_from([0, 1, 30, 31, 24 * 90, 24 * 400])
good = st.sampled_from(range(len(GOODS)))

orders = st.fixed_dictionaries(
    {
        "hours": hours,
        "status": st.sampled_from(["PAID", "FULFILLED", "CANCELED", "CREATED"]),
        "gift": st.booleans(),
        "lines": st.lists(
            st.tuples(good, st.integers(1, 3), st.integers(0, 1)), min_size=1, max_size=3
        ),
    }
)
events = st.one_of(
    st.tuples(
        st.sampled_from(["product_viewed", "cart_updated", "complaint_filed", "store_visit"]),
        hours,
        good,
        st.just({}),
    ),
    st.tuples(
        st.just("review"),
        hours,
        good,
        st.sampled_from([{"rating": n} for n in (1, 2, 2.5, 3, 4, 5, 9, "5", True, None)] + [{}]),
    ),
    st.tuples(
        st.just("searched"), hours, st.none(), st.builds(dict, query=st.sampled_from(QUERIES))
    ),
    st.tuples(
        st.just("page_viewed"),
        hours,
        st.none(),
        st.sampled_from(
            [{"category": "TEA"}, {"category": "health", "brand": "Acme"}, {"brand": "acme"}, {}]
        ),
    ),
)
lives = st.fixed_dictionaries(
    {
        "orders": st.lists(orders, max_size=3),
        "events": st.lists(events, max_size=6),
        "allowed": st.sets(st.sampled_from([BROWSE, SEARCH])),
        "restricted": st.booleans(),
    }
)


# --- the rule, slow and obvious -------------------------------------------------------------------
def topics_of(goods):
    names, brand = goods
    if "Health" in names:
        return set()
    found = {Topic("category", fold(name)) for name in names}
    return found | ({Topic("brand", fold(brand))} if brand else set())


KNOWN = {topic for goods in GOODS for topic in topics_of(goods)} | {Topic("category", "health")}
SIGNS = {
    "product_viewed": Sign.VIEWED,
    "page_viewed": Sign.VIEWED,
    "cart_updated": Sign.CARTED,
    "searched": Sign.SEARCHED,
}


def expected(life):
    """{(kind, key, kind of data): (points as of the last evidence, that moment, evidence)}."""
    said = defaultdict(dict)  # (kind, key, data) -> {(sign, once): moment}
    for topic, data, sign, once, when in [*bought(life), *told(life)]:
        about = said[topic.kind, topic.key, data]
        about[sign, once] = max(when, about.get((sign, once), when))
    found = {}
    for key, about in said.items():
        last = max(about.values())
        weights = [(rules.WEIGHTS[sign], when) for (sign, _once), when in about.items()]
        points = rules.total(weights, last)
        if points > 1e-9:
            found[key] = (points, last, counted(about))
    return {} if life["restricted"] else found


def bought(life):
    for number, order in enumerate(life["orders"]):
        if order["gift"] or order["status"] not in {"PAID", "FULFILLED"}:
            continue
        for place, quantity, returned in order["lines"]:
            for topic in topics_of(GOODS[place]) if quantity > returned else ():
                yield topic, PURCHASE, Sign.BOUGHT, number, ago(order["hours"])


def told(life):
    for name, hours_ago, place, properties in life["events"]:
        data = {"review": PURCHASE, "searched": SEARCH}.get(name, BROWSE)
        sign = SIGNS.get(name)
        if name == "review":
            sign = rules.sign_of_review(properties.get("rating"))
        if sign is None or data not in {PURCHASE, *life["allowed"]}:
            continue
        when = ago(hours_ago)
        once = math.floor(when.timestamp() / rules.HOUR.total_seconds())
        for topic in meant(name, place, properties):
            yield topic, data, sign, once, when


def meant(name, place, properties):
    if place is not None:
        return topics_of(GOODS[place])
    if name == "searched":
        found = rules.topics_of_search(fold(properties["query"]), rules.by_words(KNOWN))
    else:
        found = {Topic(kind, fold(text)) for kind, text in properties.items()} & KNOWN
    return set() if any(topic.key == "health" for topic in found) else found


def counted(about):
    times = defaultdict(list)
    for (sign, _once), when in about.items():
        times[sign.value].append(when)
    return {sign: (len(whens), max(whens)) for sign, whens in times.items()}


def ago(hours_ago):
    return NOON - timedelta(hours=hours_ago)


# --- both -----------------------------------------------------------------------------------------
class _Undone(Exception):
    pass


def live(life, goods):
    identity = IdentityFactory(customer__restriction="restricted" if life["restricted"] else "")
    allow(identity.customer, *life["allowed"])
    for placed in life["orders"]:
        order = None
        for place, quantity, returned in placed["lines"]:
            order = buy(
                identity, goods[place], order=order, quantity=quantity, returned=returned,
                **({} if order else {"days": placed["hours"] / 24, "status": placed["status"],
                                     "is_gift": placed["gift"]}),
            )  # fmt: skip
    for name, hours_ago, place, properties in life["events"]:
        of = goods[place] if place is not None else None
        happen(identity, name, product=of, hours=hours_ago, **properties)
    return identity.customer_id


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowd=st.lists(lives, min_size=1, max_size=3))
def test_sql_and_python_agree(db, crowd):
    try:
        with transaction.atomic():
            category("Health", sensitive=True)
            goods = [product(next(iter(names), ""), brand, *names[1:]) for names, brand in GOODS]
            lived = {live(life, goods): life for life in crowd}
            refresh(customer_ids=lived, at=NOON)
            for pk, life in lived.items():
                rows = {
                    (row.kind, row.topic_key, row.data_category): row
                    for row in Interest.objects.filter(customer=pk)
                }
                wanted = expected(life)
                assert rows.keys() == wanted.keys()
                for key, (points, last, evidence) in wanted.items():
                    assert rows[key].strength == pytest.approx(points, rel=1e-6, abs=1e-8)
                    assert rows[key].as_of == last
                    assert evidence == {
                        sign: (said["times"], datetime.fromisoformat(said["last"]))
                        for sign, said in rows[key].evidence.items()
                    }
            raise _Undone
    except _Undone:
        pass
