"""What becomes of this app's own rows when two customers become one."""

from collections.abc import Sequence

from customers.merging import Derived, Moved, register, remake_with
from customers.models import (
    Address,
    ConsentState,
    Identity,
    Interest,
    Merge,
    PurchaseProfile,
    PurchaseTotal,
)
from customers.services import consent
from customers.services.return_matching import match_returns, part_returns


def _purchases(customer_ids: Sequence[int]) -> None:
    """A return of one record may be of an order of the other."""
    part_returns(customers=customer_ids)
    match_returns(customers=customer_ids)  # adds up the purchases too


def declare() -> None:
    """Called once, when the app is ready."""
    register(Moved(Identity))
    register(Moved(Address, same=("label",)))
    register(Moved(Interest, same=("kind", "topic_key", "data_category")))
    register(Moved(Merge, "kept"))
    register(Derived(ConsentState))
    register(Derived(PurchaseProfile))
    register(Derived(PurchaseTotal))
    remake_with(consent.refresh_states)
    remake_with(_purchases)
