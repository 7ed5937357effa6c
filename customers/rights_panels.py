"""What the customer page offers about a person's rights."""

from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions
from customers.services import handing_out


def declare() -> None:
    """Called once, when the app is ready."""
    handing_out.declare()
    name_actions(
        {
            "customer.erased": _("Customer erased"),
            "customer.record_handed_out": _("Whole record handed out"),
            "customer.restricted": _("Processing restricted"),
            "customer.restriction_lifted": _("Restriction lifted"),
        }
    )
