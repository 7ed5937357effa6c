"""What the customer page offers about a person's rights: record, restriction, erasure."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared.screens.history import name_actions
from config.shared.templatetags.vesile import day
from customers.models import Customer, Restriction
from customers.panels import (
    Notice,
    NoticeSource,
    PageAction,
    register_action,
    register_notice,
)
from customers.services import handing_out


def _page(name: str) -> Callable[[Customer], str]:
    return lambda customer: reverse(f"admin:customers_customer_{name}", args=[customer.pk])


def _restriction(customer: Customer, user: Any, at: datetime) -> Sequence[Notice]:
    """Nobody should wonder why this person gets nothing."""
    if not customer.restriction:
        return []
    words = {
        Restriction.RESTRICTED: _(
            "Processing restricted on request since %(day)s: nothing is sent, and this customer is "
            "in no segment."
        ),
        Restriction.BEREAVED: _(
            "Bereavement, since %(day)s: nothing is sent, and this customer is in no segment."
        ),
    }
    may_lift = user.has_perm("customers.restrict_customer")
    return [
        Notice(
            words[Restriction(customer.restriction)] % {"day": day(customer.restricted_at)},
            tone="wait",
            url=_page("restrict")(customer) if may_lift else "",
            link=_("Lift…"),
        )
    ]


def declare() -> None:
    """Called once, when the app is ready."""
    handing_out.declare()
    register_notice(NoticeSource("restriction", _restriction, 5))
    register_action(
        PageAction(
            key="record",
            title=gettext_lazy("Whole record…"),
            permission="customers.export_customer",
            url=_page("record"),
            position=80,
            icon="folder_shared",
        )
    )
    register_action(
        PageAction(
            key="restrict",
            title=gettext_lazy("Restrict…"),
            permission="customers.restrict_customer",
            url=_page("restrict"),
            position=85,
            icon="front_hand",
            shown=lambda customer: not customer.restriction,
        )
    )
    register_action(
        PageAction(
            key="erase",
            title=gettext_lazy("Erase…"),
            permission="customers.erase_customer",
            url=_page("erase"),
            position=90,
            icon="delete_forever",
            is_dangerous=True,
        )
    )
    name_actions(
        {
            "async_action.asked": gettext_lazy("Many told over the API at once"),
            "async_action.finished": gettext_lazy("Many told over the API: done"),
            "async_action.failed": gettext_lazy("Many told over the API: failed"),
            "customer.erased": gettext_lazy("Customer erased"),
            "customer.record_handed_out": gettext_lazy("Whole record handed out"),
            "export.cancelled": gettext_lazy("Export stopped"),
            "export.downloaded": gettext_lazy("Export downloaded"),
            "export.finished": gettext_lazy("Export finished"),
            "export.requested": gettext_lazy("Export asked for"),
            "customer.restricted": gettext_lazy("Processing restricted"),
            "customer.restriction_lifted": gettext_lazy("Restriction lifted"),
        }
    )
