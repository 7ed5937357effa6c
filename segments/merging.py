"""What becomes of lists when two customers become one."""

from customers import merging
from segments.models import ListMember


def declare() -> None:
    """Called once, when the app is ready."""
    merging.register(merging.Moved(ListMember, same=("list",)))
