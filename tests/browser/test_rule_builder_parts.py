"""What the modules of the rule builder read and understand, asked of them in a real browser."""

import json

from segments.admin.spelled import comparisons
from segments.rules.fields import all_fields

NEW = "/admin/segments/segment/add/"
AMOUNTS = [
    ("en", "12.5", 2, 1250),
    ("en", "12,50", 2, 1250),
    ("en", "1,234", 2, 123400),
    ("en", "1,234.50", 2, 123450),
    ("en", "1.234,50", 2, 123450),
    ("en", "1.234", 2, None),
    ("tr", "1.234", 2, 123400),
    ("tr", "1.234,5", 2, 123450),
    ("tr", "12,345", 2, None),
    ("en", "0.125", 3, 125),
    ("en", "1 500", 0, 1500),
    ("en", "1.5", 0, None),
    ("en", "-3", 2, -300),
    ("en", "1,23,456", 2, None),
    ("en", "12,", 2, None),
    ("en", "1e5", 2, None),
    ("en", "", 2, None),
    ("en", "99999999999999999", 2, None),
]


def test_amounts_are_read_as_people_write_them(open_as):
    page = open_as("marketer", path=NEW)
    script = """async (amounts) => {
        const { minor } = await import('/static/vesile/rule-builder/numbers.js');
        return amounts.map(([language, text, decimals]) => minor(text, decimals, language));
    }"""
    read = page.evaluate(script, [list(one[:3]) for one in AMOUNTS])
    assert list(zip([one[1] for one in AMOUNTS], read, strict=True)) == [
        (text, minor) for _language, text, _decimals, minor in AMOUNTS
    ]


def test_every_comparison_of_every_field_can_be_shown(open_as):
    """What the page spells out for each field is nothing that is only kept as it is written."""
    page = open_as("marketer", path=NEW)
    written = [
        json.loads(line) for field in all_fields() for line, _meaning in comparisons(field, "GBP")
    ]
    script = """async (conditions) => {
        const { understood } = await import('/static/vesile/rule-builder/fits.js');
        const { schema } = document.querySelector('rule-builder');
        return conditions.filter((one) => !understood(schema, one));
    }"""
    assert len(written) > 400
    assert page.evaluate(script, written) == []
