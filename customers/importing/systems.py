"""Which system wrote a file, and what kind of list it seems to be: by its headings."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from config.shared.text import fold

from .contents import all_contents
from .problems import Text

_NO_PART_OF_A_NAME: Final = re.compile(r"[\W_]+")


def header_key(heading: str) -> str:
    """The form in which headings are compared: folded, punctuation as one blank."""
    return _NO_PART_OF_A_NAME.sub(" ", fold(heading)).strip()


SYSTEMS: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    "shopify": (
        frozenset({"accepts email marketing", "tax exempt"}),
        frozenset({"accepts marketing", "financial status", "lineitem name"}),
        frozenset({"accepts marketing", "total spent"}),
    ),
    "woocommerce": (
        frozenset({"aov", "total spend", "sign up"}),
        frozenset({"billing first name", "billing email", "user login"}),
        frozenset({"order number", "order total", "billing email"}),
    ),
    "mailchimp": (
        frozenset({"email address", "member rating"}),
        frozenset({"optin time", "leid"}),
        frozenset({"email address", "optin time"}),
    ),
    "klaviyo": (
        frozenset({"klaviyo id"}),
        frozenset({"email marketing consent", "profile created on"}),
    ),
    "ghost": (frozenset({"email", "subscribed to emails"}), frozenset({"email", "labels", "note"})),
    "online-retail": (
        frozenset(
            {"invoiceno", "stockcode", "description", "quantity", "invoicedate", "unitprice"}
            | {"customerid", "country"}
        ),
    ),
}
"""The headings that only this system writes together, one of the sets."""

NAMES: Final[Mapping[str, str]] = {
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
    "mailchimp": "Mailchimp",
    "klaviyo": "Klaviyo",
    "ghost": "Ghost",
    "online-retail": "Online Retail (UCI)",
}


def system_of(headers: Sequence[str]) -> str:
    """The key of the system that wrote these headings, or the empty text."""
    keys = {header_key(header) for header in headers}
    for system, signatures in SYSTEMS.items():
        if any(signature <= keys for signature in signatures):
            return system
    return ""


_OTHER_LISTS: Final[Mapping[str, tuple[Text, frozenset[str], int]]] = {
    "vouchers": (
        _("a list of vouchers"),
        frozenset(
            {
                "code",
                "voucher type",
                "discount type",
                "redemption limit",
                "expiration date",
                "coupon code",
                "value",
                "active",
                "start date",
                "discount amount",
                "usage limit",
            }
        ),
        4,
    ),
    "products": (
        _("a list of products"),
        frozenset(
            {
                "sku",
                "handle",
                "variant sku",
                "variant price",
                "body html",
                "product category",
                "stock",
                "regular price",
                "sale price",
                "price",
                "barcode",
                "inventory",
                "brand",
                "vendor",
                "image src",
            }
        ),
        3,
    ),
}
LABELS: Final[Mapping[str, Text]] = {key: label for key, (label, *_rest) in _OTHER_LISTS.items()}


def seems(headers: Sequence[str]) -> str:
    """What the list seems to be: a registered contents, one of `LABELS`, or unknown (empty)."""
    keys = [header_key(header) for header in headers]
    scores = {contents.key: contents.seems(keys) for contents in all_contents()}
    best = max(scores, key=lambda key: scores[key], default="")
    if best and scores[best] >= 0.5:
        return best
    for key, (_label, names, enough) in _OTHER_LISTS.items():
        if len(names.intersection(keys)) >= enough:
            return key
    return best if best and scores[best] > 0 else ""
