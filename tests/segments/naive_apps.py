"""Codes, messages, interests, consents and places of a person, in plain Python."""

import math
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from segments.rules.tree import Condition
from tests.segments import naive_values as values
from tests.segments.naive_kept import in_time

EVIDENCE = {
    "told": "PROFILE",
    "bought": "PURCHASE_HISTORY",
    "viewed": "BROWSE_HISTORY",
    "searched": "SEARCH_HISTORY",
}
SENSITIVE = "diets"


def answer(condition: Condition, group: str, name: str, person: dict, at: datetime) -> bool:
    match group:
        case "redemption":
            return _redemption(condition, name, person, at)
        case "message":
            return _message(condition, name, person, at)
        case "interest":
            return _interest(condition, name, person, at)
    return _place(condition, person)


def _among(one: Condition, value: str) -> bool:
    return (value in one.value) == (one.cmp == "in")


def _standing(use: dict, at: datetime) -> bool:
    undone = use["rolled_back_at"]
    return use["result"] == "SUCCESS" and not use["test"] and (undone is None or undone > at)


def _redemption(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    if name in {"unused_codes", "code_expires"}:
        return _codes(condition, name, person, at)
    uses = [u for code in person["codes"] for u in code["uses"]]
    if name == "refused":
        found = [u for u in uses if u["result"] == "FAILURE" and not u["test"]]
    else:
        found = [u for u in uses if _standing(u, at)]
    found = [u for u in found if in_time(condition, u["created_at"], person, at)]
    found = [u for u in found if not condition.currency or u["currency"] == condition.currency]
    for one in condition.where:
        if one.field == "redemption.promotion":
            found = [u for u in found if _among(one, u["promotion"])]
        else:
            found = [u for u in found if values.choice(one, u["rule"])]
    match name:
        case "promotion":
            redeemed = any(u["promotion"] in condition.value for u in found)
            return redeemed == (condition.cmp == "in")
        case "last":
            last = max((u["created_at"] for u in found), default=None)
            return values.moment(condition, last, person, at)
        case "discount":
            return values.number(condition, sum(u["discount"] for u in found))
    return values.number(condition, len(found))


def _codes(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    found = []
    for code in person["codes"]:
        used = sum(1 for u in code["uses"] if _standing(u, at) and u["created_at"] <= at)
        usable = (
            code["active"]
            and (code["expires_at"] is None or code["expires_at"] > at)
            and (code["limit"] is None or used < code["limit"])
        )
        narrowed = all(_among(one, code["promotion"]) for one in condition.where)
        if usable and narrowed and in_time(condition, code["created_at"], person, at):
            found.append(code)
    if name == "unused_codes":
        return values.number(condition, len(found))
    expiries = [code["expires_at"] for code in found if code["expires_at"]]
    return values.moment(condition, min(expiries, default=None), person, at)


def _message(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    state = "skipped" if name == "held_back" else "sent"
    found = [m for m in person["messages"] if m["state"] == state]
    found = [m for m in found if in_time(condition, m["finished_at"], person, at)]
    for one in condition.where:
        match one.field:
            case "message.campaign":
                found = [m for m in found if _among(one, m["campaign"])]
            case "message.channel":
                found = [m for m in found if values.choice(one, m["channel"])]
            case "message.reason":
                found = [m for m in found if values.choice(one, m["reason"])]
    match name:
        case "campaign":
            received = any(m["campaign"] in condition.value for m in found)
            return received == (condition.cmp == "in")
        case "last":
            last = max((m["finished_at"] for m in found), default=None)
            return values.moment(condition, last, person, at)
    return values.number(condition, len(found))


def _interest(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    known_from, _, kind = name.partition("_")
    rows = [r for r in person["interests"] if r["kind"] == kind]
    disliked = {r["topic"] for r in rows if r["origin"] == "declared" and not r["liked"]}
    likes = False
    for row in rows:
        if row["category"] != EVIDENCE[known_from] or not row["liked"]:
            continue
        if row["topic"] in disliked | {SENSITIVE} or row["topic"] not in condition.value:
            continue
        age = max(at - row["as_of"], timedelta(0))
        points = row["strength"] * 2 ** (-(age / timedelta(days=90)))
        told = row["origin"] == "declared"
        if not told and points < 0.05:
            continue
        percent = Decimal(100 * points / (1 + points)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        level = Decimal(100) if told else percent
        likes = likes or all(values.number(one, level) for one in condition.where)
    return likes == (condition.cmp == "in")


def _place(condition: Condition, person: dict) -> bool:
    place = person["place"]
    if condition.cmp in {"empty", "not_empty"}:
        return (place is None) == (condition.cmp == "empty")
    if place is None:
        return False
    wanted = condition.value
    near = _kilometres(place, (float(wanted.lat), float(wanted.lon))) <= wanted.km
    return near == (condition.cmp == "within_km")


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """By the angle between two vectors, another way than the product's."""

    def vector(lat: float, lon: float) -> tuple[float, float, float]:
        lat, lon = math.radians(lat), math.radians(lon)
        return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))

    a, b = vector(*one), vector(*other)
    cross = (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return 6371.0088 * math.atan2(math.hypot(*cross), dot)


def consent_answer(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    if name == "email":
        return person["email_allowed"] == condition.value
    said = person["consents"].get(name.partition("_")[0])
    says_yes = said is not None and said["until"] > at
    if name.endswith("_since"):
        return values.moment(condition, said["since"] if says_yes else None, person, at)
    return values.text(condition, said["source"] if says_yes else "")
