"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT, grant


def declare() -> None:
    """Called once, when the app is ready."""
    grant(
        ADMINISTRATOR,
        "messaging",
        "view_template",
        "add_template",
        "change_template",
        "view_templateversion",
        "view_delivery",
        "view_outboxmessage",
    )
    grant(
        MARKETER,
        "messaging",
        "view_template",
        "add_template",
        "change_template",
        "view_templateversion",
        "view_delivery",
        "view_outboxmessage",
    )
    grant(
        SUPPORT,
        "messaging",
        "view_delivery",
        "view_outboxmessage",
    )
