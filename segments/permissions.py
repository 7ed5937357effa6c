"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT, grant


def declare() -> None:
    """Called once, when the app is ready."""
    grant(
        ADMINISTRATOR,
        "segments",
        "view_segment",
        "add_segment",
        "change_segment",
        "delete_segment",
    )
    grant(
        MARKETER,
        "segments",
        "view_segment",
        "add_segment",
        "change_segment",
        "delete_segment",
    )
    # Support agents see why somebody is in a segment or not.
    grant(SUPPORT, "segments", "view_segment")
