"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT, grant


def declare() -> None:
    """Called once, when the app is ready."""
    grant(
        ADMINISTRATOR,
        "customers",
        "view_customer",
        "change_customer",
        "view_merge",
        "view_attribute",
        "add_attribute",
        "change_attribute",
        "view_adviser",
        "add_adviser",
        "change_adviser",
        "export_customer",
        "restrict_customer",
        "erase_customer",
        "view_event",
        "view_sensitive_attribute",
        "view_purchaseprofile",
        "view_interest",
        "view_order",
        "view_product",
        "view_consentevent",
        "view_consentstate",
        "view_consenttext",
        "view_importrun",
        "add_importrun",
        "view_exportrun",
    )
    grant(
        MARKETER,
        "customers",
        "view_customer",
        "view_merge",
        "view_attribute",
        "add_attribute",
        "change_attribute",
        "view_adviser",
        "view_event",
        "view_purchaseprofile",
        "view_interest",
        "view_order",
        "view_product",
        "view_consentevent",
        "view_consentstate",
        "view_consenttext",
        "view_importrun",
        "add_importrun",
    )
    grant(
        SUPPORT,
        "customers",
        "view_customer",
        "restrict_customer",
        "view_order",
        "view_product",
        "view_consentevent",
        "view_consentstate",
    )
