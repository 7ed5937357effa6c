"""A rule evaluated customer by customer in plain Python, slow and obvious: SQL must agree with it.

Three values are True, False and None (not allowed to look). A person is a dictionary; what it
leaves out is not known.
"""

from datetime import datetime

from segments.rules.tree import Condition, Everyone, Nested, Node, Unknown
from tests.segments import naive_apps as apps
from tests.segments import naive_facts as facts
from tests.segments import naive_kept as kept
from tests.segments import naive_values as values


def evaluate(node: Node, person: dict, at: datetime, gated: set[str] = frozenset()) -> bool | None:
    match node:
        case Everyone():
            return True
        case Unknown():
            return None
        case Condition():
            if category(node.field) in gated and category(node.field) not in person["allows"]:
                return None
            return _condition(node, person, at)
        case Nested():
            answer = _any([evaluate(rule, person, at, gated) for rule in node.rules])
            return answer if answer is None else answer == (node.condition.cmp == "in")
    answers = [evaluate(rule, person, at, gated) for rule in node.rules]
    answer = _all(answers) if node.op == "and" else _any(answers)
    return answer if answer is None else answer != node.negated


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def category(field: str) -> str:
    group, _dot, name = field.partition(".")
    match group:
        case "orders" | "product":
            return "PURCHASE_HISTORY"
        case "event":
            return "SEARCH_HISTORY" if name == "searched" else "BROWSE_HISTORY"
        case "redemption" | "message":
            return "ENGAGEMENT"
        case "interest":
            return apps.EVIDENCE[name.partition("_")[0]]
        case "geo":
            return "LOCATION"
    return "PROFILE"


def _condition(condition: Condition, person: dict, at: datetime) -> bool:
    group, _dot, name = condition.field.partition(".")
    match group:
        case "profile":
            return _profile(condition, name, person, at)
        case "consent":
            return apps.consent_answer(condition, name, person, at)
        case "attribute":
            return _attribute(condition, person.get("metadata", {}).get(name), person, at)
        case "orders":
            return facts.orders_answer(condition, name, person, at)
        case "event":
            return values.number(condition, len(facts.events(condition, name, person, at)))
        case "redemption" | "message" | "interest" | "geo":
            return apps.answer(condition, group, name, person, at)
    if name == "units":
        return values.number(condition, kept.units(condition, person, at))
    return facts.was_bought(condition, name, person, at) == (condition.cmp == "in")


def _profile(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    match name:
        case "country" | "language":
            return values.choice(condition, person[name])
        case "city":
            return values.text(condition, person.get("city", ""))
        case "signed_up":
            return values.moment(condition, person["signed_up_at"], person, at)
        case "birthday":
            return values.recurring(condition, person.get("birth"), person, at)
    return values.number(condition, values.age(person, at))


def _attribute(condition: Condition, value: object, person: dict, at: datetime) -> bool:
    match condition.field:
        case "attribute.pet":
            return values.text(condition, value if isinstance(value, str) else "")
        case "attribute.dogs":
            counted = isinstance(value, int | float) and not isinstance(value, bool)
            return values.number(condition, value if counted else None)
        case "attribute.vip":
            return values.boolean(condition, value if isinstance(value, bool) else None)
        case "attribute.tags":
            return values.some(condition, value if isinstance(value, list) else [])
    return values.calendar_day(condition, value if values.is_day(value) else None, person, at)
