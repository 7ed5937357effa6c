"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, grant


def declare() -> None:
    """Called once, when the app is ready."""
    grant(
        ADMINISTRATOR,
        "shared",
        "view_staffuser",
        "add_staffuser",
        "change_staffuser",
        "view_apikey",
        "add_apikey",
        "change_apikey",
        "view_brand",
        "add_brand",
        "change_brand",
        "view_project",
        "change_project",
        "view_auditentry",
    )
    grant(
        MARKETER,
        "shared",
        "view_brand",
        "change_brand",
    )
