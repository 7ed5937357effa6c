"""What is derived about customers, what for, and what uses it.

Whoever derives something registers it with its purpose and the kind of data it is made of; upper
apps register finders of what uses it, in `AppConfig.ready()`. What nothing uses is flagged: it is
to be used or to be given up. Attributes of the shop's own making say the same on their own page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared.usages import Usage
from customers.models import DataCategory


@dataclass(frozen=True, slots=True)
class Derived:
    """One derived attribute: what it is, what for, and what kind of data it is made of.

    `how` says in a sentence how it comes about. `always` names uses that every installation has,
    such as the local hour of a message; looking at a page is none.
    """

    key: str
    name: str | Promise
    purpose: str | Promise
    how: str | Promise
    data_category: DataCategory
    always: Sequence[str | Promise] = ()

    def __post_init__(self) -> None:
        if not self.purpose:
            raise ValueError(f"{self.key} needs a purpose")


@dataclass(frozen=True, slots=True)
class Used:
    """A derived attribute with what uses it."""

    attribute: Derived
    usages: Sequence[Usage]

    @property
    def is_unused(self) -> bool:
        return not self.usages and not self.attribute.always


Finder = Callable[[], Mapping[str, Sequence[Usage]]]
"""The uses of derived attributes by their keys, of all of them at once."""

_attributes: dict[str, Derived] = {}
_finders: list[Finder] = []


def register(attributes: Iterable[Derived]) -> None:
    """Add attributes; ValueError where a key is taken."""
    for attribute in attributes:
        if attribute.key in _attributes:
            raise ValueError(f"{attribute.key} is registered already")
        _attributes[attribute.key] = attribute


def register_finder(finder: Finder) -> None:
    """Add a finder of uses; a key that nobody registered is an error of the finder."""
    _finders.append(finder)


def listed() -> list[Used]:
    """Every derived attribute with its uses, in the order of registration."""
    usages: dict[str, list[Usage]] = {key: [] for key in _attributes}
    for finder in _finders:
        for key, found in finder().items():
            usages[key] += found
    return [Used(attribute, usages[key]) for key, attribute in _attributes.items()]


def declare() -> None:
    """Called once, when the app is ready."""
    taste = _("Offers and messages about what somebody likes instead of about anything.")
    register(
        [
            Derived(
                "interests.declared",
                _("Interests told by the customer"),
                taste,
                _("As told on a page of the shop or to a colleague; counts most, does not fade."),
                DataCategory.PROFILE,
            ),
            Derived(
                "interests.purchases",
                _("Interests from purchases"),
                taste,
                _("Kept units of orders that are no gifts, and reviews, by category and brand."),
                DataCategory.PURCHASE_HISTORY,
            ),
            Derived(
                "interests.views",
                _("Interests from views"),
                taste,
                _("Products and categories viewed or put in the cart, once per hour."),
                DataCategory.BROWSE_HISTORY,
            ),
            Derived(
                "interests.searches",
                _("Interests from searches"),
                taste,
                _("Names of categories and brands that stand in the words searched for."),
                DataCategory.SEARCH_HISTORY,
            ),
            Derived(
                "purchases.count",
                _("Number of orders, first and last"),
                _("Telling new customers from regular ones, and those who stopped coming."),
                _("Paid and fulfilled orders, right after every write."),
                DataCategory.PURCHASE_HISTORY,
            ),
            Derived(
                "purchases.sum",
                _("Spent, given back and discounts, by currency"),
                _("Rewards that fit what somebody spends, and no discount where none is needed."),
                _("Sums of paid and fulfilled orders and of returns."),
                DataCategory.PURCHASE_HISTORY,
            ),
            Derived(
                "purchases.interval",
                _("Usual days between orders"),
                _("Reminding when the next order is due, not before."),
                _("The median over days with an order, on the customer's own clock."),
                DataCategory.PURCHASE_HISTORY,
            ),
            Derived(
                "purchases.favourites",
                _("Favourite category and brand"),
                taste,
                _("What most was kept of, gifts left out."),
                DataCategory.PURCHASE_HISTORY,
            ),
            Derived(
                "purchases.price_band",
                _("Price band"),
                _("Offers in the range of prices that somebody buys in."),
                _("Prices paid against all prices of the category, from 1 to 5."),
                DataCategory.PURCHASE_HISTORY,
            ),
            Derived(
                "profile.zone",
                _("Time zone"),
                _("Messages at a decent hour of the customer's own day."),
                _("From the address, else the phone number, else the project."),
                DataCategory.PROFILE,
                always=[_("The local hour of every message")],
            ),
        ]
    )
