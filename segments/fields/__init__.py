"""The fields that rules may ask about, by what they are about.

Each module registers its own; apps above register theirs the same way.
"""

from segments.fields import (
    attributes,
    consents,
    events,
    geo,
    habits,
    interests,
    lifecycle,
    lists,
    nested,
    orders,
    products,
    profile,
    returns,
    rfm,
)


def register_all() -> None:
    """Called once, when the app is ready."""
    for module in (
        *(profile, consents, geo, attributes, orders, returns, products, habits, lifecycle),
        *(rfm, interests, events, nested, lists),
    ):
        module.register_fields()
