"""What conditions may ask, and who answers: plain values, looked up only when they are needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from rewards.arithmetic import CartState
from rewards.periods import Period


class CustomerFact(StrEnum):
    """One thing known of the customer who redeems."""

    COUNTRY = "country"
    """ISO 3166-1, two letters."""
    LANGUAGE = "language"
    """The language tag as we keep it."""
    AGE = "age"
    """Whole years on the customer's own day; None where the birth date is not known or its use
    not allowed."""
    IS_NEW = "is_new"
    """Whether there is no order of theirs before this one."""


class MetadataOf(StrEnum):
    """Whose own values a condition looks at."""

    ORDER = "order"
    CUSTOMER = "customer"
    REDEMPTION = "redemption"
    VOUCHER = "voucher"


class HistoryOf(StrEnum):
    """What is asked of the customer's earlier orders."""

    COUNT = "count"
    SUM = "sum"
    """Minor units, orders of the currency asked about only."""
    DAYS_SINCE_LAST = "days_since_last"
    """Calendar days in the customer's zone; None where there was no order."""


class UsedBy(StrEnum):
    """Which earlier redemptions count; those rolled back never do."""

    PROMOTION = "promotion"
    """All of the offer."""
    VOUCHER = "voucher"
    """Those of this code."""
    CUSTOMER = "customer"
    """Those of the offer by this customer."""
    CUSTOMER_VOUCHER = "customer_voucher"
    """Those of this code by this customer."""


class MoneyOf(StrEnum):
    """Which money a budget counts."""

    DISCOUNT = "discount"
    """What the offer took off, shipping included."""
    ORDERS = "orders"
    """What the orders cost before discounts."""


@dataclass(frozen=True, slots=True)
class History:
    """A question about earlier orders; `days` limits them to the last so many days."""

    of: HistoryOf
    days: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Uses:
    """A question for a number of redemptions."""

    by: UsedBy
    period: Period = Period.EVER


@dataclass(frozen=True, slots=True)
class Spent:
    """A question for money of the offer's redemptions so far, minor units of `currency`."""

    of: MoneyOf
    period: Period
    currency: str


class Facts(Protocol):
    """All that conditions look at. Methods are asked at most once for the same thing.

    `cart` is the order as the offers before this one left it, `after` as this offer leaves it;
    both None without an order. `currency` is the order's. `zone` is the offer's. `is_holder` is
    None for a code that nobody holds.
    """

    @property
    def at(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def cart(self) -> CartState | None: ...
    @property
    def after(self) -> CartState | None: ...
    @property
    def has_customer(self) -> bool: ...
    @property
    def is_holder(self) -> bool | None: ...
    @property
    def channel(self) -> str: ...
    def metadata(self, of: MetadataOf) -> Mapping[str, Any]:
        """The values of one object."""

    def customer(self, fact: CustomerFact) -> str | int | bool | None:
        """One thing known of the customer, None where it is not known."""

    def segments(self, among: frozenset[str]) -> frozenset[str]:
        """Those of the segments (public ids) that the customer is in now."""

    def history(self, asked: History) -> int | None:
        """A figure of the customer's earlier orders."""

    def uses(self, asked: Uses) -> int:
        """How many redemptions there were already."""

    def spent(self, asked: Spent) -> int:
        """How much was spent already."""


@dataclass(frozen=True, kw_only=True)
class PlainFacts:
    """Facts that are all known already: for previews, forecasts and tests."""

    at: datetime
    zone: str = "UTC"
    currency: str = ""
    cart: CartState | None = None
    after: CartState | None = None
    has_customer: bool = False
    is_holder: bool | None = None
    channel: str = ""
    values: Mapping[MetadataOf, Mapping[str, Any]] = field(default_factory=dict)
    known: Mapping[CustomerFact, str | int | bool | None] = field(default_factory=dict)
    in_segments: frozenset[str] = frozenset()
    histories: Mapping[History, int | None] = field(default_factory=dict)
    used: Mapping[Uses, int] = field(default_factory=dict)
    spendings: Mapping[Spent, int] = field(default_factory=dict)

    def metadata(self, of: MetadataOf) -> Mapping[str, Any]:
        return self.values.get(of, {})

    def customer(self, fact: CustomerFact) -> str | int | bool | None:
        return self.known.get(fact)

    def segments(self, among: frozenset[str]) -> frozenset[str]:
        return self.in_segments & among

    def history(self, asked: History) -> int | None:
        none = None if asked.of is HistoryOf.DAYS_SINCE_LAST else 0
        return self.histories.get(asked, none)

    def uses(self, asked: Uses) -> int:
        return self.used.get(asked, 0)

    def spent(self, asked: Spent) -> int:
        return self.spendings.get(asked, 0)
