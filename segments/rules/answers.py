"""What a rule comes to once its conditions are answered, and until when that holds at least.

Three values as in the compiler: a node is certainly true, certainly false, or neither. Each of the
two comes with a moment before which the mere passing of time cannot change it: a rule that is not
true for want of a country need not be looked at again because a month ends. The moment may be too
early, never too late; looking again then leads on to the next.

Pure: knows neither fields nor SQL.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown

NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one condition: true, false or None where nobody may look, and until when at least."""

    value: bool | None
    until: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a node is certainly true or certainly false, each with its moment."""

    true: bool
    false: bool
    true_until: datetime = NEVER
    false_until: datetime = NEVER


Asked = Callable[[Condition], Answer]


def settle(node: Node, asked: Asked) -> Verdict:
    """The verdict on a rule whose conditions `asked` answers."""
    match node:
        case Everyone():
            return Verdict(True, False)
        case Unknown():
            return Verdict(False, False)
        case Condition():
            answer = asked(node)
            return Verdict(answer.value is True, answer.value is False, answer.until, answer.until)
        case Nested():
            inside = _any_of(settle(rule, asked) for rule in node.rules)
            return inside if node.condition.cmp == "in" else _turned(inside)
        case Group():
            parts = (settle(rule, asked) for rule in node.rules)
            whole = _all_of(parts) if node.op == "and" else _any_of(parts)
            return _turned(whole) if node.negated else whole


def _turned(verdict: Verdict) -> Verdict:
    return Verdict(verdict.false, verdict.true, verdict.false_until, verdict.true_until)


def _any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """By De Morgan: not all of them turned."""
    return _turned(_all_of(_turned(verdict) for verdict in verdicts))


def _all_of(verdicts: Iterable[Verdict]) -> Verdict:
    parts = list(verdicts)
    untrue = [part.true_until for part in parts if not part.true]
    false = [part.false_until for part in parts if part.false]
    return Verdict(
        true=not untrue,
        false=bool(false),
        # It becomes true when the last part has; it ends with the first that does.
        true_until=max(untrue) if untrue else min(part.true_until for part in parts),
        false_until=max(false) if false else min(part.false_until for part in parts),
    )
