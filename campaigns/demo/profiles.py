"""The invented people: who they are, where they live now, when they were born, what they allow.

Pure: from (customer number, country, first document) to profiles, by the picks of `picks`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from config.shared.text import fold

from .names import names_of
from .picks import number, one_of, share, shuffled
from .places import (
    CITIES,
    IRISH,
    LANGUAGES,
    PEOPLE_PER_HOLIDAY_COUNTRY,
    PEOPLE_PER_PLACE,
    PLACES,
    TURKISH,
)

# A leap year, so 29 February is among its 366 days.
DAYS: Final = [date(2000, 1, 1) + timedelta(days=n) for n in range(366)]
_GONE_ABROAD: Final = ("America/New_York", "Australia/Sydney", "Asia/Dubai", "America/Vancouver")
_NO_ZONES: Final = ("Europe/Londn", "GMT+25", "Mars/Olympus", "local")
_SINGLE_NAME, _NO_EMAIL, _NO_BIRTHDAY, _NO_BIRTH_YEAR = 0.02, 0.03, 0.05, 0.35  # shares of all
TWINS: Final = 4  # people of whom the shop has two records
_ODD_PEOPLE: Final = 8  # of each kind of awkward residence


class Known(NamedTuple):
    """What the true data says of a customer."""

    number: str
    country: str
    first_document: datetime


@dataclass(frozen=True, slots=True)
class Residence:
    """Where somebody lives now; `zone` only where they told us one, usable or not."""

    country: str
    city: str
    language: str
    zone: str = ""
    relocated: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody said about e-mails, so long after signing up. `lasts` ends a grant."""

    action: str
    after: timedelta
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    number: str
    first_name: str
    last_name: str
    email: str
    birth: tuple[int | None, int | None, int | None]  # month, day, year
    residence: Residence
    signed_up_at: datetime
    consents: tuple[Consent, ...]
    twin_of: str = ""


def invent(customers: Iterable[Known]) -> list[Profile]:
    """A profile for each customer, in the order of their numbers."""
    known = {customer.number: customer for customer in customers}
    residences = _residences(known)
    twins = _twins(known, residences)
    emails = {who: _writes_emails(who) for who in known}
    consents = {who: _consents(who) for who in known}
    births = _births(known, [who for who in known if emails[who] and _allows(consents[who])])
    profiles = []
    for who in sorted(known):
        first, last = _name(twins.get(who, who), residences[who].country)
        profiles.append(
            Profile(
                number=who,
                first_name=first,
                last_name=last,
                email=_email(who, first, last) if emails[who] else "",
                birth=births[who],
                residence=residences[who],
                signed_up_at=known[who].first_document - _before_first_order(who),
                consents=consents[who],
                twin_of=twins.get(who, ""),
            )
        )
    return profiles


# --- where ---------------------------------------------------------------------------------------
def _residences(known: Mapping[str, Known]) -> dict[str, Residence]:
    """Everybody's home: first the relocated by lot, the others where the shop knew them."""
    lots = iter(shuffled(known, "place"))
    found: dict[str, Residence] = {}
    for cities, country, language in ((TURKISH, "TR", "tr"), (IRISH, "IE", "en")):
        for _ in range(PEOPLE_PER_HOLIDAY_COUNTRY):
            who = next(lots)
            found[who] = Residence(country, one_of(cities, "city", who), language, relocated=True)
    for place in PLACES:
        for _ in range(PEOPLE_PER_PLACE):
            found[next(lots)] = Residence(
                place.country, place.city, place.language, place.zone, relocated=True
            )
    for kind in range(_ODD_PEOPLE):
        for build in (_irish_abroad, _british_in_dublin, _without_zone, _with_impossible_zone):
            found[next(lots)] = build(kind)
    for who in lots:
        country = known[who].country
        found[who] = Residence(
            country,
            one_of(CITIES.get(country, ("",)), "city", who),
            LANGUAGES.get(country, "en"),
        )
    return found


def _irish_abroad(nth: int) -> Residence:
    return Residence("IE", "", "en", _GONE_ABROAD[nth % len(_GONE_ABROAD)], relocated=True)


def _british_in_dublin(nth: int) -> Residence:
    return Residence("GB", "Dublin", "en", "Europe/Dublin", relocated=True)


