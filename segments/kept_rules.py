"""The rules of kept segments as they are evaluated, read once and then remembered.

A rule names attributes, lists and other segments, which may change without it. So what counts is
not its text but the question it comes to: its digest is that of the SQL it is compiled to. Where
the digest of now is another one than that of what was built, the membership is built anew.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from customers.models import DataCategory
from segments.answering import NO_MOMENT, group_of
from segments.errors import RuleError
from segments.models import Segment
from segments.rules.answers import OPEN, Verdict, answered, settle
from segments.rules.binding import Binder
from segments.rules.compiler import certainly, known
from segments.rules.fields import Field, remembering
from segments.rules.parser import parse
from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown
from segments.rules.waking import next_change

_ANY_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)
_REMEMBERED: Final = 2_000  # rules
_OF_ONE_ROW: Final = frozenset({"profile", "attribute", "consent"})


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule with the distinct conditions it asks, those of nested segments included, by keys that
    are the same for conditions that ask the same; and with their fields and kinds of data.

    `keys` finds the key of each condition of the tree by its identity. `cheap` are those that look
    at the customer's own row, `timeless` those that no clock changes.
    """

    tree: Node
    conditions: Mapping[str, Condition]
    keys: Mapping[int, str]
    fields: Mapping[str, Field]
    categories: Mapping[str, frozenset[DataCategory]]
    cheap: frozenset[str]
    timeless: frozenset[str]

    def verdict(self, answers: Mapping[str, bool | None]) -> Verdict:
        """What the rule comes to with these answers, by their keys."""

        def asked(condition: Condition) -> Verdict:
            key = self.keys[id(condition)]
            if key not in answers:
                return OPEN
            return answered(answers[key], frozenset() if key in self.timeless else frozenset({key}))

        return settle(self.tree, asked)


_rules: OrderedDict[str, KeptRule] = OrderedDict()


def digest_of(tree: Node, gated: frozenset[DataCategory]) -> str:
    """What distinguishes the question of this rule from any other one."""
    binder = Binder(_ANY_MOMENT, few=True, zones=["UTC"], stored_scores=True)
    sql = certainly(tree, True, binder, gated)
    told = repr((sql, binder.joins(), sorted(binder.params.items())))
    return hashlib.sha256(told.encode()).hexdigest()


def tree_of(segment: Segment) -> Node:
    """The stored rule; one that cannot be read any more matches nobody."""
    try:
        return parse(segment.rules, stored=True, of=segment)
    except RuleError as error:
        return Unknown(error.path, "", error.problem)


def rules_of(digests: Mapping[int, str], *, gated: frozenset[DataCategory]) -> dict[int, KeptRule]:
    """The rules with these digests, by the segment's primary key.

    Left out where the segment is gone or asks another question by now. No statement for those that
    this process has read before.
    """
    missing = [pk for pk, digest in digests.items() if digest not in _rules]
    if missing:
        for segment in Segment.objects.filter(pk__in=missing).order_by("pk"):
            tree = tree_of(segment)
            digest = digest_of(tree, gated)
            if digest == digests[segment.pk]:
                _rules[digest] = _read(tree, gated)
        while len(_rules) > max(_REMEMBERED, len(digests)):
            _rules.popitem(last=False)
    return {pk: _rules[digest] for pk, digest in digests.items() if digest in _rules}


@contextmanager
def fields_of(rules: Iterable[KeptRule]) -> Iterator[None]:
    """In the block the fields of these rules and their kinds of data are not looked up again."""
    fields: dict[str, Field] = {}
    categories: dict[str, frozenset[DataCategory]] = {}
    for rule in rules:
        fields |= rule.fields
        categories |= rule.categories
    for field in [field for field in fields.values() if field.more_categories]:
        fields[field.id] = replace(field, more_categories=lambda one: categories[_key_of(one)])
    with remembering(fields):
        yield


def _key_of(condition: Condition) -> str:
    """Keys sort by what the answer costs: first what stands in the customer's own row."""
    where = tuple(replace(one, path="") for one in condition.where)
    cost = 0 if group_of(condition) in _OF_ONE_ROW else 1
    return f"{cost} {replace(condition, path='', where=where)!r}"


def _read(tree: Node, gated: frozenset[DataCategory]) -> KeptRule:
    asked = list(conditions_of(tree))
    conditions = {_key_of(condition): condition for condition in asked}
    fields = {condition.field: known(condition) for condition in conditions.values()}
    binder = Binder(_ANY_MOMENT, few=True, zones=["UTC"], stored_scores=True)
    return KeptRule(
        tree,
        conditions,
        {id(condition): _key_of(condition) for condition in asked},
        fields,
        {key: fields[one.field].categories_of(one) for key, one in conditions.items()},
        frozenset(key for key, one in conditions.items() if group_of(one) in _OF_ONE_ROW),
        frozenset(
            key for key, one in conditions.items() if next_change(one, binder, gated) == NO_MOMENT
        ),
    )


def conditions_of(node: Node) -> Iterator[Condition]:
    """Every condition a rule asks, those of the segments it names included."""
    match node:
        case Condition():
            yield node
        case Group() | Nested():
            for rule in node.rules:
                yield from conditions_of(rule)
        case Everyone() | Unknown():
            return
