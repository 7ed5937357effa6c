"""The fields that rules may ask about, by what they are about.

Each module registers its own; apps above register theirs the same way.
"""

from segments.fields import (
    attributes,
    consents,
    events,
    habits,
    lists,
    nested,
    orders,
    products,
    profile,
    rfm,
)


def register_all() -> None:
    """Called once, when the app is ready."""
    for module in (
        *(profile, consents, attributes, orders, products, habits, rfm),
        *(events, nested, lists),
    ):
        module.register_fields()