def _without_zone(nth: int) -> Residence:
    """The country has several zones, and nobody said which."""
    return Residence(("US", "AU", "CA", "BR")[nth % 4], "", "en", relocated=True)


def _with_impossible_zone(nth: int) -> Residence:
    return Residence(
        "GB", one_of(CITIES["GB"], "city", str(nth)), "en", _NO_ZONES[nth % 4], relocated=True
    )


# --- who -----------------------------------------------------------------------------------------
def _name(who: str, country: str) -> tuple[str, str]:
    names = names_of(country)
    first = one_of(names.first, "first name", who)
    if share("single name", who) < _SINGLE_NAME:
        return first, ""
    return first, one_of(names.last, "last name", who)


def _writes_emails(who: str) -> bool:
    return share("e-mail", who) >= _NO_EMAIL


def _email(who: str, first: str, last: str) -> str:
    """Reserved addresses that reach nobody, told apart by the customer's number."""
    readable = [fold(part).replace("'", "").replace(" ", "") for part in (first, last)]
    parts = [part for part in readable if part.isascii() and part]
    host = one_of(("example.com", "example.org", "mail.example.com"), "host", who)
    return f"{'.'.join([*parts, who])}@{host}"


def _twins(known: Mapping[str, Known], residences: Mapping[str, Residence]) -> dict[str, str]:
    """Who signed up a second time with another address, and as whom the first time."""
    british = [
        who
        for who in shuffled(known, "twin")
        if residences[who].country == "GB"
        and not residences[who].relocated
        and share("single name", who) >= _SINGLE_NAME
    ]
    return dict(zip(british[:TWINS], british[TWINS : 2 * TWINS], strict=True))


# --- when ----------------------------------------------------------------------------------------
Birth = tuple[int | None, int | None, int | None]


def _births(known: Mapping[str, Known], reachable: Sequence[str]) -> dict[str, Birth]:
    """Birthdays dealt out like cards, so that every day of 366 has several.

    The first round goes to people who may be written to, so that no day is without one of them.
    """
    first_round = shuffled(reachable, "birthday")[: len(DAYS)]
    others = shuffled(known.keys() - set(first_round), "birthday")
    without = int(len(known) * _NO_BIRTHDAY)
    dealt = first_round + others[: len(others) - without]
    births: dict[str, Birth] = dict.fromkeys(known, (None, None, None))
    for position, who in enumerate(dealt):
        day = DAYS[position % len(DAYS)]
        births[who] = (day.month, day.day, _birth_year(who, day))
    return births


def _birth_year(who: str, day: date) -> int | None:
    if share("birth year known", who) < _NO_BIRTH_YEAR:
        return None
    year = 1938 + number("birth year", who) % 70
    return year - year % 4 if (day.month, day.day) == (2, 29) else year


def _before_first_order(who: str) -> timedelta:
    """Half of them sign up with their first order, the others up to two months earlier."""
    if share("signs up with first order", who) < 0.5:
        return timedelta()
    return timedelta(seconds=number("sign-up", who) % (60 * 24 * 3600))


# --- what they allow -----------------------------------------------------------------------------
_HALF_A_MINUTE, _A_DAY = timedelta(seconds=30), timedelta(days=1)


def _consents(who: str) -> tuple[Consent, ...]:
    lot = share("consent", who)
    later = timedelta(days=3 + number("consent later", who) % 40)
    asked = Consent("served", timedelta())
    granted = Consent("granted", _HALF_A_MINUTE)
    if lot < 0.10:
        return ()
    if lot < 0.17:
        return (asked, Consent("refused", _HALF_A_MINUTE))
    if lot < 0.22:
        return (asked, granted, Consent("withdrawn", later))
    if lot < 0.23:
        return (Consent("granted", _HALF_A_MINUTE, lasts=later),)
    if lot < 0.45:
        return (asked, granted, Consent("confirmed", _HALF_A_MINUTE + _A_DAY / 24))
    return (asked, granted)


def _allows(consents: Sequence[Consent]) -> bool:
    return (
        bool(consents)
        and consents[-1].action in {"granted", "confirmed"}
        and not consents[-1].lasts
    )
