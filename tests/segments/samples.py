"""A value for any comparison of any field, so that a test can walk the registry."""

from segments.rules.fields import Field

_DAYS_TYPES = {"date", "datetime", "recurring"}
_TIMED = {
    "in_last": {"last": 3, "unit": "day"},
    "more_than_ago": {"last": 3, "unit": "month"},
    "in_next": {"next": 3, "unit": "week"},
    "anniversary": [-2, 3],
    "between": ["2026-03-01", "2026-04-01"],
}
_LISTS = {"in", "not_in"}
_PLAIN = {"empty", "not_empty", "today", "this_week", "this_month"}


def sample(field: Field, cmp: str) -> dict:
    """`value` (and `currency`) of a condition on this field with this comparison."""
    if cmp in _PLAIN:
        return {}
    if field.type in _DAYS_TYPES:
        return {"value": _TIMED.get(cmp, "2026-03-17")}
    if field.type in {"count", "number", "money"}:
        told = {"value": [1, 2] if cmp == "between" else 2}
        return told | ({"currency": "EUR"} if field.type == "money" else {})
    if field.type == "point":
        return {"value": {"lat": 41, "lon": 29, "km": 10}}
    if field.type == "boolean":
        return {"value": True}
    one = next(iter(field.choices()), "none") if field.choices else "22423"
    return {"value": [one] if cmp in _LISTS else one}
