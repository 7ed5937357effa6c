"""What customers (and the installation below) hold on people, field by field."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers import holdings_of_trade
from customers.models import (
    Address,
    ConsentEvent,
    ConsentState,
    Customer,
    Event,
    Identity,
    Interest,
    Merge,
    OptIn,
    PurchaseProfile,
    PurchaseTotal,
)
from customers.rights import Holding, hold

WITH_IDENTITY = "identity__customer"


def declare() -> None:
    """Called once, when the app is ready."""
    _person()
    _consent()
    _activity()
    holdings_of_trade.declare()


def _person() -> None:
    hold(
        Holding(
            model=Customer,
            kind="profile",
            title=_("Profile"),
            owner="pk",
            shown=(
                "public_id",
                "first_name",
                "last_name",
                "kind",
                "company",
                "gender",
                "email",
                "phone",
                "birth_year",
                "birth_month",
                "birth_day",
                "language",
                "country",
                "region",
                "city",
                "postal_code",
                "address_line_1",
                "address_line_2",
                "latitude",
                "longitude",
                "zone",
                "zone_source",
                "zone_problem",
                "description",
                "metadata",
                "restriction",
                "restricted_at",
                "signed_up_at",
                "created_at",
                "updated_at",
            ),
            also={"adviser": "adviser__name"},
            internal=("id", "adviser", "month_day", "search"),
            facts=("customer.", "consent.", "interest.", "purchases.", "segment."),
        )
    )
    hold(
        Holding(
            model=Address,
            kind="addresses",
            title=_("Addresses"),
            owner="customer",
            shown=(
                "label",
                "recipient",
                "line_1",
                "line_2",
                "postal_code",
                "city",
                "region",
                "country",
                "phone",
            ),
            internal=("id", "customer"),
        )
    )
    hold(
        Holding(
            model=Identity,
            kind="identities",
            title=_("Known as"),
            owner="customer",
            shown=("source", "external_id", "created_at"),
            internal=("id", "customer"),
        )
    )
    hold(
        Holding(
            model=Merge,
            kind="merges",
            title=_("Merged records"),
            # Of a merge that was undone, the other record keeps a picture of this one.
            owner=lambda ids: Q(kept__in=ids) | Q(absorbed_pk__in=ids),
            shown=(
                "absorbed_public_id",
                "reason",
                "snapshot",
                "merged_at",
                "undo_until",
                "undone_at",
            ),
            internal=("id", "kept", "absorbed_pk", "moved", "actor_kind", "actor_id"),
        )
    )


def _consent() -> None:
    texts = {"text_language": "text__locale", "text": "text__body", "text_sha256": "text__sha256"}
    hold(
        Holding(
            model=ConsentState,
            kind="consents",
            title=_("Consents"),
            owner="customer",
            shown=(
                "purpose",
                "channel",
                "data_category",
                "allowed",
                "basis",
                "since",
                "valid_until",
            ),
            internal=("id", "customer", "event"),
        )
    )
    hold(
        Holding(
            model=ConsentEvent,
            kind="consent_events",
            title=_("What was said about consent"),
            owner=WITH_IDENTITY,
            shown=(
                "purpose",
                "channel",
                "data_category",
                "action",
                "basis",
                "source",
                "external_id",
                "captured_at",
                "received_at",
                "actor_kind",
                "jurisdiction",
                "valid_until",
                "proof",
            ),
            also=texts,
            internal=("id", "identity", "text", "actor_id"),
        )
    )
    hold(
        Holding(
            model=OptIn,
            kind="opt_ins",
            title=_("Consents to be confirmed"),
            owner=WITH_IDENTITY,
            shown=(
                "purpose",
                "channel",
                "locale",
                "source",
                "evidence",
                "requested_at",
                "expires_at",
                "sent_at",
                "confirmed_at",
            ),
            also=texts,
            # The id is the secret half of the link that confirms.
            internal=("id", "public_id", "identity", "text"),
        )
    )


def _activity() -> None:
    hold(
        Holding(
            model=Event,
            kind="events",
            title=_("Events"),
            owner=WITH_IDENTITY,
            shown=(
                "name",
                "data_category",
                "source",
                "external_id",
                "occurred_at",
                "received_at",
                "properties",
            ),
            also={"product": "product__source_id", "product_name": "product__name"},
            internal=("id", "identity", "product"),
            facts=("event.",),
        )
    )
    hold(
        Holding(
            model=Interest,
            kind="interests",
            title=_("Interests"),
            owner="customer",
            shown=(
                "kind",
                "topic",
                "origin",
                "data_category",
                "is_liked",
                "strength",
                "as_of",
                "evidence",
                "updated_at",
            ),
            internal=("id", "customer", "topic_key"),
        )
    )
    hold(
        Holding(
            model=PurchaseProfile,
            kind="purchases",
            title=_("What the orders add up to"),
            owner="customer",
            shown=(
                "orders_count",
                "first_order_at",
                "last_order_at",
                "usual_interval_days",
                "favourite_category",
                "favourite_brand",
                "price_band",
            ),
            internal=("customer",),
        )
    )
    hold(
        Holding(
            model=PurchaseTotal,
            kind="purchase_totals",
            title=_("What the orders add up to, by currency"),
            owner="customer",
            shown=("currency", "orders_count", "amount", "returned_amount", "discount_amount"),
            money=dict.fromkeys(("amount", "returned_amount", "discount_amount"), "currency"),
            internal=("id", "customer"),
        )
    )
