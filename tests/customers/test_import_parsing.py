"""What each line of an Online Retail file becomes: pure rules, no database."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.importing.online_retail import COLUMNS, COUNTRIES, Line, Parser
from customers.importing.reasons import EXPLANATIONS, Reason
from customers.importing.records import records
from customers.importing.rejects import Rejected, as_csv

GOOD = {
    "InvoiceNo": "536365",
    "StockCode": "85123A",
    "Description": " WHITE HANGING HEART ",
    "Quantity": "6",
    "InvoiceDate": "2010-12-01 08:26:00",
    "UnitPrice": "2.55",
    "CustomerID": "17850",
    "Country": "United Kingdom",
}


def parsed(**changes: str) -> Line | Reason:
    return Parser().parse([(GOOD | changes)[name] for name in COLUMNS])


def test_a_good_line():
    line = parsed()
    assert isinstance(line, Line)
    assert line[:8] == (
        "536365",
        False,
        "17850",
        "85123A",
        "product",
        "WHITE HANGING HEART",
        6,
        255,
    )
    assert line.happened_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert line.country == "GB"


def test_a_cancellation_has_a_positive_quantity():
    line = parsed(InvoiceNo="c536379", Quantity="-3")
    assert (line.document, line.cancellation, line.quantity) == ("C536379", True, 3)


def test_stock_codes_differ_by_more_than_case():
    assert parsed(StockCode="85123a").code == "85123A"


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2011-03-27 00:30:00", datetime(2011, 3, 27, 0, 30, tzinfo=UTC)),
        ("2011-03-27 01:30:00", datetime(2011, 3, 27, 1, 0, tzinfo=UTC)),  # in the gap
        ("2011-03-27 02:30:00", datetime(2011, 3, 27, 1, 30, tzinfo=UTC)),
        ("2011-10-30 01:30:00", datetime(2011, 10, 30, 0, 30, tzinfo=UTC)),  # twice: the first
        ("2011-10-30 02:30:00", datetime(2011, 10, 30, 2, 30, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_london(local, instant):
    assert parsed(InvoiceDate=local).happened_at == instant


def test_shifting_by_weeks_keeps_the_clock_on_the_wall():
    fields = [(GOOD | {"InvoiceDate": "2011-03-25 09:00:00"})[name] for name in COLUMNS]
    shifted = Parser(shift_weeks=1).parse(fields)
    assert shifted.happened_at == datetime(2011, 4, 1, 8, 0, tzinfo=UTC)  # summer time by then
    assert shifted.key == Parser().parse(fields).key


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"CustomerID": ""}, Reason.NO_CUSTOMER),
        ({"CustomerID": "", "Quantity": "x"}, Reason.NO_CUSTOMER),
        ({"CustomerID": "1" * 121}, Reason.BAD_CUSTOMER),
        ({"InvoiceNo": " "}, Reason.BAD_DOCUMENT),
        ({"StockCode": ""}, Reason.BAD_CODE),
        ({"InvoiceDate": "01/12/2010 08:26"}, Reason.BAD_DATE),
        ({"InvoiceDate": "2011-02-30 10:00:00"}, Reason.BAD_DATE),
        ({"InvoiceDate": "9999-12-31 23:59:59"}, Reason.BAD_DATE),
        ({"Quantity": "six"}, Reason.BAD_QUANTITY),
        ({"Quantity": "1.5"}, Reason.BAD_QUANTITY),
        ({"Quantity": "99999999999"}, Reason.BAD_QUANTITY),
        ({"Quantity": "٦"}, Reason.BAD_QUANTITY),
        ({"Quantity": "0"}, Reason.QUANTITY_ZERO),
        ({"Quantity": "-6"}, Reason.QUANTITY_SIGN),
        ({"InvoiceNo": "C536365"}, Reason.QUANTITY_SIGN),
        ({"UnitPrice": "free"}, Reason.BAD_PRICE),
        ({"UnitPrice": "1e3"}, Reason.BAD_PRICE),
        ({"UnitPrice": "1" * 40}, Reason.BAD_PRICE),
        ({"UnitPrice": "NaN"}, Reason.BAD_PRICE),
        ({"UnitPrice": "-1.00"}, Reason.PRICE_NEGATIVE),
        ({"UnitPrice": "0.001"}, Reason.PRICE_BELOW_PENNY),
        ({"UnitPrice": "1.255"}, Reason.PRICE_PART_PENNY),
        ({"UnitPrice": "99999999999.00"}, Reason.TOO_LARGE),
    ],
)
def test_what_is_wrong_is_named(changes, reason):
    assert parsed(**changes) is reason


def test_a_price_of_zero_is_a_gift():
    assert parsed(UnitPrice="0.0").unit_amount == 0


@given(st.decimals(min_value=0, max_value=10**6, places=2))
def test_prices_are_exact(price):
    assert parsed(UnitPrice=f"{price:f}").unit_amount == int(price * 100)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("POST", "shipping"),
        ("DOT", "shipping"),
        ("C2", "shipping"),
        ("D", "discount"),
        ("m", "adjustment"),
        ("BANK CHARGES", "fee"),
        ("CRUK", "fee"),
        ("PADS", "product"),
        ("gift_0001_20", "product"),
        ("DCGS0003", "product"),
    ],
)
def test_codes_that_are_no_products(code, kind):
    assert parsed(StockCode=code).kind == kind


def test_other_letters_are_adjustments():
    assert parsed(InvoiceNo="A563185").kind == "adjustment"


def test_countries():
    assert parsed(Country="EIRE").country == "IE"
    assert parsed(Country="RSA").country == "ZA"
    assert parsed(Country="Channel Islands").country == "JE"
    assert parsed(Country="Unspecified").country == ""
    assert parsed(Country="European Community").country == ""
    assert all(len(code) in (0, 2) for code in COUNTRIES.values())


def test_an_unknown_country_costs_no_order_but_is_told():
    parser = Parser()
    line = parser.parse([(GOOD | {"Country": "Atlantis"})[name] for name in COLUMNS])
    assert line.country == ""
    assert parser.unknown_countries == {"Atlantis": 1}


def test_equal_lines_have_equal_keys_and_others_do_not():
    assert parsed().key == parsed().key
    assert parsed().key != parsed(Quantity="7").key
    assert (
        parsed(Description="a", StockCode="bc").key != parsed(Description="ab", StockCode="c").key
    )


def test_every_reason_is_explained():
    assert set(EXPLANATIONS) == set(Reason)


# --- records -------------------------------------------------------------------------------------
def read(text: str) -> list[tuple[int, str, list[str] | None]]:
    lines = iter(io.StringIO(text, newline=""))
    return [(r.first, r.raw, r.fields) for r in records(lines, before=0)]


def test_quotes_embedded_newlines_and_crlf():
    assert read('a,"b\r\nc ""d""",e\r\nf,g,h\r\n') == [
        (1, 'a,"b\r\nc ""d""",e', ["a", 'b\r\nc "d"', "e"]),
        (3, "f,g,h", ["f", "g", "h"]),
    ]


def test_an_unclosed_quote_costs_its_own_line_only():
    rows = read('a,"b,c\n' + "".join(f"{n},x,y\n" for n in range(300)))
    assert rows[0] == (1, 'a,"b,c', None)
    assert [row[2] for row in rows[1:]] == [[str(n), "x", "y"] for n in range(300)]


def test_an_unclosed_quote_on_the_last_line():
    assert read('a,b\nc,"d\n') == [(1, "a,b", ["a", "b"]), (2, 'c,"d', None)]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.lists(st.lists(cells, min_size=1, max_size=5), max_size=20))
def test_what_csv_writes_is_read_back(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # A single empty cell is written as "" and so is told from a blank line.
    assert [fields for _, _, fields in read(text.getvalue())] == rows


# --- the list of rejects -------------------------------------------------------------------------
def test_a_spreadsheet_computes_nothing_of_it():
    body = as_csv([Rejected(7, Reason.NOT_CSV, '=cmd|"/c calc"!A1')]).decode()
    assert next(csv.reader([body]))[-1] == '\'=cmd|"/c calc"!A1'
