"""Orders and returns: amounts, currency, day and products stay as money without a person.

Their numbers, which the shop still knows, become random ones.
"""

from django.utils.translation import gettext_lazy as _

from customers.models import Order, OrderLine, Return, ReturnLine, ReturnMatch
from customers.rights import DAY_ONLY, EMPTIED, EMPTY_OBJECT, UNLINKED, Fate, Holding, hold, token

# A line may be named for somebody (an engraving, a note); the product's own name is nobody's.
PRODUCT_NAME = Fate(
    "coalesce((SELECT coalesce(nullif(p.name, ''), p.source_id)"
    " FROM customers_product p WHERE p.id = product_id), kind)"
)


def declare() -> None:
    """Called by `customers.holdings`."""
    hold(
        Holding(
            model=Order,
            kind="orders",
            title=_("Orders"),
            owner="identity__customer",
            shown=(
                "public_id",
                "source",
                "source_id",
                "status",
                "currency",
                "amount",
                "charges_amount",
                "cancel_reason",
                "is_gift",
                "gift_reason",
                "metadata",
                "placed_at",
                "changed_at",
                "received_at",
            ),
            money=dict.fromkeys(("amount", "charges_amount"), "currency"),
            internal=("id", "identity"),
            facts=("order.",),
            stay=True,
            erased={
                "identity": UNLINKED,
                "public_id": token("ord_", 20),
                "source_id": token(),
                "cancel_reason": EMPTIED,
                "gift_reason": EMPTIED,
                "metadata": EMPTY_OBJECT,
                "placed_at": DAY_ONLY,
                "changed_at": DAY_ONLY,
                "received_at": DAY_ONLY,
            },
        )
    )
    hold(
        Holding(
            model=OrderLine,
            kind="lines",
            title=_("Order lines"),
            owner="order__identity__customer",
            within="order",
            shown=("kind", "name", "quantity", "unit_amount", "amount", "returned_quantity"),
            also={"product": "product__source_id"},
            money=dict.fromkeys(("unit_amount", "amount"), "order__currency"),
            internal=("id", "order", "product", "line_key"),
            stay=True,
            erased={"line_key": token(), "name": PRODUCT_NAME},
        )
    )
    hold(
        Holding(
            model=Return,
            kind="returns",
            title=_("Returns"),
            owner="identity__customer",
            shown=(
                "source",
                "source_id",
                "order_source_id",
                "currency",
                "amount",
                "reason",
                "returned_at",
                "received_at",
            ),
            money={"amount": "currency"},
            internal=("id", "identity"),
            facts=("return.",),
            stay=True,
            erased={
                "identity": UNLINKED,
                "source_id": token(),
                "order_source_id": EMPTIED,
                "reason": EMPTIED,
                "returned_at": DAY_ONLY,
                "received_at": DAY_ONLY,
            },
        )
    )
    hold(
        Holding(
            model=ReturnLine,
            kind="lines",
            title=_("Returned lines"),
            owner="document__identity__customer",
            within="document",
            shown=("kind", "name", "quantity", "unit_amount", "amount", "matched_quantity"),
            also={"product": "product__source_id"},
            money=dict.fromkeys(("unit_amount", "amount"), "document__currency"),
            internal=("id", "document", "product", "line_key"),
            stay=True,
            erased={"line_key": token(), "name": PRODUCT_NAME},
        )
    )
    hold(
        Holding(
            model=ReturnMatch,
            kind="matches",
            title=_("Matched returns"),
            owner="return_line__document__identity__customer",
            within="return_line",
            shown=("quantity",),
            also={"order": "order_line__order__source_id"},
            internal=("id", "return_line", "order_line"),
            stay=True,
        )
    )
