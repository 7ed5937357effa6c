"""What becomes of lists and memberships when two customers become one."""

from customers import merging
from segments.models import ListMember, Membership, MembershipChange


def declare() -> None:
    """Called once, when the app is ready."""
    merging.register(merging.Moved(ListMember, same=("list",)))
    # Both are looked at again afterwards, so a membership that is no longer true is left then.
    merging.register(merging.Moved(Membership, same=("segment",)))
    merging.register(merging.Moved(MembershipChange))
