"""Who may do what here, by group."""

from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT, grant

_LISTS = ("view_staticlist", "add_staticlist", "change_staticlist", "delete_staticlist")


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
    for group in (ADMINISTRATOR, MARKETER):
        grant(group, "segments", *_LISTS, "change_lifecyclelimits")
    # Support agents see why somebody is in a segment or not.
    grant(SUPPORT, "segments", "view_segment", "view_staticlist")
