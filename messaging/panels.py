"""The tab “Messages” of the customer page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions
from config.shared.screens.pages import keyset_page
from config.shared.usages import sources_of
from customers.models import Customer
from customers.panels import Panel, register
from messaging.gate import reason_in_words
from messaging.selectors import deliveries_of


def messages(customer: Customer, before: str, at: datetime) -> Mapping[str, Any]:
    """A page of messages, sent or not, with why not in words."""
    page = keyset_page(
        deliveries_of(customer).select_related("template", "outbox_message"),
        before=before,
        size=15,
    )
    sources = sources_of((one.source_kind, one.source_id) for one in page.rows)
    return {
        "messages_shown": [
            {
                "delivery": one,
                "reason": reason_in_words(one.reason) if one.reason else "",
                "source": sources.get((one.source_kind, one.source_id)),
                "kept": getattr(one, "outbox_message", None),
            }
            for one in page.rows
        ],
        "page": page,
    }


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Panel(
            key="messages",
            title=_("Messages"),
            permission="messaging.view_delivery",
            template="vesile/customer/messages.html",
            load=messages,
            position=30,
        )
    )
    name_actions(
        {
            "template.created": _("Template created"),
            "template.changed": _("Template changed"),
        }
    )
