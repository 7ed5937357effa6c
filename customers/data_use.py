"""Which kind of data an event is.

Which kinds need the customer's permission is the project's choice: `selectors.gated_categories`.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput
from customers.models.consent import DataCategory

CATEGORY_OF_EVENT: Final = {
    "page_viewed": DataCategory.BROWSE_HISTORY,
    "product_viewed": DataCategory.BROWSE_HISTORY,
    "cart_updated": DataCategory.BROWSE_HISTORY,
    "checkout_started": DataCategory.BROWSE_HISTORY,
    "searched": DataCategory.SEARCH_HISTORY,
    "store_visit": DataCategory.OFFLINE,
    "complaint_filed": DataCategory.PURCHASE_HISTORY,
    "review": DataCategory.PURCHASE_HISTORY,
}


def category_of_event(name: str, told: str = "") -> DataCategory:
    """The category of an event of this name; raises BadInput for one that contradicts its name.

    An event of the shop's own making is what the shop says it is (`told`), else behaviour in the
    shop: what is not known needs permission.
    """
    known = CATEGORY_OF_EVENT.get(name)
    if told and told not in DataCategory.values:
        raise BadInput(
            _("“%(value)s” is no category of data.") % {"value": told},
            details=_("data_category: use one of: %(names)s.")
            % {"names": ", ".join(DataCategory.values)},
        )
    if known is not None and told and told != known:
        raise BadInput(
            _("An event “%(name)s” is always %(category)s.")
            % {"name": name, "category": known.value},
            details=_("Leave data_category out, or give the event a name of your own."),
        )
    return known or DataCategory(told or DataCategory.BROWSE_HISTORY)
