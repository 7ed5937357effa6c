"""What the customer allows, since when and where it was said, and where a message could reach.

At a moment in the past: what the consent events received by then add up to.
"""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers.models import Channel, DataCategory
from customers.selectors import MARKETING
from customers.services.consent import states_then
from segments.rules import expressions, passing
from segments.rules.binding import Binder
from segments.rules.fields import Coming, Field, Seen, register
from segments.rules.tree import Condition

_ADDRESS = {Channel.EMAIL: "c.email <> ''", Channel.SMS: "c.phone <> ''"}
_MAY: dict[Channel, Promise] = {
    Channel.EMAIL: _("may be written to by e-mail"),
    Channel.SMS: _("may be written to by SMS"),
    Channel.PUSH: _("may be sent push messages"),
    Channel.WEB: _("may be shown offers on the web"),
}
_SINCE: dict[Channel, Promise] = {
    Channel.EMAIL: _("may be written to by e-mail since"),
    Channel.SMS: _("may be written to by SMS since"),
    Channel.PUSH: _("may be sent push messages since"),
    Channel.WEB: _("may be shown offers on the web since"),
}
_SOURCE: dict[Channel, Promise] = {
    Channel.EMAIL: _("where e-mail was allowed"),
    Channel.SMS: _("where SMS was allowed"),
    Channel.PUSH: _("where push messages were allowed"),
    Channel.WEB: _("where offers on the web were allowed"),
}
_REACHABLE: dict[Channel, Promise] = {
    Channel.EMAIL: _("can be reached by e-mail (allowed, address known)"),
    Channel.SMS: _("can be reached by SMS (allowed, number known)"),
}


def _saying_yes(subject: str, value: str, binder: Binder) -> str:
    """WHERE of states `s` that allow marketing at the moment asked about; `subject` is the column
    of the channel or of the kind of data.
    """
    return (
        f"s.purpose = {binder.value(MARKETING)} AND s.{subject} = {binder.value(value)}"
        f" AND s.allowed AND (s.valid_until IS NULL OR s.valid_until > {binder.now()})"
    )


def _yes_of_all(subject: str, value: str, binder: Binder) -> str:
    """The states of everybody who says yes: customer_id, since, event_id."""
    says_yes = _saying_yes(subject, value, binder)
    columns = "s.customer_id, s.since, s.event_id"
    kept = f"SELECT {columns} FROM customers_consentstate s WHERE {says_yes}"
    if not binder.is_past:
        return kept
    later, then = states_then(at=binder.now(), bound=binder.value)
    return (
        f"{kept} AND s.customer_id NOT IN ({later})"
        f" UNION ALL SELECT {columns} FROM ({then}) s WHERE {says_yes}"
    )


def says_yes(channel: str, binder: Binder) -> str:
    """SQL that is true for customers who allow marketing on a channel at the moment asked about."""
    return _allows("channel", channel, binder)


def _allows(subject: str, value: str, binder: Binder) -> str:
    if binder.is_past:
        everybody = _yes_of_all(subject, value, binder)
        return f"c.id IN (SELECT y.customer_id FROM ({everybody}) y)"
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND {_saying_yes(subject, value, binder)})"
    )


def _until(subject: str, value: str) -> Coming:
    """The end of the consent, where it has one."""
    return lambda _condition, binder: binder.each(
        f"until_{value.lower()}",
        "max(s.valid_until)",
        f"FROM customers_consentstate s WHERE s.purpose = {binder.value(MARKETING)}"
        f" AND s.{subject} = {binder.value(value)} AND s.allowed"
        f" AND s.valid_until > {binder.now()}",
        "s.customer_id",
    )


def reachable(channel: Channel, binder: Binder) -> str:
    """SQL that is true for customers who allow a channel and whose address for it is known."""
    address = _ADDRESS.get(channel)
    return f"({says_yes(channel, binder)}{f' AND {address}' if address else ''})"


def _yes_or_no(field_id: str, label: str | Promise, asked: Seen, coming: Coming) -> Field:
    def predicate(condition: Condition, binder: Binder) -> str:
        holds = asked(condition, binder)
        return holds if condition.value else f"NOT {holds}"

    return Field(
        field_id,
        label,
        "boolean",
        DataCategory.PROFILE,
        predicate,
        lambda condition, binder: f"({asked(condition, binder)})::text",
        nullable=False,
        wakes=passing.never,
        coming=coming,
    )


def _allowed(channel: Channel) -> Field:
    return _yes_or_no(
        f"consent.{channel}",
        _MAY[channel],
        lambda _condition, binder: says_yes(channel, binder),
        _until("channel", channel),
    )


def _reachable(channel: Channel) -> Field:
    return _yes_or_no(
        f"consent.{channel}_reachable",
        _REACHABLE[channel],
        lambda _condition, binder: reachable(channel, binder),
        _until("channel", channel),
    )


def _data_use(category: DataCategory) -> Field:
    return _yes_or_no(
        f"consent.use_{category.lower()}",
        format_lazy(_("allows us to use: {data}"), data=category.label),
        lambda _condition, binder: _allows("data_category", category, binder),
        _until("data_category", category),
    )


def _yes(channel: Channel, binder: Binder) -> str:
    """The alias of who says yes, joined once."""
    return binder.join(f"yes_{channel}", lambda: f"({_yes_of_all('channel', channel, binder)})")


def _since(channel: Channel) -> Field:
    def value(binder: Binder) -> str:
        return f"{_yes(channel, binder)}.since"

    return Field(
        f"consent.{channel}_since",
        _SINCE[channel],
        "datetime",
        DataCategory.PROFILE,
        lambda condition, binder: expressions.moment(value(binder))(condition, binder),
        lambda _condition, binder: f"{value(binder)}::text",
        wakes=lambda condition, binder: passing.of_moment(value(binder), condition, binder),
        coming=_until("channel", channel),
    )


def _source(channel: Channel) -> Field:
    def value(binder: Binder) -> str:
        return (
            "(SELECT n.source FROM customers_consentevent n"
            f" WHERE n.id = {_yes(channel, binder)}.event_id)"
        )

    return Field(
        f"consent.{channel}_source",
        _SOURCE[channel],
        "text",
        DataCategory.PROFILE,
        lambda condition, binder: expressions.text(value(binder))(condition, binder),
        lambda _condition, binder: value(binder),
        wakes=passing.never,
        coming=_until("channel", channel),
    )


def register_fields() -> None:
    for channel in Channel:
        register(_allowed(channel))
    for channel in _REACHABLE:
        register(_reachable(channel))
    for channel in Channel:
        register(_since(channel))
        register(_source(channel))
    for category in DataCategory:
        register(_data_use(category))
