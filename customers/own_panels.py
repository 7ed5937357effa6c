"""What customers themselves add to their page: timeline, orders, consents."""

from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions
from customers import consents_panel, overview, timeline_panel, timeline_sources
from customers.panels import Panel, register


def declare() -> None:
    """Called once, when the app is ready."""
    timeline_sources.declare()
    register(
        Panel(
            key="timeline",
            title=_("Timeline"),
            permission="customers.view_customer",
            template="vesile/customer/timeline.html",
            look=timeline_panel.timeline,
            position=0,
        )
    )
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
            look=consents_panel.consents,
            position=40,
        )
    )
    name_actions(
        {
            "customer.created": _("Customer created"),
            "customer.changed": _("Customer changed"),
            "consent.withdrawn": _("Withdrawal recorded"),
            "consent.granted": _("Consent recorded"),
            "suppression.added": _("Address put on the suppression list"),
            "suppression.lifted": _("Address taken off the suppression list"),
            "consent_text.written": _("Consent text written"),
            "consent_text.changed": _("Consent text changed"),
            "consent_text.published": _("Consent text published"),
            "import.started": _("Import started"),
            "import.finished": _("Import finished"),
        }
    )
