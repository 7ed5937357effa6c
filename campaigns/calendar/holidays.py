"""Public and popular holidays of a country, under keys that do not depend on a language.

The dates come from the `holidays` package. It marks lunar dates it had to estimate; those are
tentative here, and a project can put its own dates over them. Substitute days follow the package
too: it has them for the United Kingdom or the United States and none for Ireland, whose law makes
no day off move, so none is invented.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import holidays

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.text import fold

# Days people celebrate or have free. The package's other categories (bank, school, government,
# half days and single religions) are not occasions for a whole country.
_CATEGORIES: Final = ("public", "optional", "unofficial")
_LABEL: Final = re.compile(r"\s*\(([^()]*)\)$")
_OBSERVED_LABELS: Final = frozenset(
    {"observed", "observed, estimated", "in lieu", "substitute day"}
)
_ESTIMATED_LABELS: Final = frozenset({"estimated", "observed, estimated"})
# Free days swapped with a working day by decree, under a name that changes from year to year.
_SWAPPED: Final = "(substituted from"
# A substitute day lies within a week or two of the day it stands for.
_NEAR: Final = timedelta(days=14)
_ONE_DAY: Final = timedelta(days=1)


class HolidayStatus(StrEnum):
    """How sure the date of a holiday is."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"


class HolidayDate(NamedTuple):
    """A date of a holiday and how sure it is."""

    date: date
    status: HolidayStatus


@dataclass(frozen=True, slots=True)
class OverlayDate:
    """A date the project set itself. The dates of one year replace all of the package's for it."""

    year: int
    date: date
    status: HolidayStatus


@dataclass(frozen=True, slots=True)
class AvailableHoliday:
    """A holiday that can be chosen for a country."""

    key: str
    names: dict[str, str]
    """Its names by language: always `en`, and `tr` where the package has it."""

    def name(self, language: str) -> str:
        """Return the name in a language (“tr”, “en-gb”), in English where there is none."""
        return self.names.get(language[:2].lower(), self.names["en"])


class UnknownHolidayPlaceError(InvalidValueError):
    """The package has no holidays for this country or region."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One name on one date, as the package lists it."""

    key: str
    name: str
    date: date
    observed: bool
    estimated: bool


def holiday_dates(
    country: str,
    holiday_key: str,
    years: Iterable[int],
    *,
    region: str | None = None,
    observed: bool = False,
    overlay: Iterable[OverlayDate] = (),
    each_day: bool = False,
) -> list[HolidayDate]:
    """Return the dates of one holiday in the given years, in order.

    A holiday of several days in a row is one occasion on its first day, unless `each_day`. With
    `observed` a substitute day stands in place of the day it replaces, never beside it, and
    belongs to that day's year. `overlay` dates win over the package for their whole year. A year
    without the holiday has no date. Raises UnknownHolidayPlaceError.
    """
    own: dict[int, list[HolidayDate]] = {}
    for row in overlay:
        own.setdefault(row.year, []).append(HolidayDate(row.date, HolidayStatus(row.status)))
    found: list[HolidayDate] = []
    for year in sorted(set(years)):
        if year in own:
            runs = _runs({each.date: each for each in own[year]})
        else:
            runs = _runs(_package_dates(country, region, holiday_key, year, observed))
        found += [each for run in runs for each in (sorted(run) if each_day else [min(run)])]
    return found


def available_holidays(
    country: str, year: int, *, region: str | None = None
) -> list[AvailableHoliday]:
    """Return the holidays of a country in a year, in calendar order of their first date.

    Raises UnknownHolidayPlaceError.
    """
    entries = [e for e in _entries(country, region, year, False) if not e.observed]
    english: dict[str, str] = {}
    for entry in entries:
        english.setdefault(entry.key, entry.name)
    turkish = _turkish_names(country, region, year)
    return [
        AvailableHoliday(key, {"en": name} | ({"tr": turkish[key]} if key in turkish else {}))
        for key, name in english.items()
    ]


def has_holidays(country: str) -> bool:
    """Say whether the package knows a country (ISO 3166-1 alpha-2, in capitals)."""
    return country in holidays.utils.list_supported_countries(include_aliases=False)


def holiday_key_of(english_name: str) -> str:
    """Return the stable key of a holiday: “Saint Patrick's Day” is `st_patricks_day`."""
    text = re.sub(r"['’`]", "", fold(english_name))
    text = re.sub(r"\bsaint\b", "st", text)
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def occurrence_key(nominal_date: date) -> str:
    """Return the occurrence key of a holiday: its nominal date, such as “2027-03-17”."""
    return nominal_date.isoformat()


