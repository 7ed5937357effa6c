"""Random rules over every field, and random people, for what must hold of all of them."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from config.shared import localtime
from tests.factories import (
    AttributeFactory,
    ConsentStateFactory,
    CustomerFactory,
    EventFactory,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)
from tests.segments.naive_facts import BRAND_OF, CATEGORY_OF

AT = datetime(
    2027, 2, 28, 22, 30, tzinfo=UTC
)  # the last day of a February without a 29th, or March
GATED = {"BROWSE_HISTORY", "SEARCH_HISTORY", "LOCATION", "OFFLINE"}
ZONES = ["Europe/Istanbul", "Europe/London", "Pacific/Auckland"]
SKUS = list(CATEGORY_OF)

spellings = st.sampled_from(["İzmir", "IZMIR", "izmir", "Işıklar", "ŞİŞLİ", "Sisli", "", "50%_\\"])
words = st.sampled_from(["ızmır", "Işık", "sisli", "i", "mir", "50%", "_", "\\"])
spans = st.fixed_dictionaries(
    {"last": st.integers(1, 3), "unit": st.sampled_from(["hour", "day", "week", "month", "year"])}
)
ahead = st.fixed_dictionaries(
    {"next": st.integers(1, 3), "unit": st.sampled_from(["hour", "day", "week", "month"])}
)
days = st.dates(AT.date() - timedelta(days=5), AT.date() + timedelta(days=5)).map(str)
pairs = st.lists(days, min_size=2, max_size=2).map(sorted)
away = st.integers(-3, 3) | st.lists(st.integers(-3, 3), min_size=2, max_size=2).map(sorted)
whole = st.integers(-1, 4)


def _condition(field: str, cmp: str, **more: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({"field": st.just(field), "cmp": st.just(cmp), **more})


def _all(field: str, cmps: str, **more: st.SearchStrategy) -> list[st.SearchStrategy]:
    return [_condition(field, cmp, **more) for cmp in cmps.split()]


def _texts(field: str) -> list[st.SearchStrategy]:
    return [
        *_all(field, "is is_not contains starts_with ends_with", value=words),
        *_all(field, "in not_in", value=st.lists(words, min_size=1, max_size=2)),
        *_all(field, "empty not_empty"),
    ]


def _numbers(field: str, **more: st.SearchStrategy) -> list[st.SearchStrategy]:
    two = st.lists(whole, min_size=2, max_size=2).map(sorted)
    return [
        *_all(field, "eq ne lt lte gt gte", value=whole, **more),
        _condition(field, "between", value=two, **more),
    ]


def _dates(field: str) -> list[st.SearchStrategy]:
    return [
        *_all(field, "before after on", value=days),
        _condition(field, "between", value=pairs),
        *_all(field, "in_last more_than_ago", value=spans),
        _condition(field, "in_next", value=ahead),
        *_all(field, "today this_week this_month empty not_empty"),
        _condition(field, "anniversary", value=away),
    ]


skus = st.lists(st.sampled_from(SKUS), min_size=1, max_size=2)
categories = st.lists(st.sampled_from(list(CATEGORY_OF.values())), min_size=1, max_size=2)
brands = st.lists(st.sampled_from(["Home", "Regency"]), min_size=1, max_size=2)
product_details = st.one_of(
    *_all("product", "in not_in", value=skus),
    *_all("product.category", "in not_in", value=categories),
    *_all("product.brand", "in not_in", value=brands),
)
order_details = st.one_of(
    product_details,
    *_all("order.amount", "gte lt", value=st.integers(0, 3), currency=st.just("EUR")),
    _condition("order.is_gift", "is", value=st.booleans()),
)
event_details = st.one_of(
    product_details,
    *_texts("property.word"),
    *_numbers("property.word"),
    _condition("property.word", "is", value=st.booleans()),
)
of_orders = {"where": st.lists(order_details, min_size=1, max_size=2)}
of_events = {"where": st.lists(event_details, min_size=1, max_size=2)}
euros = {"currency": st.just("EUR")}
conditions = st.one_of(
    *_texts("profile.city"),
    *_dates("profile.signed_up"),
    *[_condition("profile.birthday", cmp) for cmp in ("today", "this_week", "this_month", "empty")],
    _condition("profile.birthday", "in_next", value=ahead),
    _condition("profile.birthday", "anniversary", value=away),
    *_all("profile.age", "gte lt eq ne", value=st.integers(36, 38)),
    _condition("profile.age", "empty"),
    *_texts("attribute.pet"),
    *_numbers("attribute.dogs"),
    *_all("attribute.dogs", "empty not_empty"),
    _condition("attribute.vip", "is", value=st.booleans()),
    *_all("attribute.vip", "empty not_empty"),
    *_all("attribute.tags", "in not_in", value=st.lists(words, min_size=1, max_size=2)),
    *_all("attribute.tags", "empty not_empty"),
    *_dates("attribute.wedding"),
    *_numbers("orders.count", **of_orders),
    *_numbers("orders.count", within=spans, **of_orders),
    *_numbers("orders.average", **euros),
    *_numbers("orders.largest", within=spans, **euros),
    *_all("orders.largest", "empty not_empty"),
    *_dates("orders.first"),
    *_numbers("orders.days_since"),
    *_all("orders.days_since", "empty not_empty"),
    *_all("product.category_bought", "in not_in", value=categories),
    *_all("product.brand_bought", "in not_in", value=brands, within=spans),
    *_numbers("event.product_viewed", within=spans),
    *_numbers("event.product_viewed", **of_events),
    *_numbers("event.searched", within=spans, **of_events),
)
# Alone, nothing hides what a clock does to a condition.
timed = st.one_of(
    *_dates("profile.signed_up"),
    *_dates("attribute.wedding"),
    *_dates("orders.first"),
    *[_condition("profile.birthday", cmp) for cmp in ("today", "this_week", "this_month")],
    _condition("profile.birthday", "in_next", value=ahead),
    _condition("profile.birthday", "anniversary", value=away),
    *_all("profile.age", "gte lt eq ne", value=st.integers(36, 38)),
    *_numbers("orders.days_since"),
    *_numbers("orders.count", within=spans),
    *_numbers("orders.largest", within=spans, **euros),
    *_all("product.brand_bought", "in not_in", value=brands, within=spans),
    *_numbers("event.product_viewed", within=spans),
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
    max_leaves=5,
)
edges = st.builds(
    lambda zone, away, seconds: (
        localtime.to_instant(AT.date() - timedelta(days=away), time(0), zone)
        + timedelta(seconds=seconds)
    ),
    st.sampled_from(ZONES),
    st.integers(-4, 5),
    st.integers(-1, 1),
)
years_ago = st.builds(
    lambda edge, years: edge - timedelta(days=365 * years), edges, st.integers(1, 4)
)
moments = edges | years_ago | st.integers(-3, 3).map(lambda hours: AT + timedelta(hours=hours))
values = st.one_of(spellings, whole, st.booleans(), st.just([]), st.just(2.5), st.none())
people = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["TR", "IE"]),
        "language": st.just("tr"),
        "zone": st.sampled_from(ZONES),
        "city": spellings,
        "signed_up_at": st.none() | moments,
        "birth": st.sampled_from([None, (2, 28), (2, 29), (3, 1), (3, 3), (2, 25), (12, 31)]),
        "birth_year": st.sampled_from([None, 1989, 1990]),
        "email_allowed": st.just(False),
        "allows": st.sets(st.sampled_from(["BROWSE_HISTORY", "SEARCH_HISTORY"])),
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "pet": values,
                "dogs": values,
                "vip": values,
                "tags": st.lists(words, max_size=2) | values,
                "wedding": st.sampled_from(["2020-02-29", "2027-02-28", "2026-03-01", "2027-02-31"])
                | values,
            },
        ),
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "placed_at": moments,
                    "status": st.sampled_from(["PAID", "FULFILLED", "CANCELED"]),
                    "amount": st.integers(0, 4),
                    "currency": st.sampled_from(["EUR", "GBP"]),
                    "gift": st.booleans(),
                    "products": st.lists(st.sampled_from(SKUS), max_size=2, unique=True),
                }
            ),
            max_size=3,
        ),
        "events": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(["product_viewed", "searched"]),
                    "occurred_at": moments,
                    "product": st.none() | st.sampled_from(SKUS),
                    "properties": st.fixed_dictionaries({}, optional={"word": values}),
                }
            ),
            max_size=4,
        ),
    }
)


def store(person: dict, products: dict) -> int:
    month, day = person["birth"] or (None, None)
    names = ("country", "language", "zone", "city", "signed_up_at", "metadata")
    customer = CustomerFactory(
        birth_month=month,
        birth_day=day,
        birth_year=person["birth_year"] if month else None,
        **{name: person[name] for name in names},
    )
    identity = IdentityFactory(customer=customer)
    for allowed in person["allows"]:
        ConsentStateFactory(customer=customer, channel="", data_category=allowed)
    for told in person["orders"]:
        names = ("placed_at", "status", "amount", "currency")
        order = OrderFactory(
            identity=identity, is_gift=told["gift"], **{name: told[name] for name in names}
        )
        for sku in told["products"]:
            OrderLineFactory(order=order, product=products[sku], line_key=sku)
    for told in person["events"]:
        searched = told["name"] == "searched"
        EventFactory(
            identity=identity,
            name=told["name"],
            data_category="SEARCH_HISTORY" if searched else "BROWSE_HISTORY",
            occurred_at=told["occurred_at"],
            product=products[told["product"]] if told["product"] else None,
            properties=told["properties"],
        )
    return customer.pk


def prepare() -> dict:
    for key, kind in (("pet", "text"), ("dogs", "number"), ("vip", "boolean")):
        AttributeFactory(key=key, type=kind)
    AttributeFactory(key="tags", type="set")
    AttributeFactory(key="wedding", type="date")
    return {
        sku: ProductFactory(
            source_id=sku,
            category=CATEGORY_OF[sku],
            categories=[CATEGORY_OF[sku]],
            brand=BRAND_OF[sku],
        )
        for sku in SKUS
    }
