"""What a rule comes to when some of its conditions are answered, and what that hangs on in time.

Three values as in the compiler: a node is certainly true, certainly false, or neither. As long as
conditions are unanswered it also has what it can still become, so that only the conditions are
asked that matter. And each verdict has the conditions to watch: before the first of these changes
by the passing of time, it does not. A rule that is not true for want of a country need not be
looked at again because a month ends.

Pure: knows neither fields nor SQL.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown

Watch = frozenset[str]
"""Keys of conditions."""

_NOTHING: Final[Watch] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a node is, and can be, certainly true and certainly false.

    `watch_true` are the conditions that keep it true, or keep it from being true; None while that
    is open. Looking again when the first of them changes may be too early, but is never too late.
    """

    true: bool
    false: bool
    can_be_true: bool
    can_be_false: bool
    watch_true: Watch | None = _NOTHING
    watch_false: Watch | None = _NOTHING

    @property
    def is_open(self) -> bool:
        """Whether more answers can make it true."""
        return self.can_be_true and not self.true


OPEN: Final = Verdict(False, False, True, True, None, None)
_NEITHER: Final = Verdict(False, False, False, False)
_TRUE: Final = Verdict(True, False, True, False)

Asked = Callable[[Condition], Verdict]


def answered(value: bool | None, watch: Watch) -> Verdict:
    """The verdict on a condition that is true, false or None where nobody may look.

    `watch` is its own key, or nothing where no clock changes it.
    """
    true, false = value is True, value is False
    return Verdict(true, false, true, false, watch, watch)


def settle(node: Node, asked: Asked) -> Verdict:
    """The verdict on a rule; `asked` gives that on a condition, OPEN where it is unanswered."""
    match node:
        case Everyone():
            return _TRUE
        case Unknown():
            return _NEITHER
        case Condition():
            return asked(node)
        case Nested():
            inside = _any_of(settle(rule, asked) for rule in node.rules)
            return inside if node.condition.cmp == "in" else _turned(inside)
        case Group():
            parts = (settle(rule, asked) for rule in node.rules)
            whole = _all_of(parts) if node.op == "and" else _any_of(parts)
            return _turned(whole) if node.negated else whole


def _turned(one: Verdict) -> Verdict:
    return Verdict(
        one.false, one.true, one.can_be_false, one.can_be_true, one.watch_false, one.watch_true
    )


def _any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """By De Morgan: not all of them turned."""
    return _turned(_all_of(_turned(verdict) for verdict in verdicts))


def _all_of(verdicts: Iterable[Verdict]) -> Verdict:
    parts = list(verdicts)
    true = all(part.true for part in parts)
    false = any(part.false for part in parts)
    can_be_true = all(part.can_be_true for part in parts)
    can_be_false = any(part.can_be_false for part in parts)
    watch_true = watch_false = None
    if true:
        watch_true = _every(part.watch_true for part in parts)
    elif not can_be_true:
        # As long as this one part is not true, the whole is not.
        watch_true = _fewest(part.watch_true for part in parts if not part.can_be_true)
    if false:
        watch_false = _fewest(part.watch_false for part in parts if part.false)
    elif not can_be_false:
        watch_false = _every(part.watch_false for part in parts)
    return Verdict(true, false, can_be_true, can_be_false, watch_true, watch_false)


def _every(watches: Iterable[Watch | None]) -> Watch:
    return _NOTHING.union(*(watch for watch in watches if watch is not None))


def _fewest(watches: Iterable[Watch | None]) -> Watch:
    """Of as many, those whose keys sort first: other rules then watch the same ones."""
    known = (watch for watch in watches if watch is not None)
    return min(known, key=lambda watch: (len(watch), sorted(watch)))
