"""Why a customer is in a segment or not: every condition, and what each group comes to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from segments.models import Segment
from segments.rules.compiler import known
from segments.rules.parser import parse
from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown
from segments.selectors import Explained, explain


@dataclass(frozen=True, slots=True)
class Answer:
    """What a condition or group came to for one customer; None where nobody can say.

    `parts` are what a group consists of, or the rules of the segments that a condition names.
    """

    words: str
    answer: bool | None
    seen: str = ""
    why: str = ""
    parts: Sequence["Answer"] = ()


def answer_for(rules: Any, *, customer_id: int, at: datetime) -> Answer:
    """The rule as a tree of answers; raises RuleError. One statement for each segment named."""
    explained = iter(explain(rules, customer_id=customer_id, at=at))
    return _answer(parse(rules, stored=True), explained, customer_id, at)


def _answer(node: Node, explained: Iterator[Explained], customer_id: int, at: datetime) -> Answer:
    match node:
        case Everyone():
            return Answer(_("everyone"), True)
        case Group():
            parts = [_answer(one, explained, customer_id, at) for one in node.rules]
            return Answer(_words(node), _came_to(node, parts), parts=parts)
        case Nested():
            return _of_leaf(next(explained), _named(node, customer_id, at))
        case Condition():
            return _of_leaf(_labelled(next(explained), node))
        case Unknown():
            return _of_leaf(next(explained))


def _of_leaf(leaf: Explained, parts: Sequence[Answer] = ()) -> Answer:
    return Answer(leaf.words, leaf.answer, leaf.seen, leaf.why, parts)


def _labelled(leaf: Explained, condition: Condition) -> Explained:
    """With the value seen as people know it, where it is one of fixed choices."""
    field = known(condition)
    if field.type != "choice" or field.choices is None or not leaf.seen:
        return leaf
    return replace(leaf, seen=str(field.choices().get(leaf.seen, leaf.seen)))


def _named(node: Nested, customer_id: int, at: datetime) -> list[Answer]:
    """The segments that a condition names, each with its own answer."""
    found = []
    for segment in Segment.objects.filter(public_id__in=node.condition.value).order_by("name"):
        inside = answer_for(segment.rules, customer_id=customer_id, at=at)
        found.append(Answer(segment.name, inside.answer, parts=[inside]))
    return found


def _words(group: Group) -> str:
    if group.op == "and":
        return _("not all of these") if group.negated else _("all of these")
    return _("none of these") if group.negated else _("any of these")


def _came_to(group: Group, parts: Sequence[Answer]) -> bool | None:
    """Kleene's and, or, not."""
    settling = group.op == "or"
    answers = [part.answer for part in parts]
    if settling in answers:
        came: bool | None = settling
    else:
        came = None if None in answers else not settling
    return came if came is None else came != group.negated
