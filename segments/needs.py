"""What needs the membership of a segment to be kept in rows: apps above say so.

Rules of segments need nothing kept of the segments they name: those are asked with them.
"""

from collections.abc import Callable

Need = Callable[[], set[int]]
_needs: list[Need] = []


def register(need: Need) -> None:
    """Called in an app's `ready()`: `need` gives the primary keys of the segments it needs kept."""
    _needs.append(need)


def needed() -> set[int]:
    """The primary keys of all segments that something needs kept; one statement per app."""
    return {pk for need in _needs for pk in need()}
