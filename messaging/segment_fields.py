"""What rules may ask about messages. Opening and clicking are not recorded, so nobody can ask.

What caused messages is registered by the app that causes them (`register_cause`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Channel, DataCategory
from messaging.gate import REASONS
from segments.rules import dated, expressions, sums
from segments.rules.binding import Binder
from segments.rules.fields import (
    GROUPS,
    Choices,
    Detail,
    Field,
    Predicate,
    Seen,
    Wakes,
    register,
)
from segments.rules.search import Search
from segments.rules.sums import Facts
from segments.rules.tree import Condition


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that messages are sent for, as rules name it.

    `name` becomes the field `message.<name>`, with `label`. `kind` is the deliveries' source_kind;
    `table` has their source_id as `id` and what people choose as `public_id`. `received` is the
    label of having received a message of one.
    """

    name: str
    label: Promise
    received: Promise
    kind: str
    table: str
    choices: Choices
    search: Search


_TABLES: Final = "messaging_delivery d JOIN customers_identity i ON i.id = d.identity_id"


def _channels() -> Mapping[str, str | Promise]:
    return dict(Channel.choices)


def _reasons() -> Mapping[str, str | Promise]:
    return REASONS


_DETAILS: Final[dict[str, Detail]] = {
    detail.id: detail
    for detail in (
        Detail(
            "message.channel",
            _("channel"),
            "choice",
            expressions.choice("d.channel"),
            choices=_channels,
        ),
    )
}
_HELD_BACK_DETAILS: Final[dict[str, Detail]] = {
    **_DETAILS,
    "message.reason": Detail(
        "message.reason",
        _("reason"),
        "choice",
        expressions.choice("d.reason"),
        choices=_reasons,
    ),
}


def _messages(state: str, details: Mapping[str, Detail]) -> Facts:
    """Messages that ended in that state; `finished_at` is when."""

    def parts(condition: Condition, binder: Binder) -> list[str]:
        return [
            f"d.state = '{state}'",
            *(details[one.field].predicate(one, binder) for one in condition.where),
        ]

    return Facts(_TABLES, "i.customer_id", "d.finished_at", parts)


_SENT: Final = _messages("sent", _DETAILS)
_HELD_BACK: Final = _messages("skipped", _HELD_BACK_DETAILS)


def _field(
    name: str,
    label: Promise,
    kind: str,
    predicate: Predicate,
    seen: Seen,
    wakes: Wakes,
    *,
    details: Mapping[str, Detail],
    nullable: bool = False,
    choices: Choices | None = None,
    search: Search | None = None,
) -> Field:
    return Field(
        f"message.{name}",
        label,
        kind,
        DataCategory.ENGAGEMENT,
        predicate,
        seen,
        windowed=True,
        nullable=nullable,
        details=details,
        choices=choices,
        search=search,
        wakes=wakes,
        coming=_SENT.coming("coming_message"),
    )


def register_cause(cause: Cause) -> None:
    """Add a field for having received its messages, and narrow the others by it.

    Called in an app's `ready()`; ValueError where the name is taken.
    """

    def meant(condition: Condition, binder: Binder) -> str:
        wanted = binder.value(condition.value)
        return (
            f"(d.source_kind = {binder.value(cause.kind)} AND d.source_id IN ("
            f"SELECT id FROM {cause.table} WHERE public_id = ANY ({wanted}::text[])))"
        )

    def narrowed(condition: Condition, binder: Binder) -> str:
        return f"{'NOT ' if condition.cmp == 'not_in' else ''}{meant(condition, binder)}"

    facts = Facts(
        _SENT.tables,
        _SENT.owner,
        _SENT.moment,
        lambda condition, binder: [
            *_SENT.parts(condition, binder),
            meant(condition, binder),
        ],
    )
    register(
        _field(
            cause.name,
            cause.received,
            "members",
            sums.any_of(facts),
            sums.shown(facts, "max(d.finished_at)"),
            dated.any_of(facts.dated),
            details=_DETAILS,
            choices=cause.choices,
            search=cause.search,
        )
    )
    detail = Detail(
        f"message.{cause.name}",
        cause.label,
        "members",
        narrowed,
        choices=cause.choices,
        search=cause.search,
    )
    for details in (_DETAILS, _HELD_BACK_DETAILS):
        details[detail.id] = detail


def declare() -> None:
    """Called once, when the app is ready."""
    GROUPS["message"] = _("Messages")
    last = "max(d.finished_at)"
    for field in (
        _field(
            "count",
            _("messages received"),
            "count",
            sums.counted(_SENT, "count(*)"),
            sums.shown(_SENT, "count(*)"),
            dated.count_of(_SENT.dated),
            details=_DETAILS,
        ),
        _field(
            "last",
            _("last message"),
            "datetime",
            sums.moment(_SENT, last),
            sums.shown(_SENT, last),
            dated.last_of(_SENT.dated),
            details=_DETAILS,
            nullable=True,
        ),
        _field(
            "held_back",
            _("messages not sent"),
            "count",
            sums.counted(_HELD_BACK, "count(*)"),
            sums.shown(_HELD_BACK, "count(*)"),
            dated.count_of(_HELD_BACK.dated),
            details=_HELD_BACK_DETAILS,
        ),
    ):
        register(field)
