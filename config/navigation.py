"""How the admin looks and what its side bar leads to."""

from typing import Any

from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Vesile",
    "SITE_HEADER": "Vesile",
    "SITE_SUBHEADER": _("Personalised promotions"),
    "SITE_SYMBOL": "redeem",
    "SHOW_LANGUAGES": True,
}
