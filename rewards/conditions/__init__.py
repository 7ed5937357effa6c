"""Validation rules: conditions on the order, the customer and the moment, as pure values.

`parse` reads a stored rule, `needs` says which facts it will ask for, `failures` and
`first_failure` evaluate it over them. Words are in `rewards.conditions.wording` alone.
"""

from rewards.conditions.answers import Answer, Failure, Missing
from rewards.conditions.evaluation import failures, first_failure, needs
from rewards.conditions.facts import (
    CustomerFact,
    Facts,
    History,
    HistoryOf,
    MetadataOf,
    MoneyOf,
    PlainFacts,
    Spent,
    UsedBy,
    Uses,
)
from rewards.conditions.needs import Needs
from rewards.conditions.parser import parse
from rewards.conditions.tree import ALWAYS, Group, Leaf, Node, leaves
from rewards.periods import Period

__all__ = [
    "ALWAYS",
    "Answer",
    "CustomerFact",
    "Facts",
    "Failure",
    "Group",
    "History",
    "HistoryOf",
    "Leaf",
    "MetadataOf",
    "Missing",
    "MoneyOf",
    "Needs",
    "Node",
    "Period",
    "PlainFacts",
    "Spent",
    "UsedBy",
    "Uses",
    "failures",
    "first_failure",
    "leaves",
    "needs",
    "parse",
]
