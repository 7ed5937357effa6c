"""What a pass over a file found, in words for people."""

import json
from datetime import date

import pytest

from customers import values
from customers.importing.contents import ReadRow, Tally
from customers.importing.problems import of_value
from customers.importing.reports import REMEDIES, Report, in_words

TODAY = date(2026, 3, 17)


def _refused(*written: str) -> Tally:
    tally = Tally()
    for number, birthday in enumerate(written, start=2):
        with pytest.raises(values.UnusableValue) as refused:
            values.birth_date(birthday, today=TODAY)
        row = ReadRow(number, number, [birthday])
        tally.rejected.append((row, of_value(refused.value, 0)))
    return tally


def test_a_reason_with_several_remedies_tells_each_once():
    report = Report()
    report.add(None, _refused("1990-02-30", "1850-01-01", "1991-13-01"))
    kept = Report.of(json.loads(json.dumps(report.as_json())))
    kept.add(None, _refused("3027-01-01", "1850-05-05"))
    (told,) = in_words(kept.as_json()["rejected"])
    assert told["count"] == 5
    remedies = told["remedy"]
    assert remedies.count("Check the month and the day.") == 1
    assert remedies.count("1900 or later") == 1
    assert remedies.count("It lies in the future.") == 1


def test_the_list_of_remedies_stays_short():
    report = Report()
    report.add(None, _refused("1990-02-30", "1850-01-01", "3027-01-01", "gibberish"))
    (entry,) = report.as_json()["rejected"].values()
    assert len(entry["other_remedies"]) <= REMEDIES
