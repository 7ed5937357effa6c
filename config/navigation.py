"""How the admin looks and what its side bar leads to."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _within(*prefixes: str) -> Callable[[HttpRequest], bool]:
    """Whether the page asked for lies under one of these addresses of the admin."""

    def lies_within(request: HttpRequest) -> bool:
        home = str(reverse_lazy("admin:index"))
        return any(request.path.startswith(f"{home}{prefix}/") for prefix in prefixes)

    return lies_within


def _list_of(model: str, title: str | Promise, icon: str, *more: str) -> dict[str, Any]:
    """The entry that leads to the list of a model (“app.model”); also active under `more`."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
        "active": _within(f"{app}/{name}", *more),
    }


def _is_home(request: HttpRequest) -> bool:
    return request.path == str(reverse_lazy("admin:index"))


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {
                "title": _("Dashboard"),
                "icon": "space_dashboard",
                "link": reverse_lazy("admin:index"),
                "active": _is_home,
            }
        ]
    },
    {
        "title": _("Marketing"),
        "separator": True,
        "items": [
            _list_of("campaigns.campaign", _("Campaigns"), "campaign"),
            _list_of("segments.segment", _("Segments"), "group_work"),
            _list_of("segments.staticlist", _("Lists of customers"), "list_alt"),
            _list_of("messaging.template", _("Templates"), "draft"),
        ],
    },
    {
        "title": _("Rewards"),
        "separator": True,
        "items": [
            _list_of("rewards.promotion", _("Offers"), "sell"),
            _list_of("rewards.voucher", _("Codes"), "confirmation_number", "rewards/coderun"),
            _list_of("rewards.stackingrules", _("How codes combine"), "join_inner"),
            _list_of("rewards.redemption", _("Redemptions"), "shopping_cart_checkout"),
            _list_of("rewards.refusalalarm", _("Alarms"), "notification_important"),
        ],
    },
    {
        "title": _("People"),
        "separator": True,
        "items": [
            _list_of("customers.customer", _("Customers"), "person"),
            {
                "title": _("Possible duplicates"),
                "icon": "group_remove",
                "link": reverse_lazy("admin:customers_merge_duplicates"),
                "permission": _may("customers.view_merge"),
                "active": _within("customers/merge"),
            },
            _list_of("customers.attribute", _("Custom attributes"), "tune"),
            _list_of("customers.adviser", _("Advisers"), "support_agent"),
            _list_of("customers.importrun", _("Imports"), "upload_file"),
            _list_of("customers.consenttext", _("Consent texts"), "contract"),
            _list_of("customers.suppression", _("Suppression list"), "block"),
            {
                "title": _("Derived data"),
                "icon": "psychology",
                "link": reverse_lazy("admin:derived"),
                "permission": _may("customers.view_customer"),
                "active": _within("derived"),
            },
            _list_of("customers.exportrun", _("Exports"), "download"),
        ],
    },
    {
        "title": _("Catalogue"),
        "separator": True,
        "items": [
            _list_of("customers.product", _("Products"), "inventory_2"),
            _list_of("customers.productcategory", _("Product categories"), "category"),
        ],
    },
    {
        "title": _("Messages"),
        "separator": True,
        "items": [
            _list_of("messaging.delivery", _("Deliveries"), "forward_to_inbox"),
            _list_of("messaging.outboxmessage", _("Local outbox"), "outbox"),
        ],
    },
    {
        "title": _("Installation"),
        "separator": True,
        "items": [
            _list_of("shared.staffuser", _("Staff"), "badge"),
            _list_of("shared.apikey", _("API keys"), "key"),
            _list_of("shared.brand", _("Brand"), "palette"),
            _list_of("shared.project", _("Project"), "tune"),
            {
                "title": _("Retention"),
                "icon": "auto_delete",
                "link": reverse_lazy("admin:retention"),
                "permission": _may("customers.erase_customer"),
                "active": _within("retention"),
            },
            _list_of("shared.auditentry", _("Audit log"), "history"),
            {
                "title": _("Health"),
                "icon": "monitor_heart",
                "link": reverse_lazy("admin:health"),
                "permission": _may("shared.view_auditentry"),
                "active": _within("health"),
            },
        ],
    },
]

# Violet, dark enough for white text on it (600) and for text on the dark theme (400).
PRIMARY = {
    "50": "#f5f3ff",
    "100": "#ede9fe",
    "200": "#ddd6fe",
    "300": "#c4b5fd",
    "400": "#a78bfa",
    "500": "#8b5cf6",
    "600": "#7c3aed",
    "700": "#6d28d9",
    "800": "#5b21b6",
    "900": "#4c1d95",
    "950": "#2e1065",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Vesile",
    "SITE_HEADER": "Vesile",
    "SITE_SUBHEADER": _("Personalised promotions"),
    "SITE_SYMBOL": "redeem",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("vesile/favicon.svg"),
        }
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": PRIMARY,
        # One step stronger than the theme's own: 4.5 to 1 on every background it is used on.
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-300)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-200)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-50)",
        },
    },
    "STYLES": [
        lambda request: static("vesile/vesile.css"),
        lambda request: static("vesile/segments.css"),
    ],
    "SCRIPTS": [lambda request: static("vesile/a11y.js")],
    "DASHBOARD_CALLBACK": "campaigns.views.dashboard",
    "COMMAND": {"show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": NAVIGATION,
    },
}
