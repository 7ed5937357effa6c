"""Segments as marketers write them, of two to eight conditions, for the shop of `shop`."""

from typing import Any

Rule = dict[str, Any]


def _is(field: str, cmp: str, value: Any = None, **more: Any) -> Rule:
    return {"field": field, "cmp": cmp, **({} if value is None else {"value": value}), **more}


def _last(count: int, unit: str = "day") -> Rule:
    return {"last": count, "unit": unit}


def _all(*rules: Rule, negated: bool = False) -> Rule:
    return {"op": "and", "rules": list(rules), "not": negated}


def _any(*rules: Rule, negated: bool = False) -> Rule:
    return {"op": "or", "rules": list(rules), "not": negated}


def rules(small_list: str, large_list: str) -> dict[str, Rule]:
    """By name; the lists by their public ids."""
    of_dogs = [_is("product.category", "in", ["Dog food"])]
    return {
        "looked at dog food, bought none": _all(
            _is("profile.city", "is", "izmir"),
            _is("orders.count", "gte", 3, within=_last(365)),
            _is("event.product_viewed", "gte", 1, within=_last(14), where=of_dogs),
            _is("product.category_bought", "not_in", ["Dog food"]),
        ),
        "lapsed three months": _all(
            _is("profile.country", "is", "TR"),
            _is("orders.last", "more_than_ago", _last(3, "month")),
            _is("consent.email_reachable", "is", True),
        ),
        "best customers of the year": _all(
            _is("orders.count", "gte", 5, within=_last(365)),
            _is("orders.sum", "gte", 500_000, currency="TRY", within=_last(365)),
        ),
        "first-time buyers": _all(
            _is("orders.count", "eq", 1),
            _is("orders.first", "in_last", _last(30)),
        ),
        "signed up, never bought": _all(
            _is("orders.count", "eq", 0),
            _is("profile.signed_up", "in_last", _last(2, "year")),
            _is("consent.email", "is", True),
        ),
        "birthday next week": _all(
            _is("profile.birthday", "in_next", {"next": 7, "unit": "day"}),
            _is("orders.count", "gte", 1, within=_last(180)),
            _is("consent.sms_reachable", "is", True),
        ),
        "cart left within two days": _all(
            _is("event.cart_updated", "gte", 1, within=_last(48, "hour")),
            _is("orders.count", "eq", 0, within=_last(48, "hour")),
        ),
        "browsed without buying": _all(
            _is("event.product_viewed", "gte", 3, within=_last(30)),
            _is("orders.count", "eq", 0, within=_last(30)),
            _is("consent.email_reachable", "is", True),
        ),
        "searched or viewed, did not buy": _all(
            _any(
                _is(
                    *("event.searched", "gte", 1),
                    within=_last(60),
                    where=[_is("property.query", "contains", "sofa")],
                ),
                _is(
                    *("event.product_viewed", "gte", 2),
                    within=_last(60),
                    where=[_is("product.category", "in", ["Sofas"])],
                ),
            ),
            _is("product.category_bought", "not_in", ["Sofas"], within=_last(1, "year")),
        ),
        "dog owners": _all(
            _any(
                _is("attribute.pet", "is", "dog"),
                _is("product.category_bought", "in", ["Dog food"], within=_last(180)),
            ),
            _is("profile.country", "in", ["TR", "DE", "GB"]),
            _is("list.member", "not_in", [small_list]),
        ),
        "complained recently": _all(
            _is("event.complaint_filed", "gte", 1, within=_last(30)),
            _is("orders.count", "gte", 2),
        ),
        "premium with large carts": _all(
            _is("product.price_band", "in", ["4", "5"]),
            _is("orders.average", "gte", 90_000, currency="TRY"),
            _is("attribute.vip", "is", True),
        ),
        "regulars who pause": _all(
            _is("orders.days_since", "between", [30, 90]),
            _is("attribute.points", "gte", 500),
            _is("list.member", "not_in", [large_list]),
            _any(
                _is("attribute.vip", "is", True),
                _is("profile.country", "is", "DE"),
                negated=True,
            ),
        ),
        "buyers who did not search": _all(
            _is("event.searched", "eq", 0, within=_last(90)),
            _is("orders.count", "gte", 2, within=_last(90)),
        ),
        "eight conditions": _all(
            _is("profile.language", "is", "tr"),
            _is("profile.kind", "is", "consumer"),
            _is("profile.age", "between", [25, 60]),
            _is("consent.email_reachable", "is", True),
            _is("orders.sum", "gte", 300_000, currency="TRY"),
            _is("orders.count", "between", [2, 10], within=_last(2, "year")),
            _is(
                *("event.product_viewed", "gte", 2),
                within=_last(30),
                where=[_is("property.device", "is", "mobile")],
            ),
            _is("product.brand_bought", "not_in", ["Brand 7"]),
        ),
        "about to order again": _all(
            _is("orders.usual_interval", "lte", 120),
            _is("orders.expected_next", "in_next", {"next": 14, "unit": "day"}),
            _is("orders.count", "gte", 5),
        ),
    }
