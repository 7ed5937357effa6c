"""Whether a buyer is new, active or lapsed, by the limits that the marketers set."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments import lifecycle
from segments.fields.added_up import FIRST, LAST, added_up, habits
from segments.fields.facts import COMING_ORDER, ORDERS, orders
from segments.rules import expressions, passing
from segments.rules.binding import Binder
from segments.rules.fields import Field, register
from segments.rules.tree import Condition

ID: Final = "orders.lifecycle"
_EMPTIES: Final = frozenset({"empty", "not_empty"})


def _in_stage(first: str, last: str, condition: Condition, binder: Binder) -> str:
    """SQL that compares the stage of whoever ordered first and last at these moments, if ever."""
    match condition.cmp:
        case "empty":
            return f"({last}) IS NULL"
        case "not_empty":
            return f"({last}) IS NOT NULL"
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    stages = _stages(first, last, condition, binder)
    found = " OR ".join(stages[name] for name in lifecycle.STAGES if name in wanted)
    return f"({found})" if condition.cmp in {"is", "in"} else f"NOT ({found})"


def _stages(first: str, last: str, condition: Condition, binder: Binder) -> dict[str, str]:
    limits: lifecycle.Limits = condition.settings
    before, since = binder.ago(*limits.lapsed), binder.ago(*limits.new)
    lately = expressions.sure(last, binder.not_before(last, before))
    return {
        "new": f"({lately} AND {expressions.sure(first, binder.not_before(first, since))})",
        "active": f"({lately} AND {expressions.sure(first, binder.before(first, since))})",
        "lapsed": expressions.sure(last, binder.before(last, before)),
    }


def _predicate(condition: Condition, binder: Binder) -> str:
    if not binder.few:
        kept = added_up(LAST, condition, binder, _by_kept, _predicate)
        if kept is not None:
            return kept
    if binder.looks_up(condition.path):
        asked = _in_stage(FIRST, LAST, condition, binder)
        return f"(SELECT {asked} {orders(condition, binder)} AND i.customer_id = c.id)"
    table = (
        f"SELECT i.customer_id, {FIRST} AS first, {LAST} AS last"
        f" {orders(condition, binder, alone=True)} GROUP BY 1"
    )
    alias = binder.join_grouped(condition.path, table)
    return _in_stage(f"{alias}.first", f"{alias}.last", condition, binder)


def _by_kept(last: str, condition: Condition, binder: Binder) -> str:
    return _in_stage(f"{habits(binder)}.first_order_at", last, condition, binder)


def _seen(condition: Condition, binder: Binder) -> str:
    stages = _stages(FIRST, LAST, condition, binder)
    found = " ".join(f"WHEN {asked} THEN '{name}'" for name, asked in stages.items())
    return f"(SELECT CASE {found} END {orders(condition, binder)} AND i.customer_id = c.id)"


def _wakes(condition: Condition, binder: Binder) -> str | None:
    """When the first order, and when the last one, is longer ago than its limit."""
    if condition.cmp in _EMPTIES:
        return None
    limits: lifecycle.Limits = condition.settings
    latest, earliest = ORDERS.latest(condition, binder), ORDERS.earliest(condition, binder)
    return passing.soonest(
        passing.of_moment(latest, Condition("", "", "more_than_ago", limits.lapsed), binder),
        passing.of_moment(earliest, Condition("", "", "more_than_ago", limits.new), binder),
    )


def _choices() -> Mapping[str, str]:
    """The stages with what they mean here."""
    return lifecycle.in_words(lifecycle.limits())


def register_fields() -> None:
    register(
        Field(
            ID,
            _("stage as a buyer"),
            "choice",
            DataCategory.PURCHASE_HISTORY,
            _predicate,
            _seen,
            choices=_choices,
            wakes=_wakes,
            coming=COMING_ORDER,
            settings=lifecycle.limits,
        )
    )
