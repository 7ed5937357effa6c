"""What the invented people told of themselves beyond their profile, and what they did in the shop.

Pure: picks of `picks`, as the plain values that the services for storefronts take.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from customers.asked import AskedCustomer, AskedEvent
from customers.models import DataCategory

from .picks import number, one_of, share
from .profiles import Consent, Profile

ADVISERS: Final = {
    "ida": ("Ida Whitmore", "ida@shop.example.com", "+442079460101"),
    "tom": ("Tom Ashdown", "tom@shop.example.com", "+442079460102"),
    "ece": ("Ece Demir", "ece@shop.example.com", ""),
}
STYLES: Final = ("Vintage", "Modern", "Country house", "Colourful")
TRADES: Final = ("Gifts", "Interiors", "Tea Room", "Flowers", "Stationers")
_DRAMA: Final = ("207946", "113496", "114496", "121496", "131496", "141496", "161496")
_STREETS: Final = ("High Street", "Station Road", "Church Lane", "Mill Lane", "Park Avenue")
_BUSINESS, _HAS_PHONE, _HAS_ADDRESS, _HAS_ANSWERS = 0.08, 0.30, 0.25, 0.30  # shares of all

USES: Final = {
    DataCategory.BROWSE_HISTORY: 0.35,
    DataCategory.SEARCH_HISTORY: 0.25,
    DataCategory.OFFLINE: 0.10,
}
"""Which uses of data the shop asked for, and how large a part agreed."""
_TOOK_BACK: Final = 0.12  # of those who agreed

EVENTS_BACK: Final = timedelta(days=45)
_SEARCHES: Final = ("party bunting", "tea set", "lunch bag", "kitchen", "garden", "christmas")
_REVIEWS: Final = (
    (5, "Lovely, just as pictured."),
    (4, "Good quality."),
    (2, "Smaller than it looks."),
)
_COMPLAINTS: Final = ("Arrived broken", "Parcel was late", "Wrong colour")
GIFTS: Final = ("birthday", "wedding", "new home")
RETURNS: Final = ("damaged in transit", "changed their mind", "not as described", "")


def told_of(profile: Profile) -> AskedCustomer:
    """What the shop tells of somebody; an empty profile where it knows nothing more."""
    who, home = profile.number, profile.residence
    told: dict[str, Any] = {}
    if share("business", who) < _BUSINESS:
        told["kind"] = "business"
        told["company"] = (
            f"{profile.last_name or profile.first_name} {one_of(TRADES, 'trade', who)}"
        )
        told["adviser"] = one_of(sorted(ADVISERS), "adviser", who)
    if profile.twin_of or (home.country == "GB" and share("phone", who) < _HAS_PHONE):
        told["phone"] = phone_of(profile.twin_of or who)
    if home.city and home.country and share("address", who) < _HAS_ADDRESS:
        street = f"{1 + number('house', who) % 140} {one_of(_STREETS, 'street', who)}"
        told["addresses"] = [
            {
                "label": "delivery",
                "recipient": f"{profile.first_name} {profile.last_name}".strip(),
                "line_1": street,
                "city": home.city,
                "country": home.country,
            }
        ]
    if share("answers", who) < _HAS_ANSWERS:
        told["metadata"] = _answers(who)
    return AskedCustomer(source_id=who, profile=told)


def phone_of(who: str) -> str:
    """A number of the ranges kept free for drama, which ring nowhere; another one for everybody."""
    area, subscriber = divmod(int(who) % (1_000 * len(_DRAMA)), 1_000)
    return f"+44{_DRAMA[area]}0{subscriber:03d}"


def _answers(who: str) -> dict[str, Any]:
    first = number("style", who) % len(STYLES)
    answers: dict[str, Any] = {
        "style": sorted({STYLES[first], one_of(STYLES, "second style", who)}),
        "household": 1 + number("household", who) % 5,
        "has_garden": share("garden", who) < 0.5,
    }
    if share("wedding", who) < 0.2:
        day = date(1990, 1, 1) + timedelta(days=number("wedding day", who) % 12_000)
        answers["wedding_day"] = day.isoformat()
    if share("gift budget", who) < 0.3:
        answers["gift_budget"] = 500 * (2 + number("budget", who) % 12)
    return answers


def uses_of(profile: Profile) -> Mapping[DataCategory, Sequence[Consent]]:
    """What somebody said about the uses of data, right after signing up and later."""
    said = {}
    for use, part in USES.items():
        if share(f"use {use}", profile.number) < part:
            steps = [Consent("granted", timedelta(seconds=45))]
            if share(f"took back {use}", profile.number) < _TOOK_BACK:
                steps.append(Consent("withdrawn", timedelta(days=20)))
            said[use] = steps
    return said


def allows_still(profile: Profile, use: DataCategory) -> bool:
    said = uses_of(profile).get(use, ())
    return bool(said) and said[-1].action == "granted"


def events_of(profile: Profile, products: Sequence[str], at: datetime) -> Iterable[AskedEvent]:
    """What somebody did in the weeks before `at`, and not before signing up; `products` are the
    codes of what they bought."""
    who = profile.number
    span = min(EVENTS_BACK, at - profile.signed_up_at) // timedelta(minutes=1)
    if span < 1:
        return
    told = _told_events(profile, products)
    for place, (name, use, product, properties) in enumerate(told):
        yield AskedEvent(
            customer=AskedCustomer(source_id=who),
            name=name,
            data_category=use,
            occurred_at=at - timedelta(minutes=1 + number(f"event {place}", who) % span),
            source_id=f"demo-{who}-{place}",
            product=product,
            properties=properties,
        )


def _told_events(
    profile: Profile, products: Sequence[str]
) -> Iterable[tuple[str, DataCategory, str, dict[str, Any]]]:
    who = profile.number
    if allows_still(profile, DataCategory.BROWSE_HISTORY) and products:
        for nth in range(1 + number("views", who) % 4):
            yield (
                "product_viewed",
                DataCategory.BROWSE_HISTORY,
                one_of(products, f"view {nth}", who),
                {},
            )
        if share("cart", who) < 0.4:
            yield "cart_updated", DataCategory.BROWSE_HISTORY, one_of(products, "cart", who), {}
    if allows_still(profile, DataCategory.SEARCH_HISTORY):
        query = one_of(_SEARCHES, "search", who)
        yield "searched", DataCategory.SEARCH_HISTORY, "", {"query": query}
    if allows_still(profile, DataCategory.OFFLINE):
        yield "store_visit", DataCategory.OFFLINE, "", {"store": "London, Example Street"}
    if products and share("review", who) < 0.06:
        rating, text = one_of(_REVIEWS, "rating", who)
        product = one_of(products, "reviewed", who)
        yield "review", DataCategory.PURCHASE_HISTORY, product, {"rating": rating, "text": text}
    if share("complaint", who) < 0.02:
        subject = one_of(_COMPLAINTS, "complaint about", who)
        yield "complaint_filed", DataCategory.PURCHASE_HISTORY, "", {"subject": subject}