def _runs(dates: dict[date, HolidayDate]) -> list[list[HolidayDate]]:
    """Group what stands for consecutive days: each group is one occasion."""
    runs: list[list[HolidayDate]] = []
    for day in sorted(dates):
        if day - _ONE_DAY not in dates:
            runs.append([])
        runs[-1].append(dates[day])
    return runs


def _package_dates(
    country: str, region: str | None, key: str, year: int, observed: bool
) -> dict[date, HolidayDate]:
    """Return the days of a holiday in a year by the package, each with the date to use for it."""
    nominal = _days(country, region, year, key, observed=False)
    dates = {day: HolidayDate(day, status) for day, status in nominal.items()}
    if not observed:
        return dates
    weekend = holidays.country_holidays(country).weekend
    # What a substitute most likely stands for: a day of the weekend, the earliest first.
    waiting = sorted(nominal, key=lambda day: (day.weekday() not in weekend, day))
    # The substitute of 1 January may lie in December, the one of 31 December in January.
    for each in (year - 1, year, year + 1):
        itself = _days(country, region, each, key, observed=False)
        for substitute, status in _days(country, region, each, key, observed=True).items():
            replaced = _first_near(substitute, waiting)
            if substitute not in itself and replaced is not None:
                waiting.remove(replaced)
                dates[replaced] = HolidayDate(substitute, status)
    return dates


def _first_near(day: date, others: Iterable[date]) -> date | None:
    return next((other for other in others if abs(day - other) <= _NEAR), None)


def _days(
    country: str, region: str | None, year: int, key: str, *, observed: bool
) -> dict[date, HolidayStatus]:
    """Return the days of a holiday: as such, or with substitutes in place of or beside them."""
    return {
        entry.date: _status(entry)
        for entry in _entries(country, region, year, observed)
        if entry.key == key and (observed or not entry.observed)
    }


def _status(entry: _Entry) -> HolidayStatus:
    return HolidayStatus.TENTATIVE if entry.estimated else HolidayStatus.CONFIRMED


@lru_cache(maxsize=4096)
def _entries(country: str, region: str | None, year: int, observed: bool) -> tuple[_Entry, ...]:
    """Return what the package lists for a year, by English name, with or without substitutes."""
    return tuple(
        _entry(day, name)
        for day, names in _listed(country, region, year, "en_US", observed=observed)
        for name in names
        if _SWAPPED not in name
    )


def _entry(day: date, listed_name: str) -> _Entry:
    label = _LABEL.search(listed_name)
    known = _OBSERVED_LABELS | _ESTIMATED_LABELS
    if label is None or label[1].lower() not in known:
        return _Entry(holiday_key_of(listed_name), listed_name, day, False, False)
    # “Eid al-Fitr (estimated) (observed)” does not occur; one label holds both.
    name, text = listed_name[: label.start()], label[1].lower()
    return _Entry(
        holiday_key_of(name), name, day, text in _OBSERVED_LABELS, text in _ESTIMATED_LABELS
    )


def _listed(
    country: str, region: str | None, year: int, language: str, *, observed: bool
) -> Iterator[tuple[date, list[str]]]:
    """Yield the dates of a year with the names the package gives them.

    Always with a language: without one the package answers in whatever the process's locale is.
    """
    if not has_holidays(country):
        raise UnknownHolidayPlaceError(
            _("There are no holidays for the country “%(country)s”."), country=country
        )
    categories = holidays.country_holidays(country).supported_categories
    try:
        calendar = holidays.country_holidays(
            country,
            subdiv=region,
            years=year,
            observed=observed,
            language=language,
            categories=tuple(name for name in _CATEGORIES if name in categories),
        )
    except NotImplementedError as error:
        raise UnknownHolidayPlaceError(
            _("There are no holidays for the region “%(region)s” of %(country)s."),
            region=region,
            country=country,
        ) from error
    for day in sorted(calendar):
        if day.year == year:
            yield day, calendar.get_list(day)


@lru_cache(maxsize=512)
def _turkish_names(country: str, region: str | None, year: int) -> dict[str, str]:
    """Return the Turkish names by key, as far as the package has them.

    The package lists names by date in each language, not by key. Dates with a single name match
    the two languages; where a date has several, the years around it do.
    """
    if "tr" not in holidays.country_holidays(country).supported_languages:
        return {}
    names: dict[str, str] = {}
    for each in range(year - 3, year + 4):
        turkish = dict(_listed(country, region, each, "tr", observed=False))
        for day, english in _listed(country, region, each, "en_US", observed=False):
            if len(english) == len(turkish.get(day, ())) == 1:
                entry = _entry(day, english[0])
                label = _LABEL.search(turkish[day][0]) if entry.estimated else None
                name = turkish[day][0][: label.start()] if label else turkish[day][0]
                names.setdefault(entry.key, name)
    return names
