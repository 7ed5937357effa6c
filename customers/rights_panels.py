"""What the customer page offers about a person's rights."""

from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions


def declare() -> None:
    """Called once, when the app is ready."""
    name_actions(
        {
            "customer.erased": _("Customer erased"),
            "customer.restricted": _("Processing restricted"),
            "customer.restriction_lifted": _("Restriction lifted"),
        }
    )
