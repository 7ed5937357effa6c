"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT, grant


def declare() -> None:
    """Called once, when the app is ready."""
    grant(
        ADMINISTRATOR,
        "campaigns",
        "view_campaign",
        "add_campaign",
        "change_campaign",
        "launch_campaign",
        "view_decision",
    )
    grant(
        MARKETER,
        "campaigns",
        "view_campaign",
        "add_campaign",
        "change_campaign",
        "launch_campaign",
        "view_decision",
    )
    grant(
        SUPPORT,
        "campaigns",
        "view_campaign",
    )
