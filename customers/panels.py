"""The tabs of the customer page. Each app adds its own in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions
from customers import overview
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab: who may see it, the template that shows it, and what finds its contents.

    `load` is called with the customer, the key of the page to show ("" for the first) and the
    moment; it returns the context of the template.
    """

    key: str
    title: str | Promise
    permission: str
    template: str
    load: Callable[[Customer, str, datetime], Mapping[str, Any]]
    position: int


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a tab; ValueError where its key is taken."""
    if panel.key in _panels:
        raise ValueError(f"there is a panel {panel.key} already")
    _panels[panel.key] = panel


def panels_for(user: Any) -> list[Panel]:
    """The tabs this colleague may see, in order."""
    allowed = [panel for panel in _panels.values() if user.has_perm(panel.permission)]
    return sorted(allowed, key=lambda panel: panel.position)


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Panel(
            key="orders",
            title=_("Orders"),
            permission="customers.view_order",
            template="vesile/customer/orders.html",
            load=overview.orders_page,
            position=10,
        )
    )
    register(
        Panel(
            key="consents",
            title=_("Consents"),
            permission="customers.view_consentevent",
            template="vesile/customer/consents.html",
            load=overview.consents_page,
            position=40,
        )
    )
    name_actions(
        {
            "customer.created": _("Customer created"),
            "customer.changed": _("Customer changed"),
            "import.started": _("Import started"),
            "import.finished": _("Import finished"),
        }
    )
