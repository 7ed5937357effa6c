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
from segments.rules import expressions
from segments.rules.binding import Binder
from segments.rules.fact_fields import About
from segments.rules.fields import GROUPS, Choices, Detail, register
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


def _about(facts: Facts, details: Mapping[str, Detail]) -> About:
    return About(facts, DataCategory.ENGAGEMENT, details, _SENT.coming("coming_message"))


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
        _about(facts, _DETAILS).members(
            f"message.{cause.name}", cause.received, cause.choices, cause.search
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
    sent, held_back = _about(_SENT, _DETAILS), _about(_HELD_BACK, _HELD_BACK_DETAILS)
    for field in (
        sent.count("message.count", _("messages received")),
        sent.last("message.last", _("last message")),
        held_back.count("message.held_back", _("messages not sent")),
    ):
        register(field)
