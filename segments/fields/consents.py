"""What the customer allows, and where a message could reach."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Channel, DataCategory
from customers.selectors import MARKETING
from segments.rules import passing
from segments.rules.binding import Binder
from segments.rules.fields import Coming, Field, register
from segments.rules.tree import Condition

_ADDRESS = {Channel.EMAIL: "c.email <> ''", Channel.SMS: "c.phone <> ''"}
_MAY: dict[Channel, Promise] = {
    Channel.EMAIL: _("may be written to by e-mail"),
    Channel.SMS: _("may be written to by SMS"),
    Channel.PUSH: _("may be sent push messages"),
    Channel.WEB: _("may be shown offers on the web"),
}
_REACHABLE: dict[Channel, Promise] = {
    Channel.EMAIL: _("can be reached by e-mail (allowed, address known)"),
    Channel.SMS: _("can be reached by SMS (allowed, number known)"),
}


def says_yes(channel: str, binder: Binder) -> str:
    """SQL that is true for customers who allow marketing on a channel at the moment asked about."""
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND s.purpose = {binder.value(MARKETING)} AND s.channel = {binder.value(channel)}"
        f" AND s.allowed AND (s.valid_until IS NULL OR s.valid_until > {binder.now()}))"
    )


def _until(channel: Channel) -> Coming:
    """The end of the consent, where it has one."""
    return lambda _condition, binder: binder.each(
        f"until_{channel}",
        "max(s.valid_until)",
        f"FROM customers_consentstate s WHERE s.purpose = {binder.value(MARKETING)}"
        f" AND s.channel = {binder.value(channel)} AND s.allowed"
        f" AND s.valid_until > {binder.now()}",
        "s.customer_id",
    )


def reachable(channel: Channel, binder: Binder) -> str:
    """SQL that is true for customers who allow a channel and whose address for it is known."""
    address = _ADDRESS.get(channel)
    return f"({says_yes(channel, binder)}{f' AND {address}' if address else ''})"


def _allowed(channel: Channel) -> Field:
    def predicate(condition: Condition, binder: Binder) -> str:
        exists = says_yes(channel, binder)
        return exists if condition.value else f"NOT {exists}"

    return Field(
        f"consent.{channel}",
        _MAY[channel],
        "boolean",
        DataCategory.PROFILE,
        predicate,
        lambda _condition, binder: f"({says_yes(channel, binder)})::text",
        nullable=False,
        wakes=passing.never,
        coming=_until(channel),
    )


def _reachable(channel: Channel) -> Field:
    def predicate(condition: Condition, binder: Binder) -> str:
        inside = reachable(channel, binder)
        return inside if condition.value else f"NOT {inside}"

    return Field(
        f"consent.{channel}_reachable",
        _REACHABLE[channel],
        "boolean",
        DataCategory.PROFILE,
        predicate,
        lambda _condition, binder: f"({reachable(channel, binder)})::text",
        nullable=False,
        wakes=passing.never,
        coming=_until(channel),
    )


def register_fields() -> None:
    for channel in Channel:
        register(_allowed(channel))
    for channel in _REACHABLE:
        register(_reachable(channel))
