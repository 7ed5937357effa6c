"""Holidays: stable keys, dates, substitute days, tentative dates and the project's own."""

from datetime import date

import pytest

from campaigns.calendar.holidays import (
    HolidayDate,
    HolidayStatus,
    OverlayDate,
    UnknownHolidayPlaceError,
    available_holidays,
    has_holidays,
    holiday_dates,
    holiday_key_of,
    occurrence_key,
)

CONFIRMED, TENTATIVE = HolidayStatus.CONFIRMED, HolidayStatus.TENTATIVE


def dates(*args, **kwargs) -> list[str]:
    return [each.date.isoformat() for each in holiday_dates(*args, **kwargs)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Saint Patrick's Day", "st_patricks_day"),
        ("St. Patrick's Day", "st_patricks_day"),
        ("Republic Day", "republic_day"),
        ("Commemoration of Atatürk, Youth and Sports Day",
         "commemoration_of_ataturk_youth_and_sports_day"),
        ("All Saints' Day", "all_saints_day"),
        ("INDEPENDENCE DAY", "independence_day"),
    ],
)  # fmt: skip
def test_keys_come_from_the_english_name(name, key):
    assert holiday_key_of(name) == key


def test_fixed_and_moving_dates():
    assert dates("IE", "st_patricks_day", [2027, 2026]) == ["2026-03-17", "2027-03-17"]
    assert dates("TR", "republic_day", [2027]) == ["2027-10-29"]
    assert dates("US", "thanksgiving_day", [2026]) == ["2026-11-26"]
    assert dates("US", "mothers_day", [2027]) == ["2027-05-09"]


def test_a_holiday_of_several_days_is_one_occasion_on_its_first_day():
    assert dates("TR", "eid_al_fitr", [2027]) == ["2027-03-09"]
    assert dates("TR", "eid_al_fitr", [2027], each_day=True) == [
        "2027-03-09", "2027-03-10", "2027-03-11",
    ]  # fmt: skip


def test_a_lunar_holiday_may_fall_twice_in_a_year():
    assert len(dates("TR", "eid_al_fitr", [2030])) == 1
    assert len(dates("AE", "islamic_new_year", [2008])) == 2


def test_estimated_dates_are_tentative():
    assert holiday_dates("AE", "eid_al_fitr", [2027]) == [(date(2027, 3, 9), TENTATIVE)]
    assert holiday_dates("IE", "st_patricks_day", [2027]) == [(date(2027, 3, 17), CONFIRMED)]


def test_a_year_or_place_without_the_holiday_has_no_date():
    assert dates("TR", "st_patricks_day", [2027]) == []
    assert dates("IE", "st_brigids_day", [2020, 2027]) == ["2027-02-01"]


def test_a_region_has_holidays_of_its_own():
    assert dates("DE", "epiphany", [2027]) == []
    assert dates("DE", "epiphany", [2027], region="BY") == ["2027-01-06"]


def test_a_substitute_day_takes_the_place_of_the_day():
    assert dates("US", "independence_day", [2027]) == ["2027-07-04"]
    assert dates("US", "independence_day", [2027], observed=True) == ["2027-07-05"]
    assert dates("GB", "christmas_day", [2027], observed=True) == ["2027-12-27"]
    assert dates("GB", "boxing_day", [2027], observed=True) == ["2027-12-28"]
    assert dates("US", "independence_day", [2029], observed=True) == ["2029-07-04"]


def test_substitutes_of_several_days_replace_the_days_of_the_weekend():
    """Christmas in Bulgaria is on 25 and 26 December, in 2027 a Saturday and a Sunday."""
    assert dates("BG", "christmas_day", [2027], observed=True) == ["2027-12-27"]
    assert dates("BG", "christmas_day", [2027], observed=True, each_day=True) == [
        "2027-12-27", "2027-12-28",
    ]  # fmt: skip
    # 6 to 8 February 2027 in China, from a Saturday, with the 9th and 10th for the weekend.
    spring = ("CN", "chinese_new_year_spring_festival", [2027])
    assert dates(*spring, observed=True, each_day=True) == [
        "2027-02-08",
        "2027-02-09",
        "2027-02-10",
    ]
    assert dates(*spring, observed=True) == ["2027-02-08"]


def test_a_substitute_across_the_new_year_belongs_to_the_year_of_the_day_itself():
    """New Year's Day 2028 is a Saturday and observed on 31 December 2027."""
    assert dates("US", "new_years_day", [2027, 2028], observed=True) == ["2027-01-01", "2027-12-31"]
    assert dates("US", "new_years_day", [2028], observed=True) == ["2027-12-31"]


def test_ireland_has_no_substitute_days_to_choose():
    """Christmas 2027 is a Saturday."""
    assert dates("IE", "christmas_day", [2027], observed=True) == ["2027-12-25"]


def test_the_projects_dates_replace_a_year_and_leave_the_others():
    own = [
        OverlayDate(2027, date(2027, 3, 10), CONFIRMED),
        OverlayDate(2027, date(2027, 3, 11), CONFIRMED),
    ]
    assert holiday_dates("AE", "eid_al_fitr", [2027, 2028], overlay=own) == [
        HolidayDate(date(2027, 3, 10), CONFIRMED),
        *holiday_dates("AE", "eid_al_fitr", [2028]),
    ]


def test_an_unknown_country_or_region_is_named():
    assert has_holidays("TR")
    assert not has_holidays("ZZ")
    with pytest.raises(UnknownHolidayPlaceError, match="ZZ"):
        holiday_dates("ZZ", "christmas_day", [2027])
    with pytest.raises(UnknownHolidayPlaceError, match=r"XX.*DE"):
        available_holidays("DE", 2027, region="XX")


def test_available_holidays_have_keys_and_names_in_both_languages():
    turkish = {each.key: each for each in available_holidays("TR", 2027)}
    assert turkish["republic_day"].name("tr") == "Cumhuriyet Bayramı"
    assert turkish["republic_day"].name("en-gb") == "Republic Day"
    assert turkish["eid_al_fitr"].name("tr") == "Ramazan Bayramı"
    # On 19 May 2027 two holidays share the date; each still has its own name.
    youth = turkish["commemoration_of_ataturk_youth_and_sports_day"]
    assert youth.name("tr") == "Atatürk'ü Anma, Gençlik ve Spor Bayramı"
    assert all(set(each.names) == {"en", "tr"} for each in turkish.values())


def test_where_the_package_has_no_turkish_the_name_is_english():
    irish = {each.key: each for each in available_holidays("IE", 2027)}
    assert irish["st_patricks_day"].name("tr") == "Saint Patrick's Day"


def test_keys_and_names_do_not_depend_on_the_locale_of_the_process(monkeypatch):
    # A year each, as the answer for a year is remembered.
    for year, locale in enumerate(("C.UTF-8", "tr_TR.UTF-8", "de_DE.UTF-8"), start=2031):
        monkeypatch.setenv("LANGUAGE", locale)
        monkeypatch.setenv("LANG", locale)
        assert "republic_day" in {each.key for each in available_holidays("TR", year)}


def test_every_available_key_can_be_asked_for_and_carries_no_label():
    for country in ("TR", "IE", "US", "DE", "GB", "AE", "IN", "MY", "JP", "BR", "NZ"):
        for each in available_holidays(country, 2027):
            assert holiday_dates(country, each.key, [2027]), (country, each.key)
            assert "estimated" not in each.key
            assert "observed" not in each.key


def test_the_key_of_an_occurrence_is_the_date_of_the_holiday():
    assert occurrence_key(date(2027, 3, 17)) == "2027-03-17"
